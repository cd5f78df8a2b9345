using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Events;

public sealed class EventSweepTests : IAsyncLifetime
{
    private readonly FeedHost _host = new(new MemoryBlobs());
    private readonly AgentPresence _presence;
    private readonly EventSweep _sweep;

    public EventSweepTests()
    {
        _presence = new AgentPresence(_host.Log, _host.Time);
        _sweep = new EventSweep(
            _host.Log,
            _host.Reach,
            _host.Tasks,
            MeshFixture.KnownAgents(),
            _presence,
            new BlobLeaseStore(new MemoryBlobs(), _host.Options, _host.Time),
            _host.Options,
            _host.Time,
            NullLogger<EventSweep>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_time_that_is_nearly_over_is_told_once()
    {
        var (thread, ended) = (new SampleThread(ttl: TimeSpan.FromMinutes(10)), new SampleThread(ttl: TimeSpan.FromMinutes(10)));
        foreach (var record in (ThreadRecord[])[thread.Open(), ended.Open(), ended.Cancel()])
        {
            await _host.Log.AppendAsync(record, Cancellation);
        }

        _host.Time.SetUtcNow(SampleThread.Noon.AddMinutes(8).AddTicks(-1));
        await _sweep.NoteTimesAsync(Cancellation);
        Assert.Empty(await ToldAsync("mesh.limit.near"));

        _host.Time.Advance(TimeSpan.FromSeconds(1));
        await _sweep.NoteTimesAsync(Cancellation);
        await _host.Log.AppendAsync(thread.Note("n-1"), Cancellation);
        await _sweep.NoteTimesAsync(Cancellation);

        var near = Assert.Single(await ToldAsync("mesh.limit.near"));
        var head = Assert.IsType<LimitHead>(near.Data);
        Assert.Equal((thread.Id, LimitKind.Ttl, 8.02m), (near.ThreadId, head.Limit, head.Used));
    }

    [Fact]
    public async Task An_agent_that_a_thread_waits_for_and_that_does_not_come_is_lost_until_it_does()
    {
        var thread = new SampleThread(ttl: TimeSpan.FromHours(1));
        await _host.Log.AppendAsync(thread.Open(), Cancellation);
        await LookAsync(after: TimeSpan.FromMinutes(4));
        Assert.Empty(await ToldAsync("mesh.agent.*"));

        await LookAsync(after: TimeSpan.FromMinutes(2));
        await LookAsync(after: TimeSpan.FromMinutes(2));
        var lost = Assert.Single(await ToldAsync("mesh.agent.*"));
        Assert.Equal((EventTypes.AgentUnreachable, SampleThread.Builder), (lost.Type, lost.Subject));

        _presence.Attend(SampleThread.Builder).Dispose();
        await LookAsync(after: TimeSpan.Zero);
        await LookAsync(after: TimeSpan.FromMinutes(1));
        Assert.Equal(
            [EventTypes.AgentUnreachable, EventTypes.AgentBack], (await ToldAsync("mesh.agent.*")).Select(one => one.Type));
    }

    [Fact]
    public async Task An_agent_that_comes_or_that_nobody_waits_for_is_not_lost()
    {
        await _host.Log.AppendAsync(new SampleThread(ttl: TimeSpan.FromHours(1)).Open(), Cancellation);
        using (_presence.Attend(SampleThread.Builder))
        {
            await LookAsync(after: TimeSpan.FromMinutes(30));
        }

        Assert.Empty(await ToldAsync("mesh.agent.*"));
    }

    private async Task LookAsync(TimeSpan after)
    {
        _host.Time.Advance(after);
        await _sweep.NoteReachAsync(lookForLost: true, lookForFound: true, Cancellation);
    }

    private async Task<List<MeshEvent>> ToldAsync(string type)
    {
        var page = await _host.Feed.ReadAsync(
            EventCursor.Beginning, new EventFilter { Types = [type] }, 100, Cancellation);
        return [.. page.Events.Select(one => one.Event)];
    }
}
