using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Which instances are in memory. Idle ones lose their live code first, then leave altogether, as soon as a checkpoint holds
/// them; whatever concerns one of those waits until it is back. Owns the table of instances, the order in which they have to
/// leave, and what waits for those that come back.
/// </summary>
internal sealed class Residency(PartitionScope scope, CheckpointReader reader, Shelf shelf)
{
    /// <summary>What an instance takes beside its history, and what its live code takes, roughly, in bytes.</summary>
    private const int InstanceBytes = 1024, ExecutorBytes = 3 * 1024;

    private readonly Dictionary<string, Instance> _instances = [];
    private readonly LinkedList<Instance> _byLastTouch = [];
    private readonly Dictionary<string, List<Action<Instance?>>> _returning = [];
    private long _residentBytes;

    /// <summary>The instances in memory.</summary>
    public IReadOnlyCollection<Instance> Instances => _instances.Values;

    /// <summary>How many are in memory.</summary>
    public int Count => _instances.Count;

    /// <summary>How many of them have live code.</summary>
    public int LiveCount { get; private set; }

    /// <summary>Whether the instances take more memory than they may.</summary>
    public bool IsShort => _residentBytes > scope.Services.Options.ResidentBytes;

    /// <summary>The instance, if it is in memory.</summary>
    public Instance? Find(string instanceId) => _instances.GetValueOrDefault(instanceId);

    /// <summary>Whether an instance is in memory.</summary>
    public bool Has(string instanceId) => _instances.ContainsKey(instanceId);

    /// <summary>Whether it is this very object that is in memory, and not one that was begun anew under its id.</summary>
    public bool Has(Instance instance) => Find(instance.Id) == instance;

    /// <summary>Whether the instance is in a checkpoint only.</summary>
    public bool IsAway(string instanceId) => !_instances.ContainsKey(instanceId) && shelf.TryGet(instanceId, out _);

    /// <summary>Whether what concerns the instance has to wait: it is away, or others wait for it already.</summary>
    public bool MustWait(string instanceId) => _returning.ContainsKey(instanceId) || IsAway(instanceId);

    /// <summary>
    /// Does something with an instance, at once where it is in memory, else when it is back; with null where there is none. What
    /// comes later does not overtake what waits, even if the instance was purged meanwhile or was brought back for a checkpoint.
    /// </summary>
    public void With(string instanceId, Action<Instance?> work)
    {
        if (_returning.TryGetValue(instanceId, out List<Action<Instance?>>? waiting))
        {
            waiting.Add(work);
        }
        else if (_instances.TryGetValue(instanceId, out Instance? instance))
        {
            work(instance);
        }
        else if (!shelf.TryGet(instanceId, out ShelvedInstance? shelved))
        {
            work(null);
        }
        else
        {
            _returning.Add(instanceId, [work]);
            _ = scope.Mailbox.Begin(() => ReturnAsync(shelved));
        }
    }

    /// <summary>The instance, or a new place for events that come before their instance is started.</summary>
    public Instance Obtain(string instanceId)
    {
        if (!_instances.TryGetValue(instanceId, out Instance? instance))
        {
            Admit(instance = new Instance(instanceId));
        }

        return instance;
    }

    /// <summary>Takes an instance into memory.</summary>
    public void Admit(Instance instance)
    {
        _instances.Add(instance.Id, instance);
        Touch(instance);
    }

    /// <summary>Takes an instance out of memory.</summary>
    public void Dismiss(Instance instance)
    {
        _instances.Remove(instance.Id);
        _byLastTouch.Remove(instance.Place!);
        instance.Place = null;
        _residentBytes -= instance.CountedBytes;
        LiveCount -= instance.IsCountedLive ? 1 : 0;
    }

    /// <summary>Something happened to an instance: it is the last that will have to leave the memory.</summary>
    public void Touch(Instance instance)
    {
        instance.TouchedAt = scope.Services.Time.GetTimestamp();
        if (instance.Place is null)
        {
            instance.Place = _byLastTouch.AddLast(instance);
        }
        else
        {
            _byLastTouch.Remove(instance.Place);
            _byLastTouch.AddLast(instance.Place);
        }

        Measure(instance);
    }

    /// <summary>Counts how much memory an instance takes now.</summary>
    public void Measure(Instance instance)
    {
        bool isLive = instance.Executor is not null;
        int bytes = InstanceBytes + instance.History.Length + (isLive ? ExecutorBytes : 0);
        _residentBytes += bytes - instance.CountedBytes;
        LiveCount += (isLive ? 1 : 0) - (instance.IsCountedLive ? 1 : 0);
        (instance.CountedBytes, instance.IsCountedLive) = (bytes, isLive);
    }

    /// <summary>
    /// Takes idle instances out of memory, the longest idle first, and busier ones too where the memory is short.
    /// </summary>
    /// <param name="settledFile">The newest checkpoint file that can be relied on.</param>
    public void EvictIdle(long settledFile)
    {
        TaskHubOptions options = scope.Services.Options;
        for (LinkedListNode<Instance>? node = _byLastTouch.First; node is not null;)
        {
            Instance instance = node.Value;
            node = node.Next;
            TimeSpan idle = scope.Services.Time.GetElapsedTime(instance.TouchedAt);
            bool isShort = IsShort;
            if (!isShort && idle < options.LiveIdleTimeout && idle < options.ResidentIdleTimeout)
            {
                return;
            }

            if ((isShort || idle >= options.LiveIdleTimeout) && !instance.IsQueued)
            {
                instance.Executor = null;
                Measure(instance);
            }

            if ((isShort || idle >= options.ResidentIdleTimeout) && CanLeave(instance, settledFile))
            {
                Dismiss(instance);
            }
        }
    }

    private static bool CanLeave(Instance instance, long settledFile) =>
        instance is { IsDirty: false, IsBeingShelved: false, IsQueued: false, Waiters: not { Count: > 0 }, State.IsBusy: false }
        && (instance.Shelved is { } shelved ? shelved.Newest.File <= settledFile : instance.LastCommit == 0);

    private async Task ReturnAsync(ShelvedInstance shelved)
    {
        try
        {
            try
            {
                StoredInstance stored = await reader.ReadAsync(shelved, scope.Ended);
                scope.Mailbox.Post(() => Return(shelved, stored));
            }
            catch (FileNotFoundException missing)
            {
                await scope.Lease.ProveAsync(scope.Ended);
                scope.Mailbox.Post(() => ReturnAgain(shelved, missing));
            }
        }
        catch (OperationCanceledException) when (scope.Ended.IsCancellationRequested)
        {
            // The partition has ended.
        }
        catch (Exception error)
        {
            scope.Mailbox.Abort(error);
        }
    }

    private void Return(ShelvedInstance shelved, StoredInstance? stored)
    {
        // Moved to another file meanwhile, it is the same; purged and begun anew, it is not, and is in memory or read anew.
        if (stored is not null && !_instances.ContainsKey(shelved.Id)
            && shelf.TryGet(shelved.Id, out ShelvedInstance? still) && still.AsOf == shelved.AsOf)
        {
            Admit(Instance.Restore(still, stored));
        }

        _returning.Remove(shelved.Id, out List<Action<Instance?>>? waiting);
        foreach (Action<Instance?> work in waiting!)
        {
            With(shelved.Id, work);
        }
    }

    /// <summary>The file is gone: because the instance was moved while the read took long, or for good.</summary>
    private void ReturnAgain(ShelvedInstance shelved, FileNotFoundException missing)
    {
        if (shelf.TryGet(shelved.Id, out ShelvedInstance? still) && still == shelved)
        {
            scope.Mailbox.Abort(shelved.Lost(scope.Number, missing));
        }
        else
        {
            Return(shelved, stored: null);
        }
    }
}
