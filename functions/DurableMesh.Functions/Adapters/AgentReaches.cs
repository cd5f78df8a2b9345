using DurableMesh.Core.Events;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Adapters;

/// <summary>Notes which agents the mesh's own calls do not reach, and which are back.</summary>
public sealed partial class AgentReaches
{
    private readonly FoldedLog<AgentReach, ReachChange> _reach;
    private readonly ILogger<AgentReaches> _logger;

    internal AgentReaches(FoldedLog<AgentReach, ReachChange> reach, ILogger<AgentReaches> logger) =>
        (_reach, _logger) = (reach, logger);

    /// <summary>An agent does not answer.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="why">What was seen.</param>
    public ValueTask AwayAsync(string agent, string why)
    {
        LogAway(agent, why);
        return NoteAsync(new AgentLost(agent, why));
    }

    /// <summary>An agent answers again.</summary>
    /// <param name="agent">The agent.</param>
    public ValueTask BackAsync(string agent)
    {
        LogBack(agent);
        return NoteAsync(new AgentFound(agent));
    }

    /// <summary>Whom the mesh cannot reach, and why.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    public ValueTask<AgentReach> ReadAsync(CancellationToken cancellation) => _reach.ReadAsync(cancellation);

    // What is so already is refused, and nothing of the call hangs on what is noted.
    private async ValueTask NoteAsync(ReachChange change)
    {
        try
        {
            await _reach.ChangeAsync(change, "mesh", CancellationToken.None);
        }
        catch (StoreUnavailableException away)
        {
            LogNotNoted(change.Agent, away.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} does not answer the mesh's calls: {Why}")]
    private partial void LogAway(string agent, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether {Agent} can be reached is not noted. {Why}")]
    private partial void LogNotNoted(string agent, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Agent} answers the mesh's calls again.")]
    private partial void LogBack(string agent);
}
