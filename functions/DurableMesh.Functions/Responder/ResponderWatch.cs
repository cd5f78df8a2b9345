using DurableMesh.Functions.Events;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;

namespace DurableMesh.Functions.Responder;

/// <summary>
/// Sees every message that is delivered, once, and has those answered whose recipient the mesh reaches itself: an orchestration
/// without end, of which a mesh has one. How far it has come is its input, so that nothing is missed when a host dies, and what
/// was started before is not started again.
/// </summary>
public static class ResponderWatch
{
    /// <summary>Its only instance.</summary>
    public const string InstanceId = "responder-watch";

    /// <summary>Watches for a while, and goes on as new.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="after">How far it has come.</param>
    [Function(nameof(ResponderWatch))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, EventCursor after)
    {
        var next = await context.CallActivityAsync<EventCursor>(nameof(ResponderActivities.StartReplies), after, WithoutEnd);
        context.ContinueAsNew(next);
    }
}
