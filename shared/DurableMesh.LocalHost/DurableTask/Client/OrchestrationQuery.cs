namespace Microsoft.DurableTask.Client;

/// <summary>Which orchestrations to list. What is null does not restrict.</summary>
/// <param name="CreatedFrom">Started at this instant or later.</param>
/// <param name="CreatedTo">Started at this instant or earlier.</param>
/// <param name="Statuses">In one of these states.</param>
/// <param name="TaskHubNames">In one of these task hubs.</param>
/// <param name="InstanceIdPrefix">With an instance id that begins so.</param>
/// <param name="PageSize">How many a page may hold.</param>
/// <param name="FetchInputsAndOutputs">Whether to fetch inputs, outputs and custom statuses too.</param>
/// <param name="ContinuationToken">Where to go on, from an earlier page.</param>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>How many a page holds unless told otherwise.</summary>
    public const int DefaultPageSize = 100;
}
