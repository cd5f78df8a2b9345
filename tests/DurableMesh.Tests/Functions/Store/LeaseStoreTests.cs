using DurableMesh.Core.Leases;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Store;

public sealed class LeaseStoreTests : IDisposable
{
    private readonly MemoryBlobs _blobs = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly List<BlobLeaseStore> _hosts = [];

    public void Dispose() => _hosts.ForEach(host => host.Dispose());

    [Fact]
    public async Task A_claim_and_each_renewal_is_one_write_and_no_read()
    {
        var store = Host();
        for (var n = 1; n <= 5; n++)
        {
            Assert.Null((await store.AskAsync("t", Ask("one", 2), default)).Refusal);
            Assert.Equal((n, 0), (_blobs.Writes, _blobs.Reads));
            _time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task Of_many_runners_on_many_hosts_one_gets_the_message()
    {
        var hosts = Enumerable.Range(0, 4).Select(_ => Host()).ToList();
        for (var sequence = 1; sequence <= 20; sequence++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n =>
                Task.Run(() => hosts[n % 4].AskAsync("t", Ask($"runner-{n}", sequence), default))));

            var winner = Assert.Single(answers, answer => answer.Refusal is null).Lease.Holder;
            Assert.All(answers, answer => Assert.Equal(winner, answer.Lease.Holder));
            Assert.Null((await hosts[0].AskAsync("t", Ask(winner, sequence) with { Done = true }, default)).Refusal);
        }
    }

    [Fact]
    public async Task A_host_says_no_only_by_what_the_storage_has()
    {
        var (one, two) = (Host(), Host());
        await one.AskAsync("t", Ask("a", 2), default);
        Assert.Equal(LeaseRefusal.Leased, (await two.AskAsync("t", Ask("b", 2), default)).Refusal);

        await one.AskAsync("t", Ask("a", 2) with { Done = true }, default);

        Assert.Null((await two.AskAsync("t", Ask("b", 3), default)).Refusal);
        Assert.Equal(LeaseRefusal.AlreadyDone, (await one.AskAsync("t", Ask("a", 2), default)).Refusal);
    }

    [Theory]
    [InlineData(nameof(BlobFault.Before))]
    [InlineData(nameof(BlobFault.After))]
    public async Task A_claim_whose_answer_was_lost_is_asked_again(string fault)
    {
        var store = Host();
        _blobs.Fault = (operation, _) => operation == "write" ? Enum.Parse<BlobFault>(fault) : BlobFault.None;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AskAsync("t", Ask("one", 2), default));
        _blobs.Fault = (_, _) => BlobFault.None;

        Assert.Null((await store.AskAsync("t", Ask("one", 2), default)).Refusal);
        Assert.Equal(LeaseRefusal.Leased, (await store.AskAsync("t", Ask("two", 2), default)).Refusal);
    }

    [Fact]
    public async Task A_host_shows_what_others_wrote_and_forgets_what_they_removed()
    {
        var (one, two) = (Host(), Host());
        await one.AskAsync("t", Ask("a", 2), default);
        Assert.Equal("a", (await two.AtWorkAsync(default))["t"].Single().Holder);

        await one.AskAsync("t", Ask("a", 2) with { Done = true }, default);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await two.AtWorkAsync(default));

        await one.AskAsync("u", Ask("a", 2), default);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("u", Assert.Single(await two.AtWorkAsync(default)).Key);
        await one.SweepAsync(thread => ValueTask.FromResult(thread == "u"), default);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await two.AtWorkAsync(default));
        Assert.Equal("leases/t/builder", Assert.Single(_blobs.Names()));
    }

    private BlobLeaseStore Host()
    {
        var host = new BlobLeaseStore(_blobs, Options.Create(new MeshOptions { Store = { SharedByHosts = true } }), _time);
        _hosts.Add(host);
        return host;
    }

    private static LeaseRequest Ask(string holder, int sequence) => new("builder", holder, sequence, TimeSpan.FromSeconds(30));
}
