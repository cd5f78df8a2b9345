using System.Text;
using DurableMesh.Core.Evidence;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Store;

public sealed class BodyStoreTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes($"\"{new string('x', 5000)}\"");
    private readonly MemoryBlobs _blobs = new();

    [Fact]
    public async Task A_body_is_found_by_its_hash_now_and_after_a_restart()
    {
        var hash = ContentHash.Hex(Body);
        await using (var store = Open())
        {
            await store.StoreAsync(hash, Body, default);
            Assert.Equal(Body, (await store.FindAsync(hash, default))?.ToArray());
        }

        await using var again = Open();
        Assert.Equal(Body, (await again.FindAsync(hash, default))?.ToArray());
        Assert.Null(await again.FindAsync(new string('0', 64), default));
    }

    [Fact]
    public async Task A_body_is_stored_once_however_often_and_at_once_it_is_sent()
    {
        await using var store = Open();
        var hash = ContentHash.Hex(Body);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => store.StoreAsync(hash, Body, default)));
        await store.StoreAsync(hash, Body, default);

        Assert.Equal(1, _blobs.Appends);
    }

    [Fact]
    public async Task Different_bodies_share_an_append_and_stay_apart()
    {
        await using var store = Open();
        // Only a store that has begun takes all of them in before the first append is over.
        Assert.Null(await store.FindAsync(new string('0', 64), default));
        var gate = new TaskCompletionSource();
        _blobs.AppendGate = gate.Task;
        var bodies = Enumerable.Range(0, 20).Select(n => Encoding.UTF8.GetBytes($"\"{n}{new string('y', 5000)}\"")).ToList();

        var all = bodies.Select(body => store.StoreAsync(ContentHash.Hex(body), body, default)).ToList();
        gate.SetResult();
        await Task.WhenAll(all);

        Assert.True(_blobs.Appends <= 2);
        await using var again = Open();
        foreach (var body in bodies)
        {
            Assert.Equal(body, (await again.FindAsync(ContentHash.Hex(body), default))?.ToArray());
        }
    }

    [Fact]
    public async Task A_body_that_another_host_stored_since_the_start_is_found()
    {
        await using var owner = Open();
        await using var next = Open();
        var hash = ContentHash.Hex(Body);
        Assert.Null(await next.FindAsync(hash, default));
        await owner.StoreAsync(hash, Body, default);

        Assert.Equal(Body, (await next.FindAsync(hash, default))?.ToArray());
    }

    [Fact]
    public async Task A_failed_store_is_tried_anew_by_the_next_caller()
    {
        await using var store = Open(TimeSpan.FromMilliseconds(10));
        await Eventually.SucceedsAsync(() => store.FindAsync(new string('0', 64), default).AsTask());
        _blobs.Fault = (_, _) => BlobFault.Before;
        var hash = ContentHash.Hex(Body);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.StoreAsync(hash, Body, default));

        _blobs.Fault = (_, _) => BlobFault.None;
        await Eventually.SucceedsAsync(() => store.StoreAsync(hash, Body, default));

        Assert.Equal(Body, (await store.FindAsync(hash, default))?.ToArray());
    }

    private BlobBodyStore Open(TimeSpan? patience = null)
    {
        var options = new MeshOptions { Store = { Patience = patience ?? TimeSpan.FromSeconds(30) } };
        var store = new BlobBodyStore(_blobs, Options.Create(options), TimeProvider.System, NullLogger<BlobBodyStore>.Instance);
        store.Start();
        return store;
    }
}
