using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.TaskHub.Storage;

public sealed class InMemoryHubStorageTests : HubStorageContract
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryHubStorage _store;

    public InMemoryHubStorageTests() => _store = new InMemoryHubStorage(_time);

    [Fact]
    public async Task An_expired_lease_fences_nobody_until_another_host_acquires_it()
    {
        var first = await OwnedPartitionAsync("first");
        var second = Connect().OpenPartition(0);
        _time.Advance(_store.LeaseDuration - TimeSpan.FromTicks(1));
        Assert.False((await second.TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);
        _time.Advance(TimeSpan.FromTicks(1));

        await first.AppendAsync(1, 0, Block("late but alone"), Cancellation);
        Assert.True((await second.TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);

        await AssertFencedAsync(first);
    }

    [Fact]
    public async Task A_renewed_lease_lives_on()
    {
        var first = await OwnedPartitionAsync("first");
        _time.Advance(_store.LeaseDuration / 2);
        await first.RenewLeaseAsync(Cancellation);
        _time.Advance(_store.LeaseDuration * 0.75);

        Assert.False((await Connect().OpenPartition(0).TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);
    }

    [Fact]
    public async Task A_call_that_fails_before_has_no_effect_and_one_that_fails_after_has()
    {
        var partition = await FaultyPartitionAsync(call => call switch
        {
            (StorageOperation.Append, 0, 1, 1) => StorageFault.FailBefore,
            (StorageOperation.Append, 0, 1, 2) => StorageFault.FailAfter,
            _ => StorageFault.None,
        });

        await Assert.ThrowsAsync<StorageUnavailableException>(() => partition.AppendAsync(1, 0, Block("one"), Cancellation));
        Assert.Empty(_store.ReadSegment(0, 1));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => partition.AppendAsync(1, 0, Block("one"), Cancellation));
        Assert.Equal(Block("one"), _store.ReadSegment(0, 1));
        await Assert.ThrowsAsync<AppendPositionException>(() => partition.AppendAsync(1, 0, Block("one"), Cancellation));
    }

    [Fact]
    public async Task A_torn_append_leaves_the_first_bytes()
    {
        var partition = await FaultyPartitionAsync(
            call => call.Operation is StorageOperation.Append ? StorageFault.Tear(2) : StorageFault.None);

        await Assert.ThrowsAsync<StorageUnavailableException>(() => partition.AppendAsync(1, 0, Block("one"), Cancellation));

        Assert.Equal(Block("on"), _store.ReadSegment(0, 1));
    }

    [Fact]
    public async Task A_lease_taken_away_stays_away()
    {
        var partition = await FaultyPartitionAsync(
            call => call is { Operation: StorageOperation.Append, Nth: 2 } ? StorageFault.LoseLease : StorageFault.None);

        await partition.AppendAsync(1, 0, Block("one"), Cancellation);
        await Assert.ThrowsAsync<LeaseLostException>(() => partition.AppendAsync(1, 3, Block("two"), Cancellation));

        await AssertFencedAsync(partition);
    }

    [Fact]
    public async Task A_call_waits_for_the_clock_and_for_its_gate()
    {
        var gate = new TaskCompletionSource();
        var partition = await FaultyPartitionAsync(call => call switch
        {
            { Operation: StorageOperation.Append, Nth: 1 } => StorageFault.None.After(TimeSpan.FromSeconds(1)),
            { Operation: StorageOperation.Append, Nth: 2 } => StorageFault.FailAfter.After(gate.Task),
            _ => StorageFault.None,
        });

        var first = partition.AppendAsync(1, 0, Block("one"), Cancellation);
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await first;

        var second = partition.AppendAsync(1, 3, Block("two"), Cancellation);
        Assert.False(second.IsCompleted);
        Assert.Equal(Block("one"), _store.ReadSegment(0, 1));
        gate.SetResult();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => second);
        Assert.Equal(Block("onetwo"), _store.ReadSegment(0, 1));
    }

    [Fact]
    public async Task Without_faults_every_call_completes_synchronously()
    {
        var hub = _store.Connect();
        Assert.True(hub.EnsureHubAsync(1, Cancellation).IsCompletedSuccessfully);
        var partition = hub.OpenPartition(0);
        Assert.True(partition.TryAcquireLeaseAsync(Owner("first"), Cancellation).IsCompletedSuccessfully);
        Assert.True(partition.CreateSegmentAsync(1, Cancellation).IsCompletedSuccessfully);
        Assert.True(partition.AppendAsync(1, 0, Block("one"), Cancellation).IsCompletedSuccessfully);
        Assert.Equal("one", await ReadAsync(partition, 1, 0));
    }

    [Fact]
    public async Task A_crash_of_the_store_forgets_the_last_appends_of_all_partitions_in_order()
    {
        var hub = _store.Connect();
        var partitions = new[] { hub.OpenPartition(0), hub.OpenPartition(1) };
        foreach (var partition in partitions)
        {
            await partition.TryAcquireLeaseAsync(Owner("first"), Cancellation);
            await partition.CreateSegmentAsync(1, Cancellation);
        }

        await partitions[0].AppendAsync(1, 0, Block("a"), Cancellation);
        await partitions[1].AppendAsync(1, 0, Block("b"), Cancellation);
        await partitions[0].AppendAsync(1, 1, Block("c"), Cancellation);
        await partitions[0].CreateSegmentAsync(2, Cancellation);

        var copy = _store.Copy(forgottenWrites: 2);
        Assert.Equal([Block("a"), []], [copy.ReadSegment(0, 1), copy.ReadSegment(1, 1)]);
        Assert.Equal([new LogSegment(1, 1, 1)], await copy.Connect().OpenPartition(0).ListSegmentsAsync(Cancellation));
        Assert.Equal(Block("ac"), _store.ReadSegment(0, 1));

        _store.Forget(1);
        Assert.Equal([Block("a"), Block("b")], [_store.ReadSegment(0, 1), _store.ReadSegment(1, 1)]);
        await partitions[0].AppendAsync(1, 1, Block("again"), Cancellation);
    }

    [Fact]
    public async Task Segments_can_be_cut_and_corrupted()
    {
        var partition = await OwnedPartitionAsync("first");
        await partition.AppendAsync(1, 0, Block("one"), Cancellation);
        await partition.AppendAsync(1, 3, Block("two"), Cancellation);

        _store.FlipByte(0, 1, offset: 3);
        Assert.Equal([.. Block("one"), (byte)('t' ^ 0xFF), .. Block("wo")], _store.ReadSegment(0, 1));
        _store.Truncate(0, 1, length: 2);
        Assert.Equal("on", await ReadAsync(partition, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _store.FlipByte(0, 1, offset: 2));
    }

    [Fact]
    public async Task A_segment_refuses_more_blocks_than_the_service_takes()
    {
        var small = new InMemoryHubStorage(_time) { MaximumBlocksPerSegment = 1, ServiceBlockLimit = 2 };
        var partition = small.Connect().OpenPartition(0);
        await partition.TryAcquireLeaseAsync(Owner("first"), Cancellation);
        await partition.CreateSegmentAsync(1, Cancellation);
        await partition.AppendAsync(1, 0, Block("a"), Cancellation);
        await partition.AppendAsync(1, 1, Block("b"), Cancellation);

        await Assert.ThrowsAsync<SegmentFullException>(() => partition.AppendAsync(1, 2, Block("c"), Cancellation));
    }

    [Fact]
    public async Task A_call_that_waits_while_its_host_is_killed_has_no_effect()
    {
        var gate = new TaskCompletionSource();
        var host = _store.Connect(
            call => call.Operation is StorageOperation.Append ? StorageFault.None.After(gate.Task) : StorageFault.None);
        var partition = host.OpenPartition(0);
        await partition.TryAcquireLeaseAsync(Owner("first"), Cancellation);
        await partition.CreateSegmentAsync(1, Cancellation);

        var append = partition.AppendAsync(1, 0, Block("one"), Cancellation);
        host.Kill();
        gate.SetResult();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => append);
        Assert.Empty(_store.ReadSegment(0, 1));
    }

    internal override IHubStorage Connect() => _store.Connect();

    internal override async Task<IPartitionStorage> OwnerThatDiesAsync(int partition)
    {
        var host = _store.Connect();
        var owned = host.OpenPartition(partition);
        await owned.TryAcquireLeaseAsync(Owner("dead"), Cancellation);
        await owned.CreateSegmentAsync(1, Cancellation);
        await owned.AppendAsync(1, 0, Block("last words "), Cancellation);
        host.Kill();
        return owned;
    }

    private async Task<IPartitionStorage> FaultyPartitionAsync(StorageFaultPlan faults)
    {
        var partition = _store.Connect(faults).OpenPartition(0);
        await partition.TryAcquireLeaseAsync(Owner("first"), Cancellation);
        await partition.CreateSegmentAsync(1, Cancellation);
        return partition;
    }
}
