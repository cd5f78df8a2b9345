namespace Microsoft.DurableTask.Client;

/// <summary>Which ended orchestrations to purge. What is null does not restrict.</summary>
/// <param name="CreatedFrom">Started at this instant or later.</param>
/// <param name="CreatedTo">Started at this instant or earlier.</param>
/// <param name="Statuses">In one of these states.</param>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null);
