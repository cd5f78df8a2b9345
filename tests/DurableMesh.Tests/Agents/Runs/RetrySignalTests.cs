using DurableMesh.Agents.Runs;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Agents.Runs;

public sealed class RetrySignalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-retry-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly AgentHome _home;
    private readonly RetrySignal _signal;

    public RetrySignalTests()
    {
        _home = AgentHome.Open(_folder, "a");
        _signal = new RetrySignal(_home, _time);
    }

    public void Dispose()
    {
        _signal.Dispose();
        _home.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_pause_is_waited_for_to_its_end()
    {
        var waiting = WaitAsync("t");
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(waiting.IsCompleted);

        _time.Advance(TimeSpan.FromMinutes(1));

        await waiting;
    }

    [Fact]
    public async Task Who_asks_wakes_the_one_thread_that_is_meant()
    {
        var (one, other) = (WaitAsync("t/1"), WaitAsync("t/2"));

        AgentHome.AskToRetry(_folder, "a", "t/1");

        await one;
        Assert.False(other.IsCompleted);
        AgentHome.AskToRetry(_folder, "a", "t/2");
        await other;
    }

    [Fact]
    public async Task A_wish_from_before_the_wait_counts_once()
    {
        _signal.Dispose();
        AgentHome.AskToRetry(_folder, "a", "t");
        using var asked = new RetrySignal(_home, _time);
        await asked.WaitAsync("t", _time.GetUtcNow().AddHours(1), Stop);

        var again = asked.WaitAsync("t", _time.GetUtcNow().AddHours(1), Stop);
        _time.Advance(TimeSpan.FromMinutes(59));

        Assert.False(again.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        await again;
    }

    [Fact]
    public async Task A_runner_that_stops_waits_no_longer()
    {
        using var stop = new CancellationTokenSource();
        var waiting = _signal.WaitAsync("t", _time.GetUtcNow().AddHours(1), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task WaitAsync(string threadId) => _signal.WaitAsync(threadId, _time.GetUtcNow().AddHours(1), Stop);
}
