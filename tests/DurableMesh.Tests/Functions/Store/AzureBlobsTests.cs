using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using DurableMesh.Tests.LocalHost;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Store;

[Collection(typeof(SharedAzurite))]
public sealed class AzureBlobsTests(AzuriteFixture fixture) : BlobsContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_storage_that_does_not_listen_is_unavailable_and_the_message_names_it()
    {
        var nobody = $"http://127.0.0.1:{AzuriteFixture.FreePort()}/devstoreaccount1";
        var connection = fixture.Azurite.ConnectionString.Replace(
            fixture.Azurite.ConnectionString.Split("BlobEndpoint=")[1].Split(';')[0], nobody, StringComparison.Ordinal);
        var blobs = new AzureBlobs(new StorageConnection(connection), "store", Patience);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => blobs.GetLengthAsync("x", default));

        Assert.Contains(nobody, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_is_merely_starting_is_waited_for_and_one_that_never_will_is_away()
    {
        var start = new TaskCompletionSource();
        AzureBlobs With(Task ready) => new(
            new StorageConnection(fixture.Azurite.ConnectionString), $"start-{Guid.NewGuid():N}", Patience,
            new StorageStart(ready.WaitAsync));

        var waiting = With(start.Task).EnsureContainerAsync(default);
        Assert.False(waiting.IsCompleted);
        start.SetResult();
        await waiting;

        var never = Task.FromException(new InvalidOperationException("There is no Node.js."));
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => With(never).EnsureContainerAsync(default));
        Assert.Contains("There is no Node.js.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_gets_no_token_is_a_store_that_is_away()
    {
        var storage = new StorageConnection(new Uri("https://example.blob.core.windows.net"), new FakeIdentity());
        var blobs = new AzureBlobs(storage, "store", Patience);

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => blobs.GetLengthAsync("x", default));

        Assert.Contains("https://example.blob.core.windows.net/store", failure.Message, StringComparison.Ordinal);
        Assert.Contains(FakeIdentity.Refusal, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_told_of_an_outage()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Open().GetLengthAsync("x", cancelled.Token));
    }

    [Fact]
    public async Task Two_hosts_write_one_order_and_a_third_reads_it()
    {
        var container = $"store-{Guid.NewGuid():N}";
        await using var one = OpenLog(container);
        await using var two = OpenLog(container);
        var threads = Enumerable.Range(0, 40).Select(_ => new SampleThread()).ToList();

        await Task.WhenAll(threads.Select((thread, n) => (n % 2 == 0 ? one : two).AppendAsync(thread.Open(), default)));
        await using var three = OpenLog(container);
        var lists = await Task.WhenAll(new[] { one, two, three }.Select(async log =>
            (await log.ListAsync(_ => true, limit: 100, before: null, default)).Threads
                .Select(thread => thread.ThreadId).ToList()));

        Assert.Equal(40, lists[0].Count);
        Assert.Equal(lists[0], lists[1]);
        Assert.Equal(lists[0], lists[2]);
    }

    internal override IBlobs Open() => new AzureBlobs(new StorageConnection(fixture.Azurite.ConnectionString), "store", Patience);

    private BlobThreadLog OpenLog(string container)
    {
        var options = Options.Create(new MeshOptions { Store = { SharedByHosts = true } });
        var blobs = new AzureBlobs(new StorageConnection(fixture.Azurite.ConnectionString), container, Patience);
        var log = new BlobThreadLog(blobs, options, TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        log.Start();
        return log;
    }
}
