namespace Microsoft.DurableTask.Client;

/// <summary>Says in which states an instance of the same id stands in the way of a start.</summary>
public static class StartOrchestrationOptionsExtensions
{
    /// <summary>The states that may be named: all but ContinuedAsNew.</summary>
    public static readonly IReadOnlyList<OrchestrationRuntimeStatus> ValidDedupeStatuses =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
        OrchestrationRuntimeStatus.Canceled,
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
    ];

    /// <summary>The options with <paramref name="dedupeStatuses"/> as the states that stand in the way.</summary>
    /// <param name="options">The options.</param>
    /// <param name="dedupeStatuses">The states; none for a start that replaces whatever there is.</param>
    public static StartOrchestrationOptions WithDedupeStatuses(
        this StartOrchestrationOptions options, params OrchestrationRuntimeStatus[] dedupeStatuses)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { DedupeStatuses = [.. dedupeStatuses.Select(status => status.ToString())] };
    }
}
