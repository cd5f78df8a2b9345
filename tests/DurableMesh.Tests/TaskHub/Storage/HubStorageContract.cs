using System.Text;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Tests.TaskHub.Storage;

/// <summary>What every implementation of the storage port must do; run against each of them.</summary>
public abstract class HubStorageContract
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Opens the hub of this test for one more host.</summary>
    internal abstract IHubStorage Connect();

    /// <summary>A host that owns partition <paramref name="partition"/> and whose process then dies without a word.</summary>
    internal abstract Task<IPartitionStorage> OwnerThatDiesAsync(int partition);

    [Fact]
    public async Task The_number_of_partitions_is_fixed_by_whoever_creates_the_hub()
    {
        Assert.Equal(3, await Connect().EnsureHubAsync(3, Cancellation));
        Assert.Equal(3, await Connect().EnsureHubAsync(5, Cancellation));
    }

    [Fact]
    public async Task A_second_host_is_refused_and_told_who_holds_the_lease()
    {
        await OwnedPartitionAsync("first", "http://127.0.0.1:7071");
        var second = Connect().OpenPartition(0);

        var attempt = await second.TryAcquireLeaseAsync(Owner("second"), Cancellation);

        Assert.False(attempt.Acquired);
        Assert.Equal("first", attempt.Holder?.HostId);
        Assert.Equal("http://127.0.0.1:7071", attempt.Holder?.Address);
        await Assert.ThrowsAsync<LeaseLostException>(() => second.AppendAsync(1, 0, Block("x"), Cancellation));
        await Assert.ThrowsAsync<LeaseLostException>(() => second.RenewLeaseAsync(Cancellation));
    }

    [Fact]
    public async Task Partitions_are_owned_one_by_one()
    {
        await OwnedPartitionAsync("first");
        var hub = Connect();
        await hub.EnsureHubAsync(2, Cancellation);

        Assert.True((await hub.OpenPartition(1).TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);
        Assert.Empty(await hub.OpenPartition(1).ListSegmentsAsync(Cancellation));
    }

    [Fact]
    public async Task An_owner_may_acquire_again_and_renew()
    {
        var partition = await OwnedPartitionAsync("first");

        Assert.True((await partition.TryAcquireLeaseAsync(Owner("first"), Cancellation)).Acquired);
        await partition.RenewLeaseAsync(Cancellation);
        await partition.AppendAsync(1, 0, Block("still mine"), Cancellation);
    }

    [Fact]
    public async Task What_is_appended_is_read_back_from_any_offset()
    {
        var partition = await OwnedPartitionAsync("first");
        await partition.AppendAsync(1, 0, Block("one"), Cancellation);
        await partition.AppendAsync(1, 3, Block("two"), Cancellation);

        Assert.Equal("onetwo", await ReadAsync(partition, 1, 0));
        Assert.Equal("etwo", await ReadAsync(partition, 1, 2));
        Assert.Equal("two", await ReadAsync(partition, 1, 3));
        Assert.Equal("et", await ReadAsync(partition, 1, 2, length: 2));
        Assert.Equal("", await ReadAsync(partition, 1, 6));
        Assert.Equal("", await ReadAsync(partition, 1, 7));
        Assert.Equal([new LogSegment(1, 6, 2)], await partition.ListSegmentsAsync(Cancellation));
    }

    [Fact]
    public async Task A_checkpoint_file_is_written_once_read_in_parts_listed_and_deleted()
    {
        var partition = await OwnedPartitionAsync("first");

        Assert.True(await partition.TryWriteCheckpointFileAsync(7, Block("checkpoint"), Cancellation));
        Assert.True(await partition.TryWriteCheckpointFileAsync(12, Block("another"), Cancellation));
        Assert.False(await partition.TryWriteCheckpointFileAsync(7, Block("usurper"), Cancellation));

        Assert.Equal("point", Encoding.UTF8.GetString(await partition.ReadCheckpointFileAsync(7, 5, 5, Cancellation)));
        Assert.Equal(
            [new CheckpointFile(7, 10), new CheckpointFile(12, 7)], await partition.ListCheckpointFilesAsync(Cancellation));
        Assert.Single(await partition.ListSegmentsAsync(Cancellation));

        await partition.DeleteCheckpointFileAsync(7, Cancellation);
        await partition.DeleteCheckpointFileAsync(7, Cancellation);
        Assert.Equal([new CheckpointFile(12, 7)], await partition.ListCheckpointFilesAsync(Cancellation));
    }

    [Fact]
    public async Task A_read_of_a_checkpoint_file_that_is_missing_or_too_short_is_an_error()
    {
        var partition = await OwnedPartitionAsync("first");
        await partition.TryWriteCheckpointFileAsync(1, Block("short"), Cancellation);

        await Assert.ThrowsAsync<FileNotFoundException>(() => partition.ReadCheckpointFileAsync(2, 0, 1, Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => partition.ReadCheckpointFileAsync(1, 3, 5, Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => partition.ReadCheckpointFileAsync(1, 9, 1, Cancellation));
    }

    [Fact]
    public async Task An_append_at_the_wrong_position_changes_nothing()
    {
        var partition = await OwnedPartitionAsync("first");
        await partition.AppendAsync(1, 0, Block("one"), Cancellation);

        var early = await Assert.ThrowsAsync<AppendPositionException>(
            () => partition.AppendAsync(1, 0, Block("x"), Cancellation));
        await Assert.ThrowsAsync<AppendPositionException>(() => partition.AppendAsync(1, 4, Block("x"), Cancellation));

        Assert.Equal((1, 0), (early.Segment, early.Expected));
        Assert.Equal("one", await ReadAsync(partition, 1, 0));
    }

    [Fact]
    public async Task A_segment_that_does_not_exist_takes_no_append_and_cannot_be_read()
    {
        var partition = await OwnedPartitionAsync("first");

        await Assert.ThrowsAsync<AppendPositionException>(() => partition.AppendAsync(2, 0, Block("x"), Cancellation));
        await Assert.ThrowsAsync<FileNotFoundException>(() => partition.ReadAsync(2, 0, 10, Cancellation));
        await partition.DeleteSegmentAsync(2, Cancellation);
    }

    [Fact]
    public async Task Creating_an_empty_segment_again_does_nothing_and_one_with_data_is_refused()
    {
        var partition = await OwnedPartitionAsync("first");

        await partition.CreateSegmentAsync(1, Cancellation);
        await partition.AppendAsync(1, 0, Block("one"), Cancellation);

        await Assert.ThrowsAsync<AppendPositionException>(() => partition.CreateSegmentAsync(1, Cancellation));
        Assert.Equal("one", await ReadAsync(partition, 1, 0));
    }

    [Fact]
    public async Task Segments_are_listed_in_the_order_of_their_numbers_and_deleted_whole()
    {
        var partition = await OwnedPartitionAsync("first");
        foreach (var number in new long[] { 10, 9, 100_000_001, 2 })
        {
            await partition.CreateSegmentAsync(number, Cancellation);
        }

        await partition.AppendAsync(9, 0, Block("nine"), Cancellation);
        await partition.DeleteSegmentAsync(1, Cancellation);
        await partition.DeleteSegmentAsync(10, Cancellation);

        var listed = await partition.ListSegmentsAsync(Cancellation);
        Assert.Equal([(2, 0), (9, 4), (100_000_001, 0)], listed.Select(segment => (segment.Number, segment.Length)));
    }

    [Fact]
    public async Task A_released_partition_goes_to_the_next_host_and_fences_the_one_before()
    {
        var first = await OwnedPartitionAsync("first");
        await first.AppendAsync(1, 0, Block("one"), Cancellation);
        await first.ReleaseLeaseAsync(Cancellation);
        await first.ReleaseLeaseAsync(Cancellation);

        var second = Connect().OpenPartition(0);
        Assert.True((await second.TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);

        await AssertFencedAsync(first);
        await second.AppendAsync(1, 3, Block("two"), Cancellation);
        Assert.Equal("onetwo", await ReadAsync(second, 1, 0));
    }

    [Fact]
    public async Task The_partition_of_a_dead_process_is_taken_over_at_once_and_its_late_writes_are_fenced()
    {
        await Connect().EnsureHubAsync(2, Cancellation);
        var dead = await OwnerThatDiesAsync(0);
        var heir = Connect().OpenPartition(0);

        Assert.True((await heir.TryAcquireLeaseAsync(Owner("heir"), Cancellation)).Acquired);

        var length = Assert.Single(await heir.ListSegmentsAsync(Cancellation)).Length;
        await Assert.ThrowsAnyAsync<Exception>(() => dead.AppendAsync(1, length, Block("late"), Cancellation));
        await heir.AppendAsync(1, length, Block("heir"), Cancellation);
        Assert.EndsWith("heir", await ReadAsync(heir, 1, 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_takes_over_from_its_own_earlier_ownership_at_once()
    {
        var earlier = await OwnedPartitionAsync("first");
        var hub = Connect();
        await hub.EnsureHubAsync(2, Cancellation);
        var later = hub.OpenPartition(0);

        Assert.True((await later.TryAcquireLeaseAsync(Owner("first"), Cancellation)).Acquired);

        await AssertFencedAsync(earlier);
        await later.AppendAsync(1, 0, Block("one"), Cancellation);
    }

    [Fact]
    public async Task A_partition_may_come_back_to_an_earlier_owner()
    {
        var first = await OwnedPartitionAsync("first");
        await first.ReleaseLeaseAsync(Cancellation);
        var second = Connect().OpenPartition(0);
        await second.TryAcquireLeaseAsync(Owner("second"), Cancellation);
        await second.AppendAsync(1, 0, Block("two"), Cancellation);
        await second.ReleaseLeaseAsync(Cancellation);

        Assert.True((await first.TryAcquireLeaseAsync(Owner("first"), Cancellation)).Acquired);

        await AssertFencedAsync(second);
        await first.AppendAsync(1, 3, Block("one"), Cancellation);
        Assert.Equal("twoone", await ReadAsync(first, 1, 0));
    }

    [Fact]
    public async Task Of_many_hosts_at_once_exactly_one_becomes_the_owner()
    {
        var hubs = Enumerable.Range(0, 8).Select(_ => Connect()).ToList();
        await Task.WhenAll(hubs.Select(hub => hub.EnsureHubAsync(1, Cancellation)));
        var hosts = hubs.ConvertAll(hub => hub.OpenPartition(0));

        var attempts = await Task.WhenAll(
            hosts.Select((host, index) => host.TryAcquireLeaseAsync(Owner($"host-{index}"), Cancellation)));

        var winner = hosts[Array.FindIndex(attempts, attempt => attempt.Acquired)];
        Assert.Single(attempts, attempt => attempt.Acquired);
        await winner.CreateSegmentAsync(1, Cancellation);
        foreach (var loser in hosts.Where(host => host != winner))
        {
            await AssertFencedAsync(loser);
        }
    }

    private protected static HubOwner Owner(string hostId, string? address = null) =>
        ProcessIdentity.Current.AsOwner(hostId, address);

    private protected static byte[] Block(string text) => Encoding.UTF8.GetBytes(text);

    private protected static async Task<string> ReadAsync(
        IPartitionStorage partition, long segment, long offset, int length = 1024) =>
        Encoding.UTF8.GetString((await partition.ReadAsync(segment, offset, length, Cancellation)).Span);

    /// <summary>Partition 0 in the hands of a host, with the empty segment 1.</summary>
    private protected async Task<IPartitionStorage> OwnedPartitionAsync(string hostId, string? address = null)
    {
        var hub = Connect();
        await hub.EnsureHubAsync(2, Cancellation);
        var partition = hub.OpenPartition(0);
        Assert.True((await partition.TryAcquireLeaseAsync(Owner(hostId, address), Cancellation)).Acquired);
        await partition.CreateSegmentAsync(1, Cancellation);
        return partition;
    }

    private protected static async Task AssertFencedAsync(IPartitionStorage partition)
    {
        var length = (await partition.ListSegmentsAsync(Cancellation))[0].Length;
        await Assert.ThrowsAsync<LeaseLostException>(() => partition.AppendAsync(1, length, Block("late"), Cancellation));
        await Assert.ThrowsAsync<LeaseLostException>(() => partition.RenewLeaseAsync(Cancellation));
        await Assert.ThrowsAsync<LeaseLostException>(() => partition.CreateSegmentAsync(2, Cancellation));
        await Assert.ThrowsAsync<LeaseLostException>(() => partition.DeleteSegmentAsync(1, Cancellation));
        Assert.Equal(length, (await partition.ListSegmentsAsync(Cancellation))[0].Length);
    }
}
