using System.Diagnostics;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// What clients ask a partition for, from any thread. Every answer waits until all that it speaks of is durable. Owns nothing:
/// what is under way is counted by the commits, who waits is kept with the instance.
/// </summary>
internal sealed class ClientRequests(
    PartitionScope scope,
    CommitPipeline commits,
    FactRecorder recorder,
    InstanceCatalog catalog,
    Residency residency,
    Episodes episodes)
{
    /// <summary>What a request takes beside its payload, roughly, in bytes.</summary>
    private const int RequestBytes = 256;

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
                commits.OnceDurable(existing, () => answer.SetException(new OrchestrationAlreadyExistsException(
                    $"An orchestration with the instance id '{instanceId}' exists already ({existing.State.Status}).")));
                return;
            }

            commits.OnceDurable(episodes.Start(instanceId, start, cause), () => answer.SetResult(instanceId));
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
            Instance instance = residency.Obtain(instanceId);
            if (instance.State.IsEnded)
            {
                commits.OnceDurable(instance, () => answer.SetResult(false));
                return;
            }

            episodes.Accept(instance, raised, cause);
            commits.OnceDurable(instance, () => answer.SetResult(true));
        });

    /// <summary>Suspends or resumes an instance; answers whether there was one to act on.</summary>
    public Task<bool> ControlAsync(string instanceId, HistoryEvent control) =>
        AskAsync<bool>(instanceId, (found, answer) =>
        {
            if (found is not { State: { Exists: true, IsEnded: false } })
            {
                commits.OnceDurable(found, () => answer.SetResult(false));
                return;
            }

            episodes.Accept(found, control);
            commits.OnceDurable(found, () => answer.SetResult(true));
        });

    /// <summary>
    /// Ends an instance, and where asked for the sub-orchestrations that it waits for; answers whether there was one to end.
    /// </summary>
    public Task<bool> TerminateAsync(string instanceId, string? output, bool recursive) =>
        AskAsync<bool>(instanceId, (found, answer) =>
        {
            if (found is not { State: { Exists: true, IsEnded: false } })
            {
                commits.OnceDurable(found, () => answer.SetResult(false));
                return;
            }

            InstanceMessage[] children = !recursive ? [] :
            [
                .. found.State.WaitingFor.OfType<SubOrchestrationScheduled>().Select(
                    child => new InstanceMessage(child.InstanceId, null, new ExecutionTerminated(output))),
            ];
            episodes.End(found, new ExecutionTerminated(output), children);
            commits.OnceDurable(found, () => answer.SetResult(true));
        });

    /// <summary>Lets a failed instance, and the failed sub-orchestrations that it waited for, try again.</summary>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has not failed, or its history is not known.</exception>
    public Task<bool> RewindAsync(string instanceId, string? reason) =>
        AskAsync<bool>(instanceId, (found, answer) =>
        {
            Exception? refusal = found switch
            {
                not { State.Exists: true } => new ArgumentException(
                    $"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId)),
                { State.Status: not OrchestrationRuntimeStatus.Failed } => new InvalidOperationException(
                    $"Orchestration '{instanceId}' is {found.State.Status}: only one that has failed can be rewound."),
                { History.IsEmpty: true } => new InvalidOperationException(
                    $"The history of orchestration '{instanceId}' was not kept when it failed: it cannot be rewound."),
                _ => null,
            };
            if (refusal is not null)
            {
                commits.OnceDurable(found, () => answer.SetException(refusal));
                return;
            }

            episodes.Rewind(found!, new ExecutionRewound(scope.Services.NewExecutionId(), reason, Parent: null));
            commits.OnceDurable(found, () => answer.SetResult(true));
        });

    /// <summary>Deletes an ended instance; answers how many were deleted.</summary>
    public Task<int> PurgeAsync(string instanceId) =>
        AskAsync<int>(instanceId, (found, answer) => Purge(found is { State.IsEnded: true } ? [instanceId] : [], answer));

    /// <summary>Deletes all ended instances that <paramref name="chosen"/> picks; answers how many were deleted.</summary>
    public Task<int> PurgeAllAsync(Func<InstanceSummary, bool> chosen) =>
        scope.Mailbox.AskAsync<int>(answer => Purge(
            [.. catalog.Ids.Where(id => catalog.SummaryOf(id) is { IsEnded: true } one && chosen(one))], answer));

    private void Purge(string[] ended, TaskCompletionSource<int> answer)
    {
        foreach (string instanceId in ended)
        {
            recorder.Purge(instanceId);
        }

        commits.OnceDurable(null, () => answer.SetResult(ended.Length));
    }

    /// <summary>Describes one instance; null where there is none.</summary>
    public Task<OrchestrationMetadata?> GetAsync(string instanceId, bool withData) =>
        ReadAsync(instanceId, found => found.Describe(scope.Services.Converter, withData));

    /// <summary>Takes from an instance what the caller wants to know; null where there is no instance.</summary>
    public Task<T?> ReadAsync<T>(string instanceId, Func<Instance, T> read)
        where T : class =>
        AskAsync<T?>(instanceId, (found, answer) =>
        {
            T? value = found is { State.Exists: true } ? read(found) : null;
            commits.OnceDurable(found, () => answer.SetResult(value));
        });

    /// <summary>Lists the ids of instances, in their order.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public Task<IReadOnlyList<string>> ListIdsAsync(string? after, Func<InstanceSummary, bool> chosen, int count) =>
        scope.Mailbox.AskAsync<IReadOnlyList<string>>(answer =>
        {
            string[] ids = [.. catalog.IdsAfter(after).Where(id => chosen(catalog.SummaryOf(id))).Take(count)];
            commits.OnceDurable(null, () => answer.SetResult(ids));
        });

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
            int wanted = count - described.Count;
            IReadOnlyList<string> page = await ListIdsAsync(after, chosen, wanted);
            foreach (Task<OrchestrationMetadata?> one in page.Select(id => GetAsync(id, withData)).ToArray())
            {
                if (await one is { } metadata)
                {
                    described.Add(metadata);
                }
            }

            // One that was purged meanwhile leaves a place for another.
            if (page.Count < wanted || described.Count == count)
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
        Task<OrchestrationMetadata> met = AskAsync<OrchestrationMetadata>(instanceId, (_, answer) =>
        {
            Instance instance = residency.Obtain(instanceId);
            waiter = new InstanceWaiter(condition, withData, answer);
            (instance.Waiters ??= []).Add(waiter);
            recorder.AnswerWaiters(instance);
        });
        using CancellationTokenRegistration forget = cancellation.Register(
            () => scope.Mailbox.Post(() => residency.Find(instanceId)?.Waiters?.Remove(waiter!)));
        return await met.OrCancelledAsync(cancellation);
    }

    /// <summary>
    /// Takes in a request that adds to what is under way, with the instance or null; refuses it when the partition, or this
    /// instance alone, has as much under way as it may.
    /// </summary>
    private Task<T> RequestAsync<T>(string instanceId, string? payload, Action<Instance?, TaskCompletionSource<T>> work) =>
        scope.Mailbox.AskAsync<T>(answer => residency.With(instanceId, found =>
        {
            (long limit, long longest) = (scope.Services.Options.MaximumPendingBytes, scope.Services.Options.MaximumHistoryBytes);
            long bytes = RequestBytes + (payload?.Length ?? 0);
            if (commits.PendingBytes + bytes > limit)
            {
                answer.SetException(new TaskHubOverloadedException(
                    $"Partition {scope.Number} has {commits.PendingBytes:N0} bytes of requests to commit, "
                    + $"and takes in {limit:N0}. Try again in a second."));
            }
            else if (found?.ShareUnderWay(commits.Committed) + bytes > limit / 4)
            {
                answer.SetException(new TaskHubOverloadedException(
                    $"Orchestration '{instanceId}' has more than {limit / 4:N0} bytes of requests to commit, "
                    + "a quarter of what its partition takes in. Try again in a second."));
            }
            else if (found?.History.Length + bytes > longest)
            {
                answer.SetException(new TaskHubOverloadedException(
                    $"The history of orchestration '{instanceId}' is full ({longest:N0} bytes): "
                    + "it takes no more events until its code has continued as new."));
            }
            else
            {
                work(found, answer);
                commits.CountPending(found, bytes);
            }
        }));

    /// <summary>Does something with an instance, or with null where there is none, that answers a caller.</summary>
    private Task<T> AskAsync<T>(string instanceId, Action<Instance?, TaskCompletionSource<T>> work) =>
        scope.Mailbox.AskAsync<T>(answer => residency.With(instanceId, found => work(found, answer)));
}
