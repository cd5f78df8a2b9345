using System.Globalization;
using DurableMesh.Core.Events;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Layout;

namespace DurableMesh.Dashboard.Events;

/// <summary>Events as people say them.</summary>
public static class EventWords
{
    /// <summary>All types of events of threads.</summary>
    public const string AllOfThreads = "mesh.thread.*";

    /// <summary>All types of events of tasks.</summary>
    public const string AllOfTasks = "mesh.task.*";

    /// <summary>All types of events of agents.</summary>
    public const string AllOfAgents = "mesh.agent.*";

    private const int MostTitle = 160;
    private const int MostName = 60;

    /// <summary>A type in words.</summary>
    /// <param name="type">One of <see cref="EventTypes"/>, or the beginning of some and <c>*</c>.</param>
    public static string NameOf(string type) => type switch
    {
        EventTypes.ThreadStarted => "thread started",
        EventTypes.ThreadHeld => "thread held",
        EventTypes.ThreadDecided => "hold decided",
        EventTypes.ThreadEnded => "thread ended",
        EventTypes.MessageDelivered => "message",
        EventTypes.FindingStreamed => "finding",
        EventTypes.LimitNear => "limit near",
        EventTypes.TaskCreated => "task created",
        EventTypes.TaskMoved => "task moved",
        EventTypes.TaskChanged => "task changed",
        EventTypes.AgentUnreachable => "agent unreachable",
        EventTypes.AgentBack => "agent back",
        AllOfThreads => "all of threads",
        AllOfTasks => "all of tasks",
        AllOfAgents => "all of agents",
        _ => Formats.Line(type),
    };

    /// <summary>The colour of an event: how it went, or whether somebody should look.</summary>
    /// <param name="happened">The event.</param>
    public static string ColourOf(MeshEvent happened) => (happened.Type, happened.Data) switch
    {
        (EventTypes.ThreadEnded, ThreadHead { EndState: EndState.Pass or EndState.Answered }) => "good",
        (EventTypes.ThreadEnded, ThreadHead { EndState: EndState.Partial }) => "warn",
        (EventTypes.ThreadEnded, _) => "bad",
        (EventTypes.ThreadHeld or EventTypes.LimitNear, _) => "warn",
        (EventTypes.ThreadStarted, _) => "calm",
        (EventTypes.AgentUnreachable, _) => "bad",
        (EventTypes.AgentBack, _) => "good",
        (EventTypes.TaskMoved, MissionTask { State: MissionTaskState.Blocked }) => "bad",
        (EventTypes.TaskMoved, MissionTask { State: MissionTaskState.Done }) => "good",
        _ => "",
    };

    /// <summary>What there is to say of an event.</summary>
    /// <param name="happened">The event.</param>
    public static string Of(MeshEvent happened) => happened.Data switch
    {
        ThreadHead thread => Of(thread),
        MessageHead message => Of(message),
        LimitHead limit => Of(limit),
        MissionTask task =>
            $"{Formats.Text(task.Title, MostTitle)}: {Formats.Words(task.State)}, owner {Formats.Text(task.Owner, MostName)}",
        AgentHead { Why: { } why } => Formats.Text(why, MostTitle),
        _ => "",
    };

    private static string Of(ThreadHead thread) => thread switch
    {
        { EndState: { } end } =>
            $"{end.ToString().ToUpperInvariant()}{(thread.Reason is { } reason ? $", {Formats.Words(reason)}" : "")}"
            + $", after {Count(thread.Turns, "turn")} and {Formats.Money(thread.CostUsd)}{By(thread.By)}",
        { Decision: { } decision } => $"{(decision == HoldDecision.Approve ? "approved" : "denied")}{By(thread.By)}",
        { State: ThreadPhase.Held } => $"it waits for a person, about task {Formats.Text(thread.McTask, MostName)}",
        _ => $"{Formats.Words(thread.Pattern)} about task {Formats.Text(thread.McTask, MostName)}, priority {thread.Priority}",
    };

    private static string Of(MessageHead message) =>
        Formats.Words(message.Kind) + (message.Verdict is { } verdict ? $": {Formats.Words(verdict)}" : "")
        + $" #{message.Sequence} from {Formats.Line(message.From)} to {Formats.Line(message.To)}"
        + (message.Checks > 0 ? $", {Count(message.Checks, "check")}" : "")
        + (message.Artifacts > 0 ? $", {Count(message.Artifacts, "artifact")}" : "");

    private static string Of(LimitHead limit) => limit.Limit switch
    {
        LimitKind.Cost => $"{Formats.Money(limit.Used)} of {Formats.Money(limit.Most)} are spent",
        LimitKind.Turns => $"{Number(limit.Used)} of {Number(limit.Most)} turns are used",
        _ => $"{Number(limit.Used)} of {Number(limit.Most)} minutes have passed",
    };

    private static string By(string? by) => by is null ? "" : $", by {Formats.Line(by)}";

    private static string Count(int count, string thing) => $"{Formats.Number(count)} {thing}{(count == 1 ? "" : "s")}";

    private static string Number(decimal number) => number.ToString("#,##0.#", CultureInfo.InvariantCulture);
}
