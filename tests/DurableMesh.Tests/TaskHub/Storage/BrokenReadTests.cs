using System.Net.Sockets;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.TaskHub.Storage;

/// <summary>A recovery over a storage whose connections break: each range is read again, and not the whole.</summary>
[Collection(typeof(SharedAzurite))]
public sealed class BrokenReadTests(AzuriteFixture fixture)
{
    private const int Commits = 4;
    private const int CommitBytes = 3 * 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_log_is_read_over_connections_that_never_carry_more_than_a_part_of_it()
    {
        string hub = $"broken{Guid.NewGuid():N}"[..20];
        IPartitionStorage whole = await OwnedAsync(hub, handler: null);
        var log = new CommitLog(whole, 0, TimeProvider.System, NullLogger.Instance, () => { });
        await log.OpenAsync(new LogEnd(1, 0, 0, 1, []), checkpoint: null, Cancellation);
        for (int commit = 1; commit <= Commits; commit++)
        {
            var batch = new CommitBatch(commit);
            batch.Buffer.Raw(Enumerable.Repeat((byte)commit, CommitBytes).ToArray());
            await log.AppendAsync(batch, Cancellation);
        }

        using var breaking = new BreakingHandler(everyNth: 10, afterBytes: 1536 * 1024);
        IPartitionStorage broken = Hub(hub, breaking).OpenPartition(0);
        List<int> read = [];
        LogEnd end = await new LogRecovery(broken, 0, TimeProvider.System, NullLogger.Instance).ReadAsync(
            _ => Task.FromResult(true), (_, payload) => read.Add(payload[0] * payload.Length), Cancellation);

        Assert.Equal(Commits + 1, end.NextCommit);
        Assert.Equal(Enumerable.Range(1, Commits).Select(commit => commit * CommitBytes), read);
        Assert.True(breaking.Broken > 0);
    }

    private async Task<IPartitionStorage> OwnedAsync(string hub, HttpMessageHandler? handler)
    {
        AzureHubStorage storage = Hub(hub, handler);
        await storage.EnsureHubAsync(1, Cancellation);
        IPartitionStorage partition = storage.OpenPartition(0);
        await partition.TryAcquireLeaseAsync(ProcessIdentity.Current.AsOwner("first", address: null), Cancellation);
        return partition;
    }

    private AzureHubStorage Hub(string hub, HttpMessageHandler? handler) =>
        AzureHubStorageTests.Hub(HubContainer.Open(fixture.Azurite.ConnectionString, hub, handler));

    /// <summary>
    /// Connections of which every nth is reset before it carries anything, as a bare exception of the socket, and none carries
    /// more than so many bytes of an answer.
    /// </summary>
    private sealed class BreakingHandler(int everyNth, int afterBytes)
        : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        private int _requests;
        private int _broken;

        public int Broken => Volatile.Read(ref _broken);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _requests) % everyNth == 0)
            {
                Interlocked.Increment(ref _broken);
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            if (request.Method == HttpMethod.Get && answer.Content.Headers.ContentLength > afterBytes)
            {
                var part = new byte[afterBytes];
                await using Stream content = await answer.Content.ReadAsStreamAsync(cancellationToken);
                await content.ReadExactlyAsync(part, cancellationToken);
                var headers = answer.Content.Headers;
                answer.Content = new StreamContent(new BrokenStream(part));
                foreach (var (name, values) in headers)
                {
                    answer.Content.Headers.TryAddWithoutValidation(name, values);
                }

                Interlocked.Increment(ref _broken);
            }

            return answer;
        }
    }

    /// <summary>Ends in a connection that is reset.</summary>
    private sealed class BrokenStream(byte[] part) : MemoryStream(part)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var read
                ? read
                : throw new IOException("The connection was reset.");
    }
}
