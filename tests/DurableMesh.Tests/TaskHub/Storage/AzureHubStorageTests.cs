using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.TaskHub.Storage;

[Collection(typeof(SharedAzurite))]
public sealed class AzureHubStorageTests(AzuriteFixture fixture) : HubStorageContract
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly string _hubName = "t" + Guid.NewGuid().ToString("N");

    /// <summary>The hub as an operator with a storage explorer meets it.</summary>
    private BlobContainerClient Container => HubContainer.Open(fixture.Azurite.ConnectionString, _hubName);

    private BlobClient OwnerBlob => Container.GetBlobClient("p00/owner");

    [Fact]
    public async Task A_block_of_four_mebibytes_is_taken_and_a_larger_one_refused()
    {
        var partition = await OwnedPartitionAsync("first");
        var largest = new byte[partition.MaximumBlockBytes];

        await partition.AppendAsync(1, 0, largest, Cancellation);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => partition.AppendAsync(1, largest.Length, new byte[largest.Length + 1], Cancellation));

        Assert.Equal(largest.Length, (await partition.ListSegmentsAsync(Cancellation))[0].Length);
    }

    [Fact]
    public async Task The_owner_of_a_living_process_is_not_pushed_aside()
    {
        var first = await OwnedPartitionAsync("first");
        var second = Connect().OpenPartition(0);

        Assert.False((await second.TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);

        await first.AppendAsync(1, 0, Block("undisturbed"), Cancellation);
    }

    [Fact]
    public async Task A_lease_that_the_storage_forgot_is_put_back_while_nobody_else_became_owner()
    {
        var partition = await OwnedPartitionAsync("first");
        await OwnerBlob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Cancellation);

        await partition.RenewLeaseAsync(Cancellation);

        Assert.False((await Connect().OpenPartition(0).TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);
    }

    [Fact]
    public async Task Forgotten_leases_do_not_keep_the_owner_from_appending_or_deleting()
    {
        var partition = await OwnedPartitionAsync("first");
        await BreakAllLeasesAsync();
        await partition.AppendAsync(1, 0, Block("one"), Cancellation);
        await BreakAllLeasesAsync();
        await partition.AppendAsync(1, 3, Block("two"), Cancellation);
        Assert.Equal("onetwo", await ReadAsync(partition, 1, 0));

        await BreakAllLeasesAsync();
        await partition.DeleteSegmentAsync(1, Cancellation);
        Assert.Empty(await partition.ListSegmentsAsync(Cancellation));
    }

    [Fact]
    public async Task A_hub_that_vanished_under_its_owner_is_put_back_and_can_be_written_again()
    {
        var partition = await OwnedPartitionAsync("first");
        await partition.AppendAsync(1, 0, Block("one"), Cancellation);
        await Container.DeleteAsync(cancellationToken: Cancellation);

        await Assert.ThrowsAsync<AppendPositionException>(() => partition.AppendAsync(1, 3, Block("two"), Cancellation));
        Assert.Empty(await partition.ListSegmentsAsync(Cancellation));
        await partition.CreateSegmentAsync(1, Cancellation);
        await partition.AppendAsync(1, 0, Block("onetwo"), Cancellation);

        Assert.Equal("onetwo", await ReadAsync(partition, 1, 0));
        Assert.Equal(2, await Connect().EnsureHubAsync(7, Cancellation));
        Assert.False((await Connect().OpenPartition(0).TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);
    }

    [Fact]
    public async Task A_deposed_owner_that_wakes_up_in_a_rotation_never_writes_and_its_successor_goes_on()
    {
        var first = await OwnedPartitionAsync("first");
        await first.AppendAsync(1, 0, Block("one"), Cancellation);
        await OwnerBlob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Cancellation);
        var second = Connect().OpenPartition(0);
        Assert.True((await second.TryAcquireLeaseAsync(Owner("second"), Cancellation)).Acquired);

        await Assert.ThrowsAsync<LeaseLostException>(() => first.CreateSegmentAsync(2, Cancellation));
        await Assert.ThrowsAsync<LeaseLostException>(() => first.AppendAsync(2, 0, Block("zombie"), Cancellation));

        // It had come as far as the new segment's lease before it was deposed.
        var stray = Container.GetAppendBlobClient("p00/log-00000002");
        await stray.CreateAsync(cancellationToken: Cancellation);
        await stray.GetBlobLeaseClient().AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, cancellationToken: Cancellation);
        await second.CreateSegmentAsync(2, Cancellation);
        await second.AppendAsync(2, 0, Block("two"), Cancellation);
        Assert.Equal("two", await ReadAsync(second, 2, 0));
    }

    [Fact]
    public async Task An_owner_whose_segment_was_leased_by_a_deposed_one_claims_it_back()
    {
        var partition = await OwnedPartitionAsync("first");
        var segment = Container.GetAppendBlobClient("p00/log-00000001");
        await segment.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Cancellation);
        await segment.GetBlobLeaseClient().AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration, cancellationToken: Cancellation);

        await partition.AppendAsync(1, 0, Block("one"), Cancellation);

        Assert.Equal("one", await ReadAsync(partition, 1, 0));
    }

    [Fact]
    public async Task A_lost_answer_to_the_acquisition_costs_no_lease_period()
    {
        var answers = new LossyHandler();
        var hub = Hub(HubContainer.Open(fixture.Azurite.ConnectionString, _hubName, answers));
        await hub.EnsureHubAsync(1, Cancellation);
        var partition = hub.OpenPartition(0);
        answers.LosesNext = request => request.Headers.Contains("x-ms-lease-action");

        await Assert.ThrowsAsync<StorageUnavailableException>(() => partition.TryAcquireLeaseAsync(Owner("first"), Cancellation));

        // First the blob that was missing was created and leased; now the same lease is simply found.
        Assert.True((await partition.TryAcquireLeaseAsync(Owner("first"), Cancellation)).Acquired);
    }

    [Fact]
    public async Task After_a_lost_answer_the_segment_is_longer_than_the_repeated_append_says()
    {
        var answers = new LossyHandler();
        var hub = Hub(HubContainer.Open(fixture.Azurite.ConnectionString, _hubName, answers));
        await hub.EnsureHubAsync(1, Cancellation);
        var partition = hub.OpenPartition(0);
        await partition.TryAcquireLeaseAsync(Owner("first"), Cancellation);
        await partition.CreateSegmentAsync(1, Cancellation);
        answers.LosesNext = request => request.RequestUri!.Query.Contains("appendblock", StringComparison.Ordinal);

        var lost = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => partition.AppendAsync(1, 0, Block("one"), Cancellation));
        await Assert.ThrowsAsync<AppendPositionException>(() => partition.AppendAsync(1, 0, Block("one"), Cancellation));

        Assert.Contains("append to the log", lost.Message, StringComparison.Ordinal);
        Assert.Contains($"{fixture.Azurite.Endpoint}", lost.Message, StringComparison.Ordinal);
        Assert.Equal("one", await ReadAsync(partition, 1, 0));
    }

    [Fact]
    public async Task A_hub_of_another_format_is_refused()
    {
        await Container.CreateAsync(cancellationToken: Cancellation);
        await Container.UploadBlobAsync("hub.json", BinaryData.FromString("""{"format":2,"partitions":4}"""), Cancellation);

        var refused = await Assert.ThrowsAsync<NewerFormatException>(() => Connect().EnsureHubAsync(1, Cancellation));

        Assert.Contains("format 2", refused.Message, StringComparison.Ordinal);
    }

    internal override IHubStorage Connect() => Hub(Container);

    internal override async Task<IPartitionStorage> OwnerThatDiesAsync(int partition)
    {
        var hub = Connect();
        await hub.EnsureHubAsync(2, Cancellation);
        var owned = hub.OpenPartition(partition);
        var dead = (await ProcessIdentityTests.EndedProcessAsync()).AsOwner("dead", address: null);
        Assert.True((await owned.TryAcquireLeaseAsync(dead, Cancellation)).Acquired);
        await owned.CreateSegmentAsync(1, Cancellation);
        await owned.AppendAsync(1, 0, Block("last words "), Cancellation);
        return owned;
    }

    internal static AzureHubStorage Hub(BlobContainerClient container) =>
        new(container, _ => Task.CompletedTask, TimeProvider.System, NullLogger<AzureHubStorage>.Instance);

    private async Task BreakAllLeasesAsync()
    {
        foreach (var name in new[] { "p00/owner", "p00/log-00000001" })
        {
            await Container.GetBlobClient(name).GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: Cancellation);
        }
    }

    /// <summary>Lets a request through and loses the answer.</summary>
    private sealed class LossyHandler() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        public Func<HttpRequestMessage, bool>? LosesNext { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (LosesNext?.Invoke(request) == true)
            {
                LosesNext = null;
                answer.Dispose();
                throw new HttpRequestException("The connection was reset.");
            }

            return answer;
        }
    }
}
