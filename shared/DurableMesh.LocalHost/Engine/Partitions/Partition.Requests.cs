using DurableMesh.LocalHost.Engine.History;
using DurableMesh.LocalHost.Engine.Instances;
using DurableMesh.LocalHost.Engine.Log;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.LocalHost.Engine.Partitions;

/// <content>What clients ask for. Every answer waits until all that it speaks of is durable.</content>
internal sealed partial class Partition
{
    /// <summary>Starts an instance.</summary>
    /// <param name="instanceId">Its id.</param>
    /// <param name="start">What starts it.</param>
    /// <param name="refusedStatuses">An existing instance in one of these stands in the way; a running one always does.</param>
    /// <exception cref="InvalidOperationException">An instance with this id stands in the way.</exception>
    public Task<string> StartAsync(
        string instanceId, ExecutionStarted start, IReadOnlyCollection<OrchestrationRuntimeStatus> refusedStatuses) =>
        AskAsync<string>(answer =>
        {
            if (_instances.TryGetValue(instanceId, out Instance? existing) && existing.State.Exists
                && (!existing.State.IsEnded || refusedStatuses.Contains(existing.State.Status)))
            {
                OnceDurable(existing, () => answer.SetException(new InvalidOperationException(
                    $"An orchestration with the instance id '{instanceId}' exists already ({existing.State.Status}).")));
                return;
            }

            OnceDurable(Begin(instanceId, start), () => answer.SetResult(instanceId));
        });

    /// <summary>
    /// Raises an event. One for an instance that does not exist yet is kept for it; one for an ended instance is dropped.
    /// </summary>
    public Task<bool> RaiseEventAsync(string instanceId, EventRaised raised) =>
        AskAsync<bool>(answer =>
        {
            Instance instance = Obtain(instanceId);
            if (instance.State.IsEnded)
            {
                OnceDurable(instance, () => answer.SetResult(false));
                return;
            }

            Accept(instance, raised);
            OnceDurable(instance, () => answer.SetResult(true));
        });

    /// <summary>Suspends or resumes an instance; answers whether there was one to act on.</summary>
    public Task<bool> ControlAsync(string instanceId, HistoryEvent control) =>
        AskAsync<bool>(answer =>
        {
            if (!TryGetOpen(instanceId, answer, out Instance instance))
            {
                return;
            }

            Accept(instance, control);
            OnceDurable(instance, () => answer.SetResult(true));
        });

    /// <summary>
    /// Ends an instance, and where asked for the sub-orchestrations that it waits for; answers whether there was one to end.
    /// </summary>
    public Task<bool> TerminateAsync(string instanceId, string? output, bool recursive) =>
        AskAsync<bool>(answer =>
        {
            if (!TryGetOpen(instanceId, answer, out Instance instance))
            {
                return;
            }

            if (recursive)
            {
                _messages.AddRange(instance.State.WaitingFor.OfType<SubOrchestrationScheduled>().Select(
                    child => new InstanceMessage(child.InstanceId, null, new ExecutionTerminated(output))));
            }

            EndInstance(instance, new ExecutionTerminated(output));
            OnceDurable(instance, () => answer.SetResult(true));
        });

    /// <summary>Deletes an ended instance; answers how many were deleted.</summary>
    public Task<int> PurgeAsync(string instanceId) =>
        AskAsync<int>(answer => Purge(Find(instanceId) is { State.IsEnded: true } ended ? [ended] : [], answer));

    /// <summary>Deletes all ended instances that <paramref name="chosen"/> picks; answers how many were deleted.</summary>
    public Task<int> PurgeAllAsync(Func<OrchestrationMetadata, bool> chosen) =>
        AskAsync<int>(answer => Purge(
            [.. _instances.Values.Where(instance => instance.State is { Exists: true, IsEnded: true }
                && chosen(instance.Describe(_services.Converter, withData: false)))],
            answer));

    private void Purge(Instance[] ended, TaskCompletionSource<int> answer)
    {
        foreach (Instance instance in ended)
        {
            Purge(instance);
        }

        if (_open.IsEmpty)
        {
            answer.SetResult(ended.Length);
        }
        else
        {
            _open.OnCommitted(() => answer.SetResult(ended.Length));
        }
    }

    /// <summary>Describes one instance; null where there is none.</summary>
    public Task<OrchestrationMetadata?> GetAsync(string instanceId, bool withData) =>
        AskAsync<OrchestrationMetadata?>(answer =>
        {
            Instance? instance = Find(instanceId);
            OrchestrationMetadata? metadata = instance?.Describe(_services.Converter, withData);
            OnceDurable(instance, () => answer.SetResult(metadata));
        });

    /// <summary>Describes instances in the order of their ids.</summary>
    /// <param name="after">Only ids behind this one (ordinal); null: from the first.</param>
    /// <param name="chosen">Which.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="withData">Whether input, output and custom status are wanted.</param>
    public Task<IReadOnlyList<OrchestrationMetadata>> ListAsync(
        string? after, Func<OrchestrationMetadata, bool> chosen, int count, bool withData) =>
        AskAsync<IReadOnlyList<OrchestrationMetadata>>(answer =>
        {
            OrchestrationMetadata[] page = [.. _instances.Values
                .Where(instance => instance.State.Exists && (after is null || string.CompareOrdinal(instance.Id, after) > 0))
                .OrderBy(instance => instance.Id, StringComparer.Ordinal)
                .Select(instance => instance.Describe(_services.Converter, withData))
                .Where(chosen)
                .Take(count)];
            OnceDurable(page.Select(metadata => _instances[metadata.InstanceId]).MaxBy(instance => instance.LastCommit), () => answer.SetResult(page));
        });

    /// <summary>Waits until an instance satisfies a condition; it may not exist yet.</summary>
    /// <param name="instanceId">Which.</param>
    /// <param name="condition">What is waited for.</param>
    /// <param name="withData">Whether input, output and custom status are wanted.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<InstanceState, bool> condition, bool withData, CancellationToken cancellation)
    {
        InstanceWaiter? waiter = null;
        Task<OrchestrationMetadata> met = AskAsync<OrchestrationMetadata>(answer =>
        {
            Instance instance = Obtain(instanceId);
            waiter = new InstanceWaiter(condition, withData, answer);
            (instance.Waiters ??= []).Add(waiter);
            AnswerWaiters(instance);
        });
        using CancellationTokenRegistration forget = cancellation.Register(
            () => Post(() => _instances.GetValueOrDefault(instanceId)?.Waiters?.Remove(waiter!)));
        return await met.WaitAsync(cancellation);
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

    private Instance? Find(string instanceId) =>
        _instances.TryGetValue(instanceId, out Instance? instance) && instance.State.Exists ? instance : null;

    private bool TryGetOpen(string instanceId, TaskCompletionSource<bool> answer, out Instance instance)
    {
        instance = Find(instanceId)!;
        if (instance is { State.IsEnded: false })
        {
            return true;
        }

        OnceDurable(instance, () => answer.SetResult(false));
        return false;
    }
}
