namespace Microsoft.DurableTask.Client;

/// <summary>How far an orchestration is.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>It runs, or waits for something.</summary>
    Running = 0,

    /// <summary>Its code returned.</summary>
    Completed = 1,

    /// <summary>It is on its way into its next execution. A query never sees it: the instance is Running.</summary>
    ContinuedAsNew = 2,

    /// <summary>Its code threw.</summary>
    Failed = 3,

    /// <summary>Kept for old task hubs: no orchestration ends so.</summary>
    Canceled = 4,

    /// <summary>A client ended it.</summary>
    Terminated = 5,

    /// <summary>It is accepted, and its code has not begun.</summary>
    Pending = 6,

    /// <summary>A client halted it until it is resumed.</summary>
    Suspended = 7,
}
