using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using DurableMesh.Core.Changes;

namespace DurableMesh.Core.Events;

/// <summary>
/// Which agents the mesh cannot reach: a fold of the changes. What changes nothing is refused, so that there is one event for
/// one cause however many hosts find the same.
/// </summary>
public sealed class AgentReach : IFolded<AgentReach, ReachChange>
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxWhy = 500;

    private readonly ImmutableDictionary<string, AgentHead> _away;

    private AgentReach(ImmutableDictionary<string, AgentHead> away, int changes) => (_away, Changes) = (away, changes);

    /// <inheritdoc/>
    public static AgentReach Empty { get; } = new(ImmutableDictionary<string, AgentHead>.Empty, 0);

    /// <summary>How many changes were accepted.</summary>
    public int Changes { get; }

    /// <summary>The agents that cannot be reached, with the reason.</summary>
    public IEnumerable<AgentHead> Away => _away.Values;

    /// <summary>Why an agent cannot be reached; null where it can, as far as the mesh knows.</summary>
    /// <param name="agentId">The agent.</param>
    public AgentHead? Find(string agentId) => _away.GetValueOrDefault(agentId);

    /// <inheritdoc/>
    public ChangeResult<AgentReach> Apply(ReachChange change, DateTimeOffset at, string by) => (change, Find(change.Agent)) switch
    {
        (AgentLost lost, null) => new(new AgentReach(
            _away.SetItem(lost.Agent, new AgentHead { Agent = lost.Agent, Since = at, Why = Shortened(lost.Why) }), Changes + 1)),
        (AgentFound found, not null) => new(new AgentReach(_away.Remove(found.Agent), Changes + 1)),
        _ => new(this, new ChangeRefusal(RefusalKind.Conflict, "reach_unchanged", $"That is so of {change.Agent} already.")),
    };

    /// <summary>What a change comes to.</summary>
    /// <param name="before">What was known before it.</param>
    /// <param name="after">What was known after it.</param>
    /// <param name="change">The change.</param>
    /// <param name="at">When it was asked for.</param>
    public static IReadOnlyList<MeshEvent> EventsOf(
        AgentReach before, AgentReach after, ReachChange change, DateTimeOffset at)
    {
        if (before.Changes == after.Changes)
        {
            return [];
        }

        var lost = after.Find(change.Agent);
        return
        [
            new MeshEvent
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"agents/{change.Agent}/{after.Changes}"),
                Source = "/agents",
                Type = lost is null ? EventTypes.AgentBack : EventTypes.AgentUnreachable,
                Subject = change.Agent,
                Time = at,
                Data = lost ?? new AgentHead { Agent = change.Agent, Since = at },
                Agents = [change.Agent],
            },
        ];
    }

    private static string Shortened(string why) => why.Length <= MaxWhy ? why : why[..(MaxWhy - 1)] + "…";
}

/// <summary>What changes the reach of agents: a line of its log.</summary>
/// <param name="Agent">The agent.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AgentLost), "lost")]
[JsonDerivedType(typeof(AgentFound), "found")]
public abstract record ReachChange(string Agent);

/// <summary>The mesh cannot reach an agent.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Why">Why not, for people.</param>
public sealed record AgentLost(string Agent, string Why) : ReachChange(Agent);

/// <summary>The mesh reaches an agent again.</summary>
/// <param name="Agent">The agent.</param>
public sealed record AgentFound(string Agent) : ReachChange(Agent);
