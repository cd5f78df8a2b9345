using System.Collections.Concurrent;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Events.Sinks;

public sealed class SinkRunnerTests : IAsyncLifetime
{
    private readonly MemoryBlobs _blobs = new();
    private readonly FeedHost _host;
    private readonly SinkStore _store;
    private readonly ScriptedSink _sink = new();
    private readonly SampleThread _thread = new(ttl: TimeSpan.FromDays(30));
    private readonly ConcurrentQueue<string> _gone = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _runs = [];

    public SinkRunnerTests() => (_host, _store) = (new FeedHost(_blobs), new SinkStore(_blobs));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _host.Log.AppendAsync(_thread.Open(), Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_runs).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task All_is_told_in_order_and_another_host_goes_on_where_one_has_stopped()
    {
        var first = new CancellationTokenSource();
        var run = Run(first.Token);
        await NoteAsync("n-1", "n-2");
        await UntilTakenAsync(3);
        await first.CancelAsync();
        await run.ConfigureAwait(
            ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        await NoteAsync("n-3");

        _ = Run();
        await UntilTakenAsync(4);

        Assert.Equal(["mesh:brief", "n-1", "n-2", "n-3"], _sink.Taken);
        await UntilAsync(progress => progress is { Delivered: 4, Holder: null, FailingSince: null });
    }

    [Fact]
    public async Task What_comes_is_told_by_one_of_two_hosts_and_once()
    {
        _ = Run();
        _ = Run();
        for (var n = 1; n <= 20; n++)
        {
            await NoteAsync($"n-{n}");
            _host.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await UntilTakenAsync(21);
        await UntilAsync(progress => progress is { Delivered: 21, Holder: null });
        Assert.Equal(21, _sink.Attempts);
    }

    [Fact]
    public async Task What_is_not_taken_is_told_again_before_anything_else_and_ever_more_rarely()
    {
        var failures = 5;
        _sink.Answer = _ => Interlocked.Decrement(ref failures) >= 0 ? new SinkAnswer("It answered 500.") : SinkAnswer.Taken;
        await NoteAsync("n-1");
        _ = Run();

        await UntilAsync(progress => progress is { Attempts: 1, FailingSince: not null, LastError: "It answered 500." });
        await UntilTakenAsync(2, passing: TimeSpan.FromSeconds(1));

        Assert.Equal(["mesh:brief", "n-1"], _sink.Taken);
        Assert.Equal(7, _sink.Attempts);
        await UntilAsync(progress => progress is { Attempts: 0, FailingSince: null, LastError: null, NextAttemptAt: null });
    }

    [Fact]
    public async Task A_sink_that_fails_for_a_day_loses_nothing_and_is_not_hammered()
    {
        _sink.Answer = _ => new SinkAnswer("It answered 500.");
        _thread.Now = _host.Time.GetUtcNow();
        await NoteAsync("n-1");
        _ = Run();
        var begun = _host.Time.GetUtcNow();

        await Eventually.TrueAsync(() =>
        {
            _host.Time.Advance(TimeSpan.FromMinutes(1));
            return DeadCount() == 2;
        });

        Assert.InRange(_host.Time.GetUtcNow() - begun, SinkRunner.GivenUpAfter, SinkRunner.GivenUpAfter * 1.5);
        Assert.InRange(_sink.Attempts, 100, 2_000);
        var dead = await _store.ReadDeadAsync(_sink.Id, 10, Cancellation);
        Assert.Equal(["It answered 500.", "It answered 500."], dead.Letters.Select(letter => letter.LastError));
        Assert.Equal(2, dead.Letters.Select(letter => letter.Id).Distinct().Count());

        _sink.Answer = _ => SinkAnswer.Taken;
        _thread.Now = _host.Time.GetUtcNow();
        await NoteAsync("n-2");
        await UntilTakenAsync(1, passing: TimeSpan.FromMinutes(1));
        Assert.Equal(["n-2"], _sink.Taken);
    }

    [Fact]
    public async Task A_sink_that_is_resumed_is_told_at_once_however_long_it_was_to_be_left_alone()
    {
        _sink.Answer = _ => new SinkAnswer("It answered 503.", RetryAfter: TimeSpan.FromHours(5));
        _ = Run();
        await UntilAsync(progress => progress.NextAttemptAt > SampleThread.Noon.AddHours(4));
        _sink.Answer = _ => SinkAnswer.Taken;

        var (failing, version) = (await _store.FindAsync(_sink.Id, Cancellation))!.Value;
        await _store.TryWriteAsync(
            _sink.Id, failing with { Attempts = 0, FailingSince = null, NextAttemptAt = null }, version, Cancellation);

        await UntilTakenAsync(1, passing: TimeSpan.FromSeconds(1));
        Assert.True(_host.Time.GetUtcNow() < SampleThread.Noon.AddHours(1));
    }

    [Fact]
    public async Task A_sink_that_breaks_is_one_that_fails()
    {
        _sink.Answer = _ => throw new FormatException("What was that?");
        _ = Run();

        await UntilAsync(progress => progress is { Attempts: 1, LastError: "What was that?" });
    }

    [Fact]
    public async Task A_sink_that_is_gone_is_told_no_more()
    {
        _sink.Answer = _ => new SinkAnswer("It answered 410.", IsGone: true);

        await Run();

        Assert.Equal(["It answered 410."], _gone);
        Assert.Equal(1, _sink.Attempts);
    }

    [Fact]
    public async Task A_host_that_died_while_it_told_is_followed_by_another()
    {
        await _store.TryWriteAsync(
            _sink.Id,
            new SinkProgress
            {
                Position = _sink.From!.Value,
                Holder = "dead",
                Until = _host.Time.GetUtcNow().AddSeconds(30),
            },
            version: null,
            Cancellation);
        _ = Run();

        await UntilTakenAsync(1, passing: TimeSpan.FromSeconds(1));

        Assert.True(_host.Time.GetUtcNow() >= SampleThread.Noon.AddSeconds(30));
    }

    [Fact]
    public void A_pause_is_random_bounded_and_as_long_as_the_sink_wants()
    {
        var pauses = Enumerable.Range(0, 1_000).Select(_ => SinkRunner.PauseOf(30, null)).ToList();

        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.Zero, SinkRunner.LongestPause));
        Assert.True(pauses.Distinct().Count() > 900);
        Assert.All(
            Enumerable.Range(0, 100), _ => Assert.InRange(SinkRunner.PauseOf(1, null), TimeSpan.Zero, TimeSpan.FromSeconds(2)));
        Assert.True(SinkRunner.PauseOf(1, TimeSpan.FromMinutes(30)) >= TimeSpan.FromMinutes(30));
        Assert.True(SinkRunner.PauseOf(1, TimeSpan.FromDays(30)) < TimeSpan.FromHours(7));
        Assert.True(SinkRunner.PauseOf(1, TimeSpan.FromDays(-1)) < TimeSpan.FromSeconds(3));
    }

    private int DeadCount() => _blobs.Names().Count(name => name.StartsWith("dead-letters/", StringComparison.Ordinal));

    private async Task NoteAsync(params string[] ids)
    {
        foreach (var id in ids)
        {
            await _host.Log.AppendAsync(_thread.Note(id), Cancellation);
        }
    }

    private Task Run(CancellationToken? stop = null)
    {
        var runner = new SinkRunner(
            _sink,
            _host.Feed,
            _store,
            (why, _) =>
            {
                _gone.Enqueue(why);
                return Task.CompletedTask;
            },
            _host.Options,
            _host.Time,
            NullLogger.Instance);
        var run = Task.Run(() => runner.RunAsync(stop ?? _stop.Token), Cancellation);
        _runs.Add(run);
        return run;
    }

    private Task UntilTakenAsync(int count, TimeSpan passing = default) => Eventually.TrueAsync(() =>
    {
        _host.Time.Advance(passing);
        return _sink.Taken.Count >= count;
    });

    private async Task UntilAsync(Func<SinkProgress, bool> holds)
    {
        while (await _store.FindAsync(_sink.Id, Cancellation) is not var (progress, _) || !holds(progress))
        {
            await Task.Delay(1, Cancellation);
        }
    }
}
