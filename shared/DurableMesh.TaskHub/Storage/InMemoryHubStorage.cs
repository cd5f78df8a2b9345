namespace DurableMesh.TaskHub.Storage;

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
    private const int RememberedWrites = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, InMemoryLease> _leases = [];
    private Queue<InMemoryLog> _past = [];
    private InMemoryLog _log = InMemoryLog.Empty;
    private int? _partitions;

    /// <inheritdoc cref="IPartitionStorage.LeaseDuration"/>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <inheritdoc cref="IPartitionStorage.MaximumBlockBytes"/>
    public int MaximumBlockBytes { get; init; } = 4 * 1024 * 1024;

    /// <inheritdoc cref="IPartitionStorage.MaximumBlocksPerSegment"/>
    public int MaximumBlocksPerSegment { get; init; } = 45_000;

    /// <summary>After how many blocks a segment really refuses the next one.</summary>
    public int ServiceBlockLimit { get; init; } = 50_000;

    /// <summary>Who is told of what takes effect; null: nobody.</summary>
    public IStorageWitness? Witness { get; init; }

    /// <summary>Until when all that took effect can be seen to be saved, as a timestamp; null: nobody sees it.</summary>
    public Func<long>? SavedUntil { get; set; }

    /// <summary>How many blocks have been appended so far, torn ones included.</summary>
    public long AppendCount { get; private set; }

    /// <summary>The clock that leases and delays go by.</summary>
    internal TimeProvider Time => time;

    /// <summary>Opens the storage for one host. Hosts see one another's data and compete for the leases.</summary>
    public InMemoryHubConnection Connect(StorageFaultPlan? faults = null) => new(this, faults);

    /// <summary>A second storage with the same data and no leases: the disk after a crash that forgot the last writes.</summary>
    /// <param name="forgottenWrites">
    /// How many of the last appends and checkpoint files (over all partitions) the copy lacks.
    /// </param>
    public InMemoryHubStorage Copy(int forgottenWrites = 0)
    {
        lock (_gate)
        {
            return new InMemoryHubStorage(time)
            {
                LeaseDuration = LeaseDuration,
                MaximumBlockBytes = MaximumBlockBytes,
                MaximumBlocksPerSegment = MaximumBlocksPerSegment,
                ServiceBlockLimit = ServiceBlockLimit,
                _log = Before(forgottenWrites),
                _partitions = _partitions,
            };
        }
    }

    /// <summary>
    /// Forgets the last appends and checkpoint files (over all partitions), and what was created or deleted since, under the feet
    /// of the running hosts, which keep their leases: what an Azurite does that was killed and started again.
    /// </summary>
    public void Forget(int writes)
    {
        lock (_gate)
        {
            _log = Before(writes);
            _past = new Queue<InMemoryLog>(_past.Take(_past.Count - writes));
        }
    }

    /// <summary>Cuts a segment down to its first <paramref name="length"/> bytes.</summary>
    public void Truncate(int partition, long segment, long length) => Edit(partition, segment, found => found.Truncate(length));

    /// <summary>Inverts the bits of one byte of a segment.</summary>
    public void FlipByte(int partition, long segment, long offset) => Edit(partition, segment, found => found.FlipByte(offset));

    /// <summary>All bytes of a segment.</summary>
    public byte[] ReadSegment(int partition, long segment) => Read(partition, segment, offset: 0, int.MaxValue);

    internal int EnsureHub(int partitionCount)
    {
        lock (_gate)
        {
            return _partitions ??= partitionCount;
        }
    }

    internal LeaseAttempt TryAcquire(int partition, InMemoryPartition holder, HubOwner owner)
    {
        lock (_gate)
        {
            if (_leases.TryGetValue(partition, out var held)
                && held.Holder != holder
                && held.Expires > time.GetUtcNow()
                && held.Owner.HostId != owner.HostId
                && !held.Holder.Connection.IsDead)
            {
                return new LeaseAttempt(Acquired: false, held.Owner);
            }

            _leases[partition] = new InMemoryLease(holder, owner, time.GetUtcNow() + LeaseDuration);
            Witness?.Acquired(partition, holder.Connection);
            return new LeaseAttempt(Acquired: true, Holder: null);
        }
    }

    internal void Renew(int partition, InMemoryPartition holder)
    {
        lock (_gate)
        {
            _leases[partition] = HeldLease(partition, holder) with { Expires = time.GetUtcNow() + LeaseDuration };
        }
    }

    internal void Release(int partition, InMemoryPartition holder)
    {
        lock (_gate)
        {
            if (_leases.TryGetValue(partition, out var held) && held.Holder == holder)
            {
                _leases.Remove(partition);
            }
        }
    }

    /// <summary>Takes a lease from its holder; until it would have expired nobody else gets it, as on the service.</summary>
    internal void Lose(int partition, InMemoryPartition holder)
    {
        lock (_gate)
        {
            if (_leases.TryGetValue(partition, out var held) && held.Holder == holder)
            {
                _leases[partition] = held with { Holder = new InMemoryPartition(this, Connect(), partition) };
            }
        }
    }

    internal IReadOnlyList<LogSegment> List(int partition)
    {
        lock (_gate)
        {
            return _log.List(partition);
        }
    }

    internal void CreateSegment(int partition, long segment, InMemoryPartition holder)
    {
        lock (_gate)
        {
            HeldLease(partition, holder);
            if (_log.Find(partition, segment) is not { } found)
            {
                _log = _log.With(partition, segment, InMemorySegment.Empty);
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
        lock (_gate)
        {
            HeldLease(partition, holder);
            if (_log.Find(partition, segment) is not { } found || found.Length != position)
            {
                throw new AppendPositionException(segment, position);
            }

            if (found.Blocks.Count >= ServiceBlockLimit)
            {
                throw new SegmentFullException(segment);
            }

            RememberPast();
            _log = _log.With(partition, segment, found.Append(block.ToArray()));
            AppendCount++;
            Witness?.Appended(partition, segment, position, block, holder.Connection);
        }
    }

    internal bool TryWriteCheckpointFile(int partition, long file, ReadOnlyMemory<byte> content)
    {
        lock (_gate)
        {
            if (_log.Checkpoints.ContainsKey((partition, file)))
            {
                return false;
            }

            RememberPast();
            _log = _log.WithCheckpointFile(partition, file, content.ToArray());
            Witness?.WroteCheckpointFile(partition, file);
            return true;
        }
    }

    internal byte[] ReadCheckpointFile(int partition, long file, long offset, int length)
    {
        lock (_gate)
        {
            byte[] content = _log.Checkpoints.GetValueOrDefault((partition, file))
                ?? throw new FileNotFoundException($"Partition {partition} has no checkpoint file {file}.");
            return offset + length <= content.Length
                ? content.AsSpan((int)offset, length).ToArray()
                : throw new InvalidDataException(
                    $"Checkpoint file {file} of partition {partition} ends before byte {offset + length:N0}.");
        }
    }

    internal IReadOnlyList<CheckpointFile> ListCheckpointFiles(int partition)
    {
        lock (_gate)
        {
            return _log.ListCheckpointFiles(partition);
        }
    }

    internal void DeleteCheckpointFile(int partition, long file)
    {
        lock (_gate)
        {
            _log = _log.WithoutCheckpointFile(partition, file);
        }
    }

    internal byte[] Read(int partition, long segment, long offset, int length)
    {
        lock (_gate)
        {
            byte[] rest = Existing(partition, segment).ReadFrom(offset);
            return rest.Length <= length ? rest : rest[..length];
        }
    }

    internal void DeleteSegment(int partition, long segment, InMemoryPartition holder)
    {
        lock (_gate)
        {
            HeldLease(partition, holder);
            _log = _log.Without(partition, segment);
        }
    }

    private InMemoryLease HeldLease(int partition, InMemoryPartition holder) =>
        _leases.TryGetValue(partition, out var held) && held.Holder == holder
            ? held
            : throw new LeaseLostException($"Partition {partition} is not owned by this host (any more).");

    private InMemorySegment Existing(int partition, long segment) =>
        _log.Find(partition, segment)
        ?? throw new FileNotFoundException($"Partition {partition} has no log segment {segment}.");

    private void RememberPast()
    {
        _past.Enqueue(_log);
        if (_past.Count > RememberedWrites)
        {
            _past.Dequeue();
        }
    }

    private InMemoryLog Before(int writes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(writes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(writes, _past.Count);
        return writes == 0 ? _log : _past.ElementAt(_past.Count - writes);
    }

    private void Edit(int partition, long segment, Func<InMemorySegment, InMemorySegment> change)
    {
        lock (_gate)
        {
            _log = _log.With(partition, segment, change(Existing(partition, segment)));
        }
    }
}

/// <summary>Who holds a partition, and until when unless renewed.</summary>
internal sealed record InMemoryLease(InMemoryPartition Holder, HubOwner Owner, DateTimeOffset Expires);
