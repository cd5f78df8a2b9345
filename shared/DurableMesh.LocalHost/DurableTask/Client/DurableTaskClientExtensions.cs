namespace Microsoft.DurableTask.Client;

/// <summary>Purges by time and state.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>Purges ended orchestrations.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Started at this instant or later.</param>
    /// <param name="createdTo">Started at this instant or earlier.</param>
    /// <param name="statuses">In one of these states.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops before the next instance.</param>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        IEnumerable<OrchestrationRuntimeStatus>? statuses,
        PurgeInstanceOptions? options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return client.PurgeAllInstancesAsync(new PurgeInstancesFilter(createdFrom, createdTo, statuses), options, cancellation);
    }

    /// <summary>Purges ended orchestrations.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Started at this instant or later.</param>
    /// <param name="createdTo">Started at this instant or earlier.</param>
    /// <param name="statuses">In one of these states.</param>
    /// <param name="cancellation">Stops before the next instance.</param>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        IEnumerable<OrchestrationRuntimeStatus>? statuses,
        CancellationToken cancellation = default) =>
        client.PurgeInstancesAsync(createdFrom, createdTo, statuses, null, cancellation);

    /// <summary>Purges ended orchestrations.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Started at this instant or later.</param>
    /// <param name="createdTo">Started at this instant or earlier.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops before the next instance.</param>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        PurgeInstanceOptions? options,
        CancellationToken cancellation = default) =>
        client.PurgeInstancesAsync(createdFrom, createdTo, null, options, cancellation);

    /// <summary>Purges ended orchestrations.</summary>
    /// <param name="client">The client.</param>
    /// <param name="createdFrom">Started at this instant or later.</param>
    /// <param name="createdTo">Started at this instant or earlier.</param>
    /// <param name="cancellation">Stops before the next instance.</param>
    public static Task<PurgeResult> PurgeInstancesAsync(
        this DurableTaskClient client,
        DateTimeOffset? createdFrom,
        DateTimeOffset? createdTo,
        CancellationToken cancellation = default) =>
        client.PurgeInstancesAsync(createdFrom, createdTo, null, null, cancellation);
}
