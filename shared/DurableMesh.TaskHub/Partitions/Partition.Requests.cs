using System.Diagnostics;
using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Partitions;

/// <content>What clients ask for. Every answer waits until all that it speaks of is durable.</content>
internal sealed partial class Partition
{
    /// <summary>What a request takes beside its payload, roughly, in bytes.</summary>
    private const int RequestBytes = 256;

    /// <summary>All instances that were started, wherever they are, in the order in which they are listed.</summary>
    private readonly SortedSet<string> _ids = new(StringComparer.Ordinal);

    private long _pendingBytes;

    /// <summary>Starts an instance.</summary>
    /// <param name="instanceId">Its id.</param>
    /// <param name="start">What starts it.</param>
    /// <param name="refusedStatuses">An existing instance in one of these stands in the way; a running one always does.</param>
    /// <param name="cause">The span of the request, where it has one.</param>
    /// <exception cref="InvalidOperationException">An instance with this id stands in the way.</exception>
    /// <exception cref="TaskHubOverloadedException">The partition has too much to do. Nothing happened.</exception>
    public Task<string> StartAsync(
        string instanceId,
        ExecutionStarted start,
        IReadOnlyCollection<OrchestrationRuntimeStatus> refusedStatuses,
        Activity? cause) =>
        RequestAsync<string>(instanceId, start.Input, (existing, answer) =>
        {
            if (existing is { State.Exists: true }
                && (!existing.State.IsEnded || refusedStatuses.Contains(existing.State.Status)))
            {
                OnceDurable(existing, () => answer.SetException(new DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException(
                    $"An orchestration with the instance id '{instanceId}' exists already ({existing.State.Status}).")));
                return;
            }

            OnceDurable(Begin(instanceId, start, cause), () => answer.SetResult(instanceId));
        });

    /// <summary>
    /// Raises an event. One for an instance that does not exist yet is kept for it; one for an ended instance is dropped.
    /// </summary>
    /// <exception cref="TaskHubOverloadedException">
    /// The partition or the instance has too much to do. Nothing happened.
    /// </exception>
    public Task<bool> RaiseEventAsync(string instanceId, EventRaised raised, Activity? cause) =>
        RequestAsync<bool>(instanceId, raised.Input, (_, answer) =>
        {
            Instance instance = Obtain(instanceId);
            if (instance.State.IsEnded)
            {
                OnceDurable(instance, () => answer.SetResult(false));
                return;
            }

            Accept(instance, raised, cause);
            OnceDurable(instance, () => answer.SetResult(true));
        });

    /// <summary>Suspends or resumes an instance; answers whether there was one to act on.</summary>
    public Task<bool> ControlAsync(string instanceId, HistoryEvent control) =>
        AskAsync<bool>(answer => With(instanceId, found =>
        {
            if (found is not { State: { Exists: true, IsEnded: false } })
            {
                OnceDurable(found, () => answer.SetResult(false));
                return;
            }

            Accept(found, control);
            OnceDurable(found, () => answer.SetResult(true));
        }));

    /// <summary>
    /// Ends an instance, and where asked for the sub-orchestrations that it waits for; answers whether there was one to end.
    /// </summary>
    public Task<bool> TerminateAsync(string instanceId, string? output, bool recursive) =>
        AskAsync<bool>(answer => With(instanceId, found =>
        {
            if (found is not { State: { Exists: true, IsEnded: false } })
            {
                OnceDurable(found, () => answer.SetResult(false));
                return;
            }

            if (recursive)
            {
                _messages.AddRange(found.State.WaitingFor.OfType<SubOrchestrationScheduled>().Select(
                    child => new InstanceMessage(child.InstanceId, null, new ExecutionTerminated(output))));
            }

            EndInstance(found, new ExecutionTerminated(output));
            OnceDurable(found, () => answer.SetResult(true));
        }));

    /// <summary>Deletes an ended instance; answers how many were deleted.</summary>
    public Task<int> PurgeAsync(string instanceId) =>
        AskAsync<int>(answer => With(instanceId, found => Purge(found is { State.IsEnded: true } ? [instanceId] : [], answer)));

    /// <summary>Deletes all ended instances that <paramref name="chosen"/> picks; answers how many were deleted.</summary>
    public Task<int> PurgeAllAsync(Func<InstanceSummary, bool> chosen) =>
        AskAsync<int>(answer => Purge(
            [.. _ids.Where(id => SummaryOf(id) is var one && InstanceState.IsEnd(one.Status) && chosen(one))], answer));

    private void Purge(string[] ended, TaskCompletionSource<int> answer)
    {
        foreach (string instanceId in ended)
        {
            Purge(instanceId);
        }

        OnceDurable(null, () => answer.SetResult(ended.Length));
    }

    /// <summary>Describes one instance; null where there is none.</summary>
    public Task<OrchestrationMetadata?> GetAsync(string instanceId, bool withData) =>
        AskAsync<OrchestrationMetadata?>(answer => With(instanceId, found =>
        {
            OrchestrationMetadata? metadata = found is { State.Exists: true }
                ? found.Describe(_services.Converter, withData)
                : null;
            OnceDurable(found, () => answer.SetResult(metadata));
        }));

    /// <summary>Describes instances in the order of their ids.</summary>
    /// <param name="after">Only ids behind this one (ordinal); null: from the first.</param>
    /// <param name="chosen">Which.</param>
    /// <param name="count">At most so many, from 1.</param>
    /// <param name="withData">Whether input, output and custom status are wanted.</param>
    public async Task<IReadOnlyList<OrchestrationMetadata>> ListAsync(
        string? after, Func<InstanceSummary, bool> chosen, int count, bool withData)
    {
        var described = new List<OrchestrationMetadata>();
        while (true)
        {
            (string? behind, int wanted) = (after, count - described.Count);
            string[] page = await AskAsync<string[]>(answer =>
            {
                string[] ids = [.. IdsAfter(behind).Where(id => chosen(SummaryOf(id))).Take(wanted)];
                OnceDurable(null, () => answer.SetResult(ids));
            });
            foreach (Task<OrchestrationMetadata?> one in page.Select(id => GetAsync(id, withData)).ToArray())
            {
                if (await one is { } metadata)
                {
                    described.Add(metadata);
                }
            }

            // One that was purged meanwhile leaves a place for another.
            if (page.Length < wanted || described.Count == count)
            {
                return described;
            }

            after = page[^1];
        }
    }

    /// <summary>Waits until an instance satisfies a condition; it may not exist yet.</summary>
    /// <param name="instanceId">Which.</param>
    /// <param name="condition">What is waited for.</param>
    /// <param name="withData">Whether input, output and custom status are wanted.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<InstanceState, bool> condition, bool withData, CancellationToken cancellation)
    {
        InstanceWaiter? waiter = null;
        Task<OrchestrationMetadata> met = AskAsync<OrchestrationMetadata>(answer => With(instanceId, _ =>
        {
            Instance instance = Obtain(instanceId);
            waiter = new InstanceWaiter(condition, withData, answer);
            (instance.Waiters ??= []).Add(waiter);
            AnswerWaiters(instance);
        }));
        using CancellationTokenRegistration forget = cancellation.Register(
            () => Post(() => _instances.GetValueOrDefault(instanceId)?.Waiters?.Remove(waiter!)));
        return await met.OrCancelledAsync(cancellation);
    }

    private void AnswerWaiters(Instance instance)
    {
        for (int i = (instance.Waiters?.Count ?? 0) - 1; i >= 0; i--)
        {
            InstanceWaiter waiter = instance.Waiters![i];
            if (instance.State.Exists && waiter.Condition(instance.State))
            {
                instance.Waiters.RemoveAt(i);
                OrchestrationMetadata metadata = instance.Describe(_services.Converter, waiter.WithData);
                OnceDurable(instance, () => waiter.Answer.TrySetResult(metadata));
            }
        }
    }

    /// <summary>
    /// Takes in a request that adds to what is under way, with the instance or null; refuses it when the partition, or this
    /// instance alone, has as much under way as it may.
    /// </summary>
    private Task<T> RequestAsync<T>(string instanceId, string? payload, Action<Instance?, TaskCompletionSource<T>> work) =>
        AskAsync<T>(answer => With(instanceId, found =>
        {
            long limit = _services.Options.MaximumPendingBytes;
            long bytes = RequestBytes + (payload?.Length ?? 0);
            if (_pendingBytes + bytes > limit)
            {
                answer.SetException(new TaskHubOverloadedException(
                    $"Partition {_number} has {_pendingBytes:N0} bytes of requests to commit, and takes in {limit:N0}. "
                    + "Try again in a second."));
            }
            else if (found?.ShareUnderWay(_committed) + bytes > limit / 4)
            {
                answer.SetException(new TaskHubOverloadedException(
                    $"Orchestration '{instanceId}' has more than {limit / 4:N0} bytes of requests to commit, "
                    + "a quarter of what its partition takes in. Try again in a second."));
            }
            else if (found?.History.Length + bytes > _services.Options.MaximumHistoryBytes)
            {
                answer.SetException(new TaskHubOverloadedException(
                    $"The history of orchestration '{instanceId}' is full ({_services.Options.MaximumHistoryBytes:N0} bytes): "
                    + "it takes no more events until its code has continued as new."));
            }
            else
            {
                work(found, answer);
                if (!_open.IsEmpty)
                {
                    // What changes nothing is never committed: counted, it would take up room for good.
                    _pendingBytes += bytes;
                    _open.PendingBytes += bytes;
                    found?.TakeShare(bytes, _committed, _open.Number);
                }
            }
        }));

    private IEnumerable<string> IdsAfter(string? after) =>
        after is null ? _ids
        : _ids.Count > 0 && string.CompareOrdinal(_ids.Max, after) > 0
            ? _ids.GetViewBetween(after, _ids.Max).SkipWhile(id => id == after)
        : [];

    private InstanceSummary SummaryOf(string instanceId) => _instances.TryGetValue(instanceId, out Instance? instance)
        ? new InstanceSummary(instanceId, instance.State.Status, instance.State.CreatedAt)
        : _shelf.TryGet(instanceId, out ShelvedInstance? shelved)
            ? new InstanceSummary(instanceId, shelved.Status, shelved.CreatedAt)
            : throw new InvalidOperationException($"Instance '{instanceId}' is neither in memory nor on the shelf.");
}
