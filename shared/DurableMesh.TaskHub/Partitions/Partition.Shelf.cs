using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;

namespace DurableMesh.TaskHub.Partitions;

/// <content>
/// Which instances are in memory. Idle ones lose their live code first, then leave altogether, as soon as a checkpoint holds
/// them; whatever concerns one of those waits until it is back.
/// </content>
internal sealed partial class Partition
{
    /// <summary>What an instance takes beside its history, and what its live code takes, roughly, in bytes.</summary>
    private const int InstanceBytes = 1024, ExecutorBytes = 3 * 1024;

    private readonly LinkedList<Instance> _byLastTouch = [];
    private readonly Dictionary<string, List<Action<Instance?>>> _returning = [];
    private long _residentBytes;
    private int _liveInstances;

    /// <summary>How many instances are in memory.</summary>
    public int ResidentInstances => _instances.Count;

    /// <summary>
    /// Does something with an instance, at once where it is in memory, else when it is back; with null where there is none. What
    /// comes later does not overtake what waits, even if the instance was purged meanwhile or was brought back for a checkpoint.
    /// </summary>
    private void With(string instanceId, Action<Instance?> work)
    {
        if (_returning.TryGetValue(instanceId, out List<Action<Instance?>>? waiting))
        {
            waiting.Add(work);
        }
        else if (_instances.TryGetValue(instanceId, out Instance? instance))
        {
            work(instance);
        }
        else if (!_shelf.TryGet(instanceId, out ShelvedInstance? shelved))
        {
            work(null);
        }
        else
        {
            _returning.Add(instanceId, [work]);
            _ = Begin(() => ReturnAsync(shelved));
        }
    }

    /// <summary>Whether the instance is in a checkpoint only.</summary>
    private bool IsAway(string instanceId) => !_instances.ContainsKey(instanceId) && _shelf.TryGet(instanceId, out _);

    private async Task ReturnAsync(ShelvedInstance shelved)
    {
        try
        {
            try
            {
                StoredInstance stored = await PersistAsync(() => _checkpoints.ReadAsync(shelved, Ended));
                Post(() => Return(shelved, stored));
            }
            catch (FileNotFoundException missing)
            {
                await ConfirmOwnerAsync(Ended);
                Post(() => ReturnAgain(shelved, missing));
            }
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The partition has ended.
        }
        catch (Exception error)
        {
            Abort(error);
        }
    }

    private void Return(ShelvedInstance shelved, StoredInstance? stored)
    {
        // Moved to another file meanwhile, it is the same; purged and begun anew, it is not, and is in memory or read anew.
        if (stored is not null && !_instances.ContainsKey(shelved.Id)
            && _shelf.TryGet(shelved.Id, out ShelvedInstance? still) && still.AsOf == shelved.AsOf)
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
        if (_shelf.TryGet(shelved.Id, out ShelvedInstance? still) && still == shelved)
        {
            Abort(Lost(shelved, missing));
        }
        else
        {
            Return(shelved, stored: null);
        }
    }

    private void Admit(Instance instance)
    {
        _instances.Add(instance.Id, instance);
        Touch(instance);
    }

    private void Dismiss(Instance instance)
    {
        _instances.Remove(instance.Id);
        _byLastTouch.Remove(instance.Place!);
        instance.Place = null;
        _residentBytes -= instance.CountedBytes;
        _liveInstances -= instance.IsCountedLive ? 1 : 0;
    }

    /// <summary>Something happened to an instance: it is the last that will have to leave the memory.</summary>
    private void Touch(Instance instance)
    {
        instance.TouchedAt = _services.Time.GetTimestamp();
        if (instance.Place is null)
        {
            instance.Place = _byLastTouch.AddLast(instance);
        }
        else
        {
            _byLastTouch.Remove(instance.Place);
            _byLastTouch.AddLast(instance.Place);
        }

        Count(instance);
    }

    private void Count(Instance instance)
    {
        bool isLive = instance.Executor is not null;
        int bytes = InstanceBytes + instance.History.Length + (isLive ? ExecutorBytes : 0);
        _residentBytes += bytes - instance.CountedBytes;
        _liveInstances += (isLive ? 1 : 0) - (instance.IsCountedLive ? 1 : 0);
        (instance.CountedBytes, instance.IsCountedLive) = (bytes, isLive);
    }

    /// <summary>
    /// Takes idle instances out of memory, the longest idle first, and busier ones too where the memory is short.
    /// </summary>
    private void EvictIdle()
    {
        for (LinkedListNode<Instance>? node = _byLastTouch.First; node is not null;)
        {
            Instance instance = node.Value;
            node = node.Next;
            TimeSpan idle = _services.Time.GetElapsedTime(instance.TouchedAt);
            bool isShort = _residentBytes > _services.Options.ResidentBytes;
            if (!isShort && idle < _services.Options.LiveIdleTimeout && idle < _services.Options.ResidentIdleTimeout)
            {
                return;
            }

            if ((isShort || idle >= _services.Options.LiveIdleTimeout) && !instance.IsQueued)
            {
                instance.Executor = null;
                Count(instance);
            }

            if ((isShort || idle >= _services.Options.ResidentIdleTimeout) && CanLeave(instance))
            {
                Dismiss(instance);
            }
        }

        _mustCheckpoint |= _residentBytes > _services.Options.ResidentBytes && _dirty.Count > 0;
    }

    private bool CanLeave(Instance instance) =>
        instance is { IsDirty: false, IsBeingShelved: false, IsQueued: false, Waiters: not { Count: > 0 }, State.IsBusy: false }
        && (instance.Shelved is { } shelved ? shelved.Newest.File <= _settledFile : instance.LastCommit == 0);
}
