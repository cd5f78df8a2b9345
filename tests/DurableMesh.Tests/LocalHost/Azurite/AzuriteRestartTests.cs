using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.TaskHub.Storage;

namespace DurableMesh.Tests.LocalHost.Azurite;

public sealed class AzuriteRestartTests : IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-azurite-");
    private AzuriteProcess _azurite = null!;

    public async ValueTask InitializeAsync() => _azurite = await AzuriteFixture.StartAsync(_folder.FullName);

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_orderly_restart_loses_nothing_and_the_owner_goes_on()
    {
        var partition = await OwnedPartitionAsync();
        await partition.AppendAsync(1, 0, "one"u8.ToArray(), Cancellation);
        await _azurite.StopAsync();

        var away = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => partition.AppendAsync(1, 3, "two"u8.ToArray(), Cancellation));
        Assert.Contains(_azurite.Endpoint.Authority, away.Message, StringComparison.Ordinal);
        var renewal = partition.RenewLeaseAsync(Cancellation);
        await _azurite.RestartAsync(Cancellation);
        await renewal;
        await partition.AppendAsync(1, 3, "two"u8.ToArray(), Cancellation);

        Assert.Equal([new LogSegment(1, 6, 2)], await partition.ListSegmentsAsync(Cancellation));
    }

    [Fact]
    public async Task After_a_crash_that_forgot_all_the_owner_can_write_everything_again()
    {
        var partition = await OwnedPartitionAsync();
        await partition.AppendAsync(1, 0, "one"u8.ToArray(), Cancellation);
        await _azurite.KillAsync();
        await _azurite.RestartAsync(Cancellation);

        await partition.RenewLeaseAsync(Cancellation);
        foreach (var segment in await partition.ListSegmentsAsync(Cancellation))
        {
            await partition.DeleteSegmentAsync(segment.Number, Cancellation);
        }

        await partition.CreateSegmentAsync(1, Cancellation);
        await partition.AppendAsync(1, 0, "one again"u8.ToArray(), Cancellation);
        Assert.Equal([new LogSegment(1, 9, 1)], await partition.ListSegmentsAsync(Cancellation));
    }

    private async Task<IPartitionStorage> OwnedPartitionAsync()
    {
        var hub = AzureHubStorageTests.Hub(HubContainer.Open(_azurite.ConnectionString, "durablemesh"));
        await hub.EnsureHubAsync(1, Cancellation);
        var partition = hub.OpenPartition(0);
        var owner = ProcessIdentity.Current.AsOwner("first", address: null);
        Assert.True((await partition.TryAcquireLeaseAsync(owner, Cancellation)).Acquired);
        await partition.CreateSegmentAsync(1, Cancellation);
        return partition;
    }
}
