using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Authority;

/// <summary>Whom a row of the authority table means: whoever has all that is given here. Nothing given means anybody.</summary>
public sealed record AuthoritySelector
{
    // Any number of a pair's lesser names (two companies, four of role and device) never outweighs a greater one.
    private const int AgentWeight = 15;
    private const int CompanyWeight = 5;

    /// <summary>One agent, by its id.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Agent { get; init; }

    /// <summary>A company's agents.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Company { get; init; }

    /// <summary>The agents that have this role among theirs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    /// <summary>The agents on a device; case does not matter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Device { get; init; }

    /// <summary>How narrow it is: an agent before a company before a role or a device. Those of both parties add up.</summary>
    internal int Specificity =>
        (Agent is null ? 0 : AgentWeight) + (Company is null ? 0 : CompanyWeight)
        + (Role is null ? 0 : 1) + (Device is null ? 0 : 1);

    /// <summary>Whether an agent is meant.</summary>
    /// <param name="agent">The agent.</param>
    public bool Matches(AgentView agent) =>
        (Agent is null || Agent == agent.Id)
        && (Company is null || Company == agent.Company)
        && (Role is null || agent.Roles.Contains(Role))
        && (Device is null || SameDevice(Device, agent.Device));

    /// <summary>
    /// Whether there could be an agent that both mean; an agent may have several roles, but only one of the rest.
    /// </summary>
    internal bool MayMeet(AuthoritySelector other) =>
        (Agent is null || other.Agent is null || Agent == other.Agent)
        && (Company is null || other.Company is null || Company == other.Company)
        && (Device is null || other.Device is null || SameDevice(Device, other.Device));

    /// <summary>Whether two names are those of one device.</summary>
    internal static bool SameDevice(string one, string? other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>For instance <c>company proveo, role verifier</c>, or <c>anybody</c>.</summary>
    public override string ToString()
    {
        (string Name, string? Value)[] given = [("agent", Agent), ("company", Company), ("role", Role), ("device", Device)];
        var words = given.Where(one => one.Value is not null).Select(one => $"{one.Name} {one.Value}");
        return string.Join(", ", words.DefaultIfEmpty("anybody"));
    }
}
