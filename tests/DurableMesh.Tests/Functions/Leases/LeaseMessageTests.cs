using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Leases;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Leases;

public sealed class LeaseMessageTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_runner_claims_renews_and_is_done_and_another_hears_who_has_it()
    {
        var id = await _mesh.StartedAsync();

        var claimed = await _mesh.LeaseAsync(id, Ask("one", 1) with { Device = "forge" });
        _mesh.Time.Advance(TimeSpan.FromSeconds(20));
        var refused = await _mesh.LeaseAsync(id, Ask("two", 1));
        var renewed = await _mesh.LeaseAsync(id, Ask("one", 1));
        var done = await _mesh.LeaseAsync(id, Ask("one", 1) with { Done = true });
        var late = await _mesh.LeaseAsync(id, Ask("two", 1));

        Assert.Equal((200, "one", "forge"), (claimed.Status, claimed.Text("holder"), claimed.Text("device")));
        Assert.Equal((409, "leased"), (refused.Status, refused.Code));
        Assert.Contains("one on forge has message 1 since ", refused.Text("detail"), StringComparison.Ordinal);
        var other = refused.Body.GetProperty("lease");
        Assert.Equal("one", other.GetProperty("holder").GetString());
        Assert.Equal(claimed.Text("expiresAt"), other.GetProperty("expiresAt").GetString());
        Assert.Equal((200, claimed.Text("since")), (renewed.Status, renewed.Text("since")));
        Assert.Equal((200, "1"), (done.Status, done.Text("doneThrough")));
        Assert.Equal((409, "already_done"), (late.Status, late.Code));
        Assert.Equal(0, _mesh.Raised);
    }

    [Fact]
    public async Task A_holder_that_died_is_replaced_after_its_lease_ran_out()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.LeaseAsync(id, Ask("one", 1));
        _mesh.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("two", (await _mesh.LeaseAsync(id, Ask("two", 1))).Text("holder"));
        Assert.Equal((409, "leased"), Of(await _mesh.LeaseAsync(id, Ask("one", 1))));
    }

    [Fact]
    public async Task Who_is_at_work_is_shown_as_long_as_it_is()
    {
        var (one, two) = (await _mesh.StartedAsync(), await _mesh.StartedAsync());
        await _mesh.LeaseAsync(one, Ask("one", 1));
        _mesh.Time.Advance(TimeSpan.FromSeconds(10));
        await _mesh.LeaseAsync(two, Ask("one", 1));

        var shown = (await _mesh.GetAsync(one)).List("atWork").Single();
        Assert.Equal(("one", 1), (shown.GetProperty("holder").GetString(), shown.GetProperty("sequence").GetInt32()));
        var agent = (await _mesh.AgentAsync("builder")).Body.GetProperty("atWork");
        Assert.Equal(2, agent.GetProperty("threads").GetInt32());
        Assert.Equal(shown.GetProperty("since").GetString(), agent.GetProperty("since").GetString());
        Assert.False((await _mesh.AgentAsync("verifier")).Body.TryGetProperty("atWork", out _));

        await _mesh.LeaseAsync(one, Ask("one", 1) with { Done = true });
        Assert.False((await _mesh.GetAsync(one)).Body.TryGetProperty("atWork", out _));
        _mesh.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.False((await _mesh.AgentAsync("builder")).Body.TryGetProperty("atWork", out _));
    }

    [Fact]
    public async Task Each_agent_of_a_thread_has_a_lease_of_its_own()
    {
        var id = await _mesh.StartedAsync();

        Assert.Equal(200, (await _mesh.LeaseAsync(id, Ask("one", 1))).Status);
        Assert.Equal(200, (await _mesh.LeaseAsync(id, Ask("two", 1) with { Agent = "verifier" })).Status);
    }

    [Fact]
    public async Task Where_there_is_nothing_to_do_nothing_can_be_claimed()
    {
        var id = await _mesh.StartedAsync();

        Assert.Equal((404, "thread_not_found"), Of(await _mesh.LeaseAsync(Guid.NewGuid().ToString("D"), Ask("one", 1))));
        Assert.Equal((400, "unknown_message"), Of(await _mesh.LeaseAsync(id, Ask("one", 2))));
        Assert.Equal((403, "not_a_party"), Of(await _mesh.LeaseAsync(id, Ask("one", 1) with { Agent = "vizu-builder" })));
        await _mesh.CancelAsync(id);
        Assert.Equal((409, "thread_ended"), Of(await _mesh.LeaseAsync(id, Ask("one", 1))));
    }

    [Fact]
    public async Task Nobody_claims_for_another()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Caller = new Caller(Subject.Agent(SampleThread.Verifier), [Scope.Read, Scope.Send]);

        Assert.Equal((403, "forged_sender"), Of(await _mesh.LeaseAsync(id, Ask("one", 1))));
    }

    [Fact]
    public async Task All_mistakes_come_at_once()
    {
        var answer = await _mesh.LeaseAsync(
            await _mesh.StartedAsync(), """{"agent":"","holder":"a b","sequence":0,"for":"PT11M","rest":1}"""u8.ToArray());

        Assert.Equal((400, "invalid_request"), Of(answer));
        Assert.Equal(
            ["agent", "holder", "sequence", "for", "rest"],
            answer.List("errors").Select(error => error.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task The_leases_of_threads_that_ended_are_removed()
    {
        var (ended, open) = (await _mesh.StartedAsync(), await _mesh.StartedAsync());
        await _mesh.LeaseAsync(ended, Ask("one", 1));
        await _mesh.LeaseAsync(open, Ask("one", 1));
        await _mesh.CancelAsync(ended);

        using var sweep = new LeaseSweep(_mesh.Leases, _mesh.Log, _mesh.Time, NullLogger<LeaseSweep>.Instance);
        await sweep.StartAsync(default);
        await Eventually.TrueAsync(() =>
        {
            _mesh.Time.Advance(TimeSpan.FromMinutes(1));
            return _mesh.Blobs.Names().Where(name => name.StartsWith("leases/", StringComparison.Ordinal))
                .SequenceEqual([$"leases/{open}/{SampleThread.Builder}"]);
        });
        await sweep.StopAsync(default);
    }

    private static LeaseRequest Ask(string holder, int sequence) => new("builder", holder, sequence, TimeSpan.FromSeconds(30));

    private static (int, string) Of(Answer answer) => (answer.Status, answer.Code);
}
