using System.Globalization;
using DurableMesh.Core.Wire;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;

namespace DurableMesh.Functions.Responder;

/// <summary>
/// Has the messages answered that already wait for an agent when the mesh begins to call it: the watch has passed them by.
/// </summary>
public static class WaitingReplies
{
    /// <summary>
    /// How long a host may go on to pass messages by, because it has not read of the agent's change: many times what it takes.
    /// </summary>
    private static readonly TimeSpan UntilEveryHostKnows = TimeSpan.FromSeconds(10);

    /// <summary>The orchestration for an agent as it is registered.</summary>
    /// <param name="agent">The agent.</param>
    public static string InstanceOf(AgentView agent) =>
        string.Create(CultureInfo.InvariantCulture, $"respond-waiting:{agent.Id}:{agent.Version}");

    /// <summary>Looks twice.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="agent">The agent.</param>
    [Function(nameof(WaitingReplies))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, WaitingFor agent)
    {
        await context.CallActivityAsync(nameof(ResponderActivities.StartWaitingReplies), agent, UntilDone);
        await context.CreateTimer(context.CurrentUtcDateTime + UntilEveryHostKnows, CancellationToken.None);
        var late = agent with { IsChanged = false };
        await context.CallActivityAsync(nameof(ResponderActivities.StartWaitingReplies), late, UntilDone);
    }
}

/// <summary>An agent that the mesh calls from now on.</summary>
/// <param name="Agent">The agent, by id.</param>
/// <param name="IsChanged">
/// Whether it is called otherwise than before: then a message is planned again whose answer was left to the agent.
/// </param>
public sealed record WaitingFor(string Agent, bool IsChanged);
