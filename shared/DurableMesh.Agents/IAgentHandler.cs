namespace DurableMesh.Agents;

/// <summary>
/// Answers an agent's messages. It is called for each message that gives its agent the move, one at a time in a thread, and again
/// where a call before did not come to an end.
/// </summary>
public interface IAgentHandler
{
    /// <summary>Answers one message.</summary>
    /// <param name="run">The message with its thread, and what can be said and kept.</param>
    /// <param name="cancellation">The thread has ended, the run has used up its time, or the runner stops.</param>
    /// <returns>How it went. An exception is a failure that is tried again.</returns>
    Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation);
}
