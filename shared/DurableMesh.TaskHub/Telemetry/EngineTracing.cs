using System.Diagnostics;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Partitions;

namespace DurableMesh.TaskHub.Telemetry;

/// <summary>
/// The engine's spans, with Durable Task's names and attributes. What caused an input travels beside it in memory and is not
/// written to the log: after a restart a trace simply ends. Nobody listening costs a look at a field.
/// </summary>
/// <remarks>https://github.com/Azure/durabletask/blob/main/docs/telemetry/traces/semantic-conventions.md</remarks>
internal static class EngineTracing
{
    /// <summary>The name of <see cref="Source"/>.</summary>
    public const string SourceName = "DurableMesh.LocalHost";

    /// <summary>Where all spans of the local host come from.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>A client starts an instance.</summary>
    public static Activity? StartCreation(string instanceId, ExecutionStarted start) =>
        Start("create_orchestration", start.Name, ActivityKind.Producer, Activity.Current)
            ?.Describe("orchestration", start.Name)
            .SetTag("durabletask.task.instance_id", instanceId)
            .SetTag("durabletask.task.execution_id", start.ExecutionId);

    /// <summary>A client raises an event.</summary>
    public static Activity? StartEvent(string instanceId, string eventName) =>
        Start("orchestration_event", eventName, ActivityKind.Producer, Activity.Current)
            ?.Describe("event", eventName)
            .SetTag("durabletask.event.target_instance_id", instanceId);

    /// <summary>An orchestrator sends an event.</summary>
    public static Activity? StartSent(string instanceId, EventSent sent, Activity? episode) =>
        Start("orchestration_event", sent.Name, ActivityKind.Producer, episode)
            ?.Describe("event", sent.Name)
            .SetTag("durabletask.task.instance_id", instanceId)
            .SetTag("durabletask.event.target_instance_id", sent.InstanceId);

    /// <summary>What a client's request is caused by: its span, or the one around it where its own is not sampled.</summary>
    public static Activity? CauseOf(Activity? request) => request ?? (Source.HasListeners() ? Activity.Current : null);

    /// <summary>
    /// An orchestrator runs until it waits again: under what it saw first, with links to what else it saw. What it does is
    /// caused by the span, or by what it saw where the span is not sampled.
    /// </summary>
    public static Activity? StartEpisode(Instance instance, out Activity? cause)
    {
        IReadOnlyList<Activity> causes = instance.TakeCauses();
        cause = causes.Count > 0 ? causes[0] : null;
        InstanceState state = instance.State;
        Activity? span = Start("orchestration", state.Name, ActivityKind.Server, cause, causes)
            ?.Describe("orchestration", state.Name)
            .SetTag("durabletask.task.instance_id", instance.Id)
            .SetTag("durabletask.task.execution_id", state.ExecutionId);
        if (span is not null)
        {
            // The code must find what it finds in a replay: no span around it.
            Activity.Current = null;
            cause = span;
        }

        return span;
    }

    /// <summary>Adds to an episode's span how it ended.</summary>
    public static void Conclude(this Activity episode, InstanceState state)
    {
        episode.SetTag("durabletask.task.status", state.Status.ToString());
        if (state.Failure is { } failure)
        {
            episode.Fail(failure.ErrorType, failure.ErrorMessage);
        }
    }

    /// <summary>An activity runs, under the episode that called it.</summary>
    public static Activity? StartActivity(ActivityCall call) =>
        Start("activity", call.Name.Name, ActivityKind.Server, call.Cause)
            ?.Describe("activity", call.Name.Name)
            .SetTag("durabletask.task.instance_id", call.InstanceId)
            .SetTag("durabletask.task.task_id", call.TaskId);

    /// <summary>Marks a span as failed.</summary>
    public static void Fail(this Activity span, string? type, string? message) =>
        span.SetStatus(ActivityStatusCode.Error, message).SetTag("error.type", type);

    private static Activity? Start(
        string what, string name, ActivityKind kind, Activity? parent, IReadOnlyList<Activity>? causes = null) =>
        Source.HasListeners()
            ? Source.StartActivity(
                kind,
                parent?.Context ?? default,
                links: causes?.Skip(1).Select(cause => new ActivityLink(cause.Context)),
                name: $"{what}:{name}")
            : null;

    private static Activity Describe(this Activity span, string type, string name) =>
        span.SetTag("durabletask.type", type).SetTag("durabletask.task.name", name);
}
