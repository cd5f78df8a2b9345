using System.Diagnostics;
using System.Globalization;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Orchestrations;
using DurableMesh.TaskHub.Partitions;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.Extensions.Options;

namespace DurableMesh.TaskHub;

/// <summary>Durable Task's client over a hub of this process.</summary>
/// <remarks>
/// Requests fail with <see cref="TaskHubUnavailableException"/> when the hub does not commit them within
/// <see cref="TaskHubOptions.RequestTimeout"/>.
/// </remarks>
internal sealed class LocalDurableTaskClient(
    string name, LocalTaskHub hub, TimeProvider time, IOptionsMonitor<DurableTaskClientOptions>? settings = null)
    : DurableTaskClient(name), IDurableTaskClientProvider
{
    /// <inheritdoc/>
    public DurableTaskClient GetClient(string? name = null) => this;

    /// <inheritdoc/>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        string instanceId = options?.InstanceId ?? hub.NewId();
        Require(instanceId);
        var start = new ExecutionStarted(
            orchestratorName.Name,
            hub.NewId(),
            hub.Converter.Serialize(input),
            time.GetUtcNow().UtcDateTime,
            options?.Version?.Version ?? (settings?.Get(Name).DefaultVersion is { Length: > 0 } version ? version : null),
            options?.StartAt?.UtcDateTime,
            Tags: options?.Tags is { Count: > 0 } tags ? tags : null);
        OrchestrationRuntimeStatus[] refused =
            [.. (options?.DedupeStatuses ?? []).Select(one => Enum.Parse<OrchestrationRuntimeStatus>(one, ignoreCase: true))];
        return await SendAsync(
            EngineTracing.StartCreation(instanceId, start),
            instanceId,
            (partition, cause) => partition.StartAsync(instanceId, start, refused, cause),
            cancellation);
    }

    /// <inheritdoc/>
    public override async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        Require(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var raised = new EventRaised(eventName, hub.Converter.Serialize(eventPayload));
        await SendAsync(
            EngineTracing.StartEvent(instanceId, eventName),
            instanceId,
            (partition, cause) => partition.RaiseEventAsync(instanceId, raised, cause),
            cancellation);
    }

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.IsEnded, getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Require(instanceId);
        string? output = hub.Converter.Serialize(options?.Output);
        return hub.AskAsync(
            instanceId, partition => partition.TerminateAsync(instanceId, output, options?.Recursive ?? false), cancellation);
    }

    /// <inheritdoc/>
    public override Task SuspendInstanceAsync(
        string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        ControlAsync(instanceId, new ExecutionSuspended(reason), cancellation);

    /// <inheritdoc/>
    public override Task ResumeInstanceAsync(
        string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        ControlAsync(instanceId, new ExecutionResumed(reason), cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        Require(instanceId);
        return hub.AskAsync(instanceId, partition => partition.GetAsync(instanceId, getInputsAndOutputs), cancellation);
    }

    /// <inheritdoc/>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        OrchestrationQuery query = filter ?? new OrchestrationQuery();
        return Pageable.Create<OrchestrationMetadata>(
            (token, pageSize, cancellation) => PageAsync(
                token ?? query.ContinuationToken,
                pageSize ?? query.PageSize,
                (partition, after, wanted) =>
                    partition.ListAsync(after, one => Matches(one, query), wanted, query.FetchInputsAndOutputs),
                one => one.InstanceId,
                cancellation));
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        Require(instanceId);
        return new PurgeResult(await hub.AskAsync(instanceId, partition => partition.PurgeAsync(instanceId), cancellation));
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        int purged = 0;
        for (int number = await hub.CountPartitionsAsync(cancellation) - 1; number >= 0; number--)
        {
            purged += await hub.AskPartitionAsync(
                number,
                partition => partition.PurgeAllAsync(
                    summary => Matches(summary, filter.CreatedFrom, filter.CreatedTo, filter.Statuses)),
                cancellation);
        }

        return new PurgeResult(purged, isComplete: true);
    }

    /// <inheritdoc/>
    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        Require(instanceId);
        string newId = restartWithNewInstanceId ? hub.NewId() : instanceId;
        ExecutionStarted start = await AskOfAsync(
            instanceId,
            old => new ExecutionStarted(
                old.State.Name,
                hub.NewId(),
                old.State.Input,
                time.GetUtcNow().UtcDateTime,
                old.State.Version,
                Tags: old.State.Tags),
            cancellation);
        return await SendAsync(
            EngineTracing.StartCreation(newId, start),
            newId,
            (partition, cause) => partition.StartAsync(newId, start, [], cause),
            cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// What failed last is tried again: the calls whose failures the code had not answered with further calls of its own.
    /// </remarks>
    public override Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        Require(instanceId);
        return hub.AskAsync(instanceId, partition => partition.RewindAsync(instanceId, reason), cancellation);
    }

    /// <inheritdoc/>
    public override async Task<IList<DurableTask.Core.History.HistoryEvent>> GetOrchestrationHistoryAsync(
        string instanceId, CancellationToken cancellation = default)
    {
        Require(instanceId);
        return await AskOfAsync(instanceId, OfficialHistory.Of, cancellation);
    }

    /// <inheritdoc/>
    public override async Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageSize);
        OrchestrationRuntimeStatus[]? statuses = runtimeStatus?.ToArray();
        bool byTime = completedTimeFrom is not null || completedTimeTo is not null;
        var found = new List<string>();
        string? token = lastInstanceKey;
        do
        {
            Page<string> page = await PageAsync(
                token,
                pageSize - found.Count,
                (partition, after, wanted) => partition.ListIdsAsync(
                    after,
                    one => Matches(one, null, null, statuses) && (!byTime || InstanceState.IsEnd(one.Status)),
                    wanted),
                id => id,
                cancellation);
            foreach (string id in page.Values)
            {
                if (!byTime || (await GetInstancesAsync(id, false, cancellation))?.LastUpdatedAt is { } completed
                    && !(completed < completedTimeFrom) && !(completed > completedTimeTo))
                {
                    found.Add(id);
                }
            }

            token = page.ContinuationToken;
        }
        while (token is not null && found.Count < pageSize);

        return new Page<string>(found, token);
    }

    /// <inheritdoc/>
    public override DurableEntityClient Entities => throw new NotSupportedException(OrchestrationContext.NoEntities);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Asks for something of an instance that must exist.</summary>
    private async Task<T> AskOfAsync<T>(string instanceId, Func<Instance, T> read, CancellationToken cancellation)
        where T : class =>
        await hub.AskAsync(instanceId, partition => partition.ReadAsync(instanceId, read), cancellation)
            ?? throw new ArgumentException(
                $"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));

    /// <summary>Asks for something that makes an instance run; <paramref name="span"/> ends with the answer.</summary>
    private async Task<T> SendAsync<T>(
        Activity? span, string instanceId, Func<ClientRequests, Activity?, Task<T>> request, CancellationToken cancellation)
    {
        Activity? cause = EngineTracing.CauseOf(span);
        try
        {
            return await hub.AskAsync(instanceId, partition => request(partition, cause), cancellation);
        }
        catch (Exception error)
        {
            span?.Fail(error.GetType().FullName, error.Message);
            throw;
        }
        finally
        {
            span?.Dispose();
        }
    }

    private Task<bool> ControlAsync(string instanceId, HistoryEvent control, CancellationToken cancellation)
    {
        Require(instanceId);
        return hub.AskAsync(instanceId, partition => partition.ControlAsync(instanceId, control), cancellation);
    }

    /// <summary>Waits across changes of ownership: the wait is no request of its own and has no bound but the caller's.</summary>
    internal async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<InstanceState, bool> condition, bool withData, CancellationToken cancellation)
    {
        Require(instanceId);
        while (true)
        {
            Partition partition = await hub.PartitionAsync(instanceId, cancellation);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, partition.Ended);
            try
            {
                return await partition.Requests.WaitAsync(instanceId, condition, withData, either.Token);
            }
            catch (Exception error)
                when (error is OperationCanceledException or TaskHubUnavailableException && !cancellation.IsCancellationRequested)
            {
                // This host lost the hub, or stops: ask again when it owns it again.
                await hub.WhenOverAsync(partition, cancellation);
            }
        }
    }

    private async Task<Page<T>> PageAsync<T>(
        string? token,
        int pageSize,
        Func<ClientRequests, string?, int, Task<IReadOnlyList<T>>> list,
        Func<T, string> idOf,
        CancellationToken cancellation)
        where T : notnull
    {
        // A page goes through the partitions one after the other; the token is "partition:last id".
        int first = 0;
        string? after = null;
        if (!string.IsNullOrEmpty(token))
        {
            int colon = token.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !int.TryParse(token.AsSpan(0, colon), CultureInfo.InvariantCulture, out first))
            {
                throw new ArgumentException($"'{token}' is no continuation token of this hub.", nameof(token));
            }

            after = token[(colon + 1)..];
        }

        var found = new List<T>();
        int count = await hub.CountPartitionsAsync(cancellation);
        for (int number = first; number < count; number++)
        {
            (string? behind, int wanted) = (after, pageSize - found.Count);
            found.AddRange(await hub.AskPartitionAsync(number, partition => list(partition, behind, wanted), cancellation));
            if (found.Count == pageSize)
            {
                return new Page<T>(found, $"{number}:{idOf(found[^1])}");
            }

            after = null;
        }

        return new Page<T>(found, null);
    }

    private static bool Matches(InstanceSummary summary, OrchestrationQuery query) =>
        (query.InstanceIdPrefix is null || summary.Id.StartsWith(query.InstanceIdPrefix, StringComparison.Ordinal))
        && Matches(summary, query.CreatedFrom, query.CreatedTo, query.Statuses);

    private static bool Matches(
        InstanceSummary summary, DateTimeOffset? from, DateTimeOffset? to, IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        (from is null || summary.CreatedAt >= from)
        && (to is null || summary.CreatedAt <= to)
        && (statuses is null || !statuses.Any() || statuses.Contains(summary.Status));

    private static void Require(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId.Length > 256 || instanceId.Any(char.IsControl))
        {
            throw new ArgumentException(
                "An instance id has at most 256 characters and no control characters.", nameof(instanceId));
        }

        if (instanceId[0] == '@')
        {
            throw new ArgumentException(
                "An instance id must not begin with '@': Durable Task keeps such ids for entities.", nameof(instanceId));
        }
    }
}
