namespace DurableMesh.LocalHost.Storage;

/// <summary>
/// A task hub in memory, shared by all the hosts of a test. It has no threads and no clock of its own: a call completes
/// synchronously unless a fault plan makes it wait, so a single-threaded simulation over it is deterministic.
/// </summary>
/// <remarks>
/// As on the service, an expired lease fences nobody until another host acquires it. Thread-safe.
/// </remarks>
internal sealed class InMemoryHubStorage(TimeProvider time)
{
    // Azurite forgets at most some seconds of writes; tests forget less than this many.
    private const int RememberedAppends = 10_000;

    private readonly Lock gate = new();
    private readonly Dictionary<int, InMemoryLease> leases = [];
    private Queue<InMemoryLog> past = [];
    private InMemoryLog log = InMemoryLog.Empty;
    private int? partitions;

    /// <inheritdoc cref="IPartitionStorage.LeaseDuration"/>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc cref="IPartitionStorage.MaximumBlockBytes"/>
    public int MaximumBlockBytes { get; init; } = 4 * 1024 * 1024;

    /// <inheritdoc cref="IPartitionStorage.MaximumBlocksPerSegment"/>
    public int MaximumBlocksPerSegment { get; init; } = 45_000;

    /// <summary>After how many blocks a segment really refuses the next one.</summary>
    public int ServiceBlockLimit { get; init; } = 50_000;

    /// <summary>How many blocks have been appended so far, torn ones included.</summary>
    public long AppendCount { get; private set; }

    /// <summary>The clock that leases and delays go by.</summary>
    internal TimeProvider Time => time;

    /// <summary>Opens the storage for one host. Hosts see one another's data and compete for the leases.</summary>
    public InMemoryHubConnection Connect(StorageFaultPlan? faults = null) => new(this, faults);

    /// <summary>A second storage with the same data and no leases: the disk after a crash that forgot the last appends.</summary>
    /// <param name="forgottenAppends">How many of the last appends (over all partitions) the copy lacks.</param>
    public InMemoryHubStorage Copy(int forgottenAppends = 0)
    {
        lock (gate)
        {
            return new InMemoryHubStorage(time)
            {
                LeaseDuration = LeaseDuration,
                MaximumBlockBytes = MaximumBlockBytes,
                MaximumBlocksPerSegment = MaximumBlocksPerSegment,
                ServiceBlockLimit = ServiceBlockLimit,
                log = Before(forgottenAppends),
                partitions = partitions,
            };
        }
    }

    /// <summary>
    /// Forgets the last appends (over all partitions), and what was created or deleted since, under the feet of the running
    /// hosts, which keep their leases: what an Azurite does that was killed and started again.
    /// </summary>
    public void Forget(int appends)
    {
        lock (gate)
        {
            log = Before(appends);
            past = new Queue<InMemoryLog>(past.Take(past.Count - appends));
        }
    }

    /// <summary>Cuts a segment down to its first <paramref name="length"/> bytes.</summary>
    public void Truncate(int partition, long segment, long length) => Edit(partition, segment, found => found.Truncate(length));

    /// <summary>Inverts the bits of one byte of a segment.</summary>
    public void FlipByte(int partition, long segment, long offset) => Edit(partition, segment, found => found.FlipByte(offset));

    /// <summary>All bytes of a segment.</summary>
    public byte[] ReadSegment(int partition, long segment) => Read(partition, segment, offset: 0);

    internal int EnsureHub(int partitionCount)
    {
        lock (gate)
        {
            return partitions ??= partitionCount;
        }
    }

    internal LeaseAttempt TryAcquire(int partition, InMemoryPartition holder, HubOwner owner)
    {
        lock (gate)
        {
            if (leases.TryGetValue(partition, out var held)
                && held.Holder != holder
                && held.Expires > time.GetUtcNow()
                && held.Owner.HostId != owner.HostId
                && !held.Holder.IsDead)
            {
                return new LeaseAttempt(Acquired: false, held.Owner);
            }

            leases[partition] = new InMemoryLease(holder, owner, time.GetUtcNow() + LeaseDuration);
            return new LeaseAttempt(Acquired: true, Holder: null);
        }
    }

    internal void Renew(int partition, InMemoryPartition holder)
    {
        lock (gate)
        {
            leases[partition] = HeldLease(partition, holder) with { Expires = time.GetUtcNow() + LeaseDuration };
        }
    }

    internal void Release(int partition, InMemoryPartition holder)
    {
        lock (gate)
        {
            if (leases.TryGetValue(partition, out var held) && held.Holder == holder)
            {
                leases.Remove(partition);
            }
        }
    }

    internal IReadOnlyList<LogSegment> List(int partition)
    {
        lock (gate)
        {
            return log.List(partition);
        }
    }

    internal void CreateSegment(int partition, long segment, InMemoryPartition holder)
    {
        lock (gate)
        {
            HeldLease(partition, holder);
            if (log.Find(partition, segment) is not { } found)
            {
                log = log.With(partition, segment, InMemorySegment.Empty);
            }
            else if (found.Length != 0)
            {
                throw new AppendPositionException(segment, expected: 0);
            }
        }
    }

    internal void Append(int partition, long segment, long position, ReadOnlyMemory<byte> block, InMemoryPartition holder)
    {
        ArgumentOutOfRangeException.ThrowIfZero(block.Length, nameof(block));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(block.Length, MaximumBlockBytes, nameof(block));
        lock (gate)
        {
            HeldLease(partition, holder);
            if (log.Find(partition, segment) is not { } found || found.Length != position)
            {
                throw new AppendPositionException(segment, position);
            }

            if (found.Blocks.Count >= ServiceBlockLimit)
            {
                throw new SegmentFullException(segment);
            }

            past.Enqueue(log);
            if (past.Count > RememberedAppends)
            {
                past.Dequeue();
            }

            log = log.With(partition, segment, found.Append(block.ToArray()));
            AppendCount++;
        }
    }

    internal byte[] Read(int partition, long segment, long offset)
    {
        lock (gate)
        {
            return Existing(partition, segment).ReadFrom(offset);
        }
    }

    internal void DeleteSegment(int partition, long segment, InMemoryPartition holder)
    {
        lock (gate)
        {
            HeldLease(partition, holder);
            log = log.Without(partition, segment);
        }
    }

    private InMemoryLease HeldLease(int partition, InMemoryPartition holder) =>
        leases.TryGetValue(partition, out var held) && held.Holder == holder
            ? held
            : throw new LeaseLostException($"Partition {partition} is not owned by this host (any more).");

    private InMemorySegment Existing(int partition, long segment) =>
        log.Find(partition, segment)
        ?? throw new FileNotFoundException($"Partition {partition} has no log segment {segment}.");

    private InMemoryLog Before(int appends)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(appends);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(appends, past.Count);
        return appends == 0 ? log : past.ElementAt(past.Count - appends);
    }

    private void Edit(int partition, long segment, Func<InMemorySegment, InMemorySegment> change)
    {
        lock (gate)
        {
            log = log.With(partition, segment, change(Existing(partition, segment)));
        }
    }
}

/// <summary>Who holds a partition, and until when unless renewed.</summary>
internal sealed record InMemoryLease(InMemoryPartition Holder, HubOwner Owner, DateTimeOffset Expires);
