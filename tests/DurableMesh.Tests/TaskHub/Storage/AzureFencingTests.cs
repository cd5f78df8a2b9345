using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.TaskHub.Storage;

/// <summary>Hosts that fight for one partition, while somebody keeps breaking the owner's lease.</summary>
[Collection(typeof(SharedAzurite))]
public sealed class AzureFencingTests(AzuriteFixture fixture)
{
    private const int Hosts = 3;
    private const int WantedAppends = 40;
    private const int WantedOwnerships = 6;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly string _hubName = "t" + Guid.NewGuid().ToString("N");
    private readonly ConcurrentQueue<(long Segment, long Position, string Block)> _acknowledged = [];
    private int _ownerships;

    private bool IsEnough => _acknowledged.Count >= WantedAppends && _ownerships >= WantedOwnerships;

    [Fact]
    public async Task However_often_the_owner_changes_what_was_acknowledged_stays_and_nothing_is_interleaved()
    {
        await Task.WhenAll([.. Enumerable.Range(0, Hosts).Select(FightAsync), BreakLeasesAsync()]);

        var log = AzureHubStorageTests.Hub(Container()).OpenPartition(0);
        foreach (var segment in _acknowledged.GroupBy(append => append.Segment))
        {
            var bytes = await log.ReadAsync(segment.Key, 0, 16 * 1024 * 1024, Cancellation);
            var end = 0L;
            foreach (var (_, position, block) in segment.OrderBy(append => append.Position))
            {
                Assert.True(position >= end, $"Two appends to segment {segment.Key} at {position} were acknowledged.");
                end = position + block.Length;
                Assert.Equal(block, Encoding.UTF8.GetString(bytes.Span.Slice((int)position, block.Length)));
            }
        }
    }

    private async Task FightAsync(int host)
    {
        var hub = AzureHubStorageTests.Hub(Container());
        await hub.EnsureHubAsync(1, Cancellation);
        var owner = ProcessIdentity.Current.AsOwner($"host-{host}", address: null);
        var partition = hub.OpenPartition(0);
        for (var count = 0; !IsEnough;)
        {
            try
            {
                if (!(await partition.TryAcquireLeaseAsync(owner, Cancellation)).Acquired)
                {
                    await Task.Delay(PollInterval, Cancellation);
                    continue;
                }

                var ownership = Interlocked.Increment(ref _ownerships);
                var log = await partition.ListSegmentsAsync(Cancellation);
                var (segment, position) = log is [.., var last] ? (last.Number, last.Length) : (0, 0);
                if (segment == 0 || ownership % 2 == 0)
                {
                    (segment, position) = (segment + 1, 0);
                    await partition.CreateSegmentAsync(segment, Cancellation);
                }

                while (!IsEnough)
                {
                    var block = string.Create(CultureInfo.InvariantCulture, $"[{ownership}:{host}:{count++}]");
                    await partition.AppendAsync(segment, position, Encoding.UTF8.GetBytes(block), Cancellation);
                    _acknowledged.Enqueue((segment, position, block));
                    position += block.Length;
                }
            }
            catch (AppendPositionException)
            {
                // Somebody wrote after this host had become the owner and had looked at the log: only a later owner may.
                await Assert.ThrowsAsync<LeaseLostException>(() => partition.RenewLeaseAsync(Cancellation));
            }
            catch (Exception e) when (e is LeaseLostException or StorageUnavailableException)
            {
                // Deposed, or disturbed by one that was: compete again.
            }
        }
    }

    private async Task BreakLeasesAsync()
    {
        var owner = Container().GetBlobClient("p00/owner").GetBlobLeaseClient();
        for (var next = 5; !IsEnough; next += 5)
        {
            await Eventually.HoldsAsync(() => _acknowledged.Count >= next || IsEnough);
            try
            {
                await owner.BreakAsync(TimeSpan.Zero, cancellationToken: Cancellation);
            }
            catch (RequestFailedException)
            {
                // Between two owners there is nothing to break.
            }
        }
    }

    private BlobContainerClient Container() => HubContainer.Open(fixture.Azurite.ConnectionString, _hubName);
}
