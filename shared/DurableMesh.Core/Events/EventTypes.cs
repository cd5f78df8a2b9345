namespace DurableMesh.Core.Events;

/// <summary>The types of the mesh's events.</summary>
public static class EventTypes
{
    /// <summary>A thread is open: the gate let it in, or a person did.</summary>
    public const string ThreadStarted = "mesh.thread.started";

    /// <summary>The gate holds a thread until a person decides.</summary>
    public const string ThreadHeld = "mesh.thread.held";

    /// <summary>A person decided about a held thread.</summary>
    public const string ThreadDecided = "mesh.thread.decided";

    /// <summary>A thread is over.</summary>
    public const string ThreadEnded = "mesh.thread.ended";

    /// <summary>A message, any but a finding, is in the receiver's inbox.</summary>
    public const string MessageDelivered = "mesh.message.delivered";

    /// <summary>A finding is in the receiver's inbox.</summary>
    public const string FindingStreamed = "mesh.finding.streamed";

    /// <summary>A thread has used up 80 % of its time, its turns or its dollars.</summary>
    public const string LimitNear = "mesh.limit.near";

    /// <summary>A task came to be.</summary>
    public const string TaskCreated = "mesh.task.created";

    /// <summary>A task went to another state.</summary>
    public const string TaskMoved = "mesh.task.moved";

    /// <summary>Something else about a task changed.</summary>
    public const string TaskChanged = "mesh.task.changed";

    /// <summary>The mesh cannot reach an agent.</summary>
    public const string AgentUnreachable = "mesh.agent.unreachable";

    /// <summary>The mesh reaches an agent again.</summary>
    public const string AgentBack = "mesh.agent.back";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ThreadStarted, ThreadHeld, ThreadDecided, ThreadEnded, MessageDelivered, FindingStreamed, LimitNear,
        TaskCreated, TaskMoved, TaskChanged, AgentUnreachable, AgentBack,
    ];
}
