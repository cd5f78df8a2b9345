using DurableMesh.Core.Events;
using DurableMesh.Functions.Store;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Events.Sinks;

/// <summary>
/// Tells one sink of events, in order and until it has taken each. Any number of hosts may try: one of them holds the sink while
/// there is something to tell, and where nothing happens nobody does anything.
/// </summary>
internal sealed partial class SinkRunner(
    IEventSink sink,
    IEventFeed feed,
    SinkStore store,
    Func<string, CancellationToken, Task> gone,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>After how long an event that a sink does not take is given up.</summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromDays(1);

    /// <summary>The longest pause between two attempts that the mesh chooses itself.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private const int EventsAtOnce = 20;
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWish = TimeSpan.FromHours(6);
    private static readonly TimeSpan PositionPeriod = TimeSpan.FromHours(1);

    private readonly string _holder = Guid.NewGuid().ToString("N");

    /// <summary>Goes on until it is stopped, or the sink wants no more.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var (heard, saved) = ((EventCursor?)null, time.GetTimestamp());
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var change = feed.NextChange(sink.Filter);
                heard ??= await PositionAsync(cancellation);
                var page = await feed.ReadAsync(heard.Value, sink.Filter, 1, cancellation);
                if (page.Events.Count > 0)
                {
                    if (!await TellAsync(cancellation))
                    {
                        return;
                    }

                    heard = null;
                }
                else if (page.IsLast)
                {
                    heard = page.Next;
                    if (time.GetElapsedTime(saved) > PositionPeriod)
                    {
                        // What it does not want is passed by: its position must not fall out of the retention.
                        (heard, saved) = (null, time.GetTimestamp());
                        await PassByAsync(page.Next, cancellation);
                    }

                    await UntilAsync(change, cancellation);
                }
                else
                {
                    heard = page.Next;
                }
            }
            catch (Exception e) when (e is EventsExpiredException or UnknownPositionException)
            {
                LogMissed(sink.Id, e.Message);
                await StartAgainAsync(e.Message, cancellation);
                heard = null;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                // The storage is away, most of the time. Whatever it is, the sink's turn comes again.
                LogWaits(sink.Id, e.Message);
                await Task.Delay(Moment, time, cancellation);
            }
        }
    }

    /// <summary>Tells all there is. False where the sink wants no more.</summary>
    private async Task<bool> TellAsync(CancellationToken cancellation)
    {
        if (await TakeHoldAsync(cancellation) is not var (progress, version))
        {
            return true;
        }

        try
        {
            return await TellAsync(progress, version, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Another host need not wait until the hold is over.
            await LetGoAsync();
            throw;
        }
    }

    private async Task<bool> TellAsync(SinkProgress progress, string version, CancellationToken cancellation)
    {
        while (true)
        {
            var page = await feed.ReadAsync(progress.Position, sink.Filter, EventsAtOnce, cancellation);
            foreach (var (cursor, stored) in page.Events)
            {
                // Where it has failed for a day, what is late already is not tried before it is given up.
                var isLate = IsLate(stored.Event, progress);
                var isLeftAlone = progress.NextAttemptAt > time.GetUtcNow();
                if (isLeftAlone && !isLate)
                {
                    await store.TryWriteAsync(sink.Id, progress with { Holder = null }, version, cancellation);
                    return true;
                }

                var answer = isLeftAlone ? new SinkAnswer(progress.LastError) : await AskAsync(stored, cancellation);
                if (answer.IsGone)
                {
                    await store.TryWriteAsync(sink.Id, Failed(progress, answer) with { Holder = null }, version, cancellation);
                    await gone(answer.Failure!, cancellation);
                    return false;
                }

                if (answer.Failure is not null && !isLate)
                {
                    await store.TryWriteAsync(sink.Id, Failed(progress, answer) with { Holder = null }, version, cancellation);
                    return true;
                }

                if (answer.Failure is not null)
                {
                    await store.BuryAsync(sink.Id, stored.Event, answer.Failure, time.GetUtcNow(), cancellation);
                    LogGivenUp(sink.Id, stored.Event.Id, answer.Failure);
                    progress = (isLeftAlone ? progress : Failed(progress, answer)) with { Position = cursor };
                }
                else
                {
                    progress = progress with
                    {
                        Position = cursor,
                        Delivered = progress.Delivered + 1,
                        DeliveredAt = time.GetUtcNow(),
                        FailingSince = null,
                        Attempts = 0,
                        NextAttemptAt = null,
                        LastError = null,
                    };
                }

                if (progress.Until - time.GetUtcNow() < Hold / 2)
                {
                    progress = progress with { Until = time.GetUtcNow() + Hold };
                    if (await store.TryWriteAsync(sink.Id, progress, version, cancellation) is not { } renewed)
                    {
                        return true;
                    }

                    version = renewed;
                }
            }

            progress = progress with { Position = page.Next, Until = time.GetUtcNow() + Hold };
            var done = page.IsLast ? progress with { Holder = null } : progress;
            if (await store.TryWriteAsync(sink.Id, done, version, cancellation) is not { } written || page.IsLast)
            {
                return true;
            }

            version = written;
        }
    }

    private async Task<SinkAnswer> AskAsync(StoredEvent stored, CancellationToken cancellation)
    {
        try
        {
            return await sink.TellAsync(stored, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return new SinkAnswer(e.Message);
        }
    }

    private bool IsLate(MeshEvent happened, SinkProgress progress) =>
        progress.FailingSince is { } since
        && time.GetUtcNow() - (happened.Time > since ? happened.Time : since) >= GivenUpAfter;

    private SinkProgress Failed(SinkProgress progress, SinkAnswer answer)
    {
        var attempts = progress.Attempts + 1;
        LogNotTaken(sink.Id, attempts, answer.Failure!);
        return progress with
        {
            Attempts = attempts,
            FailingSince = progress.FailingSince ?? time.GetUtcNow(),
            NextAttemptAt = time.GetUtcNow() + PauseOf(attempts, answer.RetryAfter),
            LastError = answer.Failure,
        };
    }

    /// <summary>Full jitter, so that hosts and sinks do not come all at once; never before the sink wants it.</summary>
    internal static TimeSpan PauseOf(int attempts, TimeSpan? wished)
    {
        var most = Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(attempts, 16)));
        var chosen = TimeSpan.FromSeconds(Random.Shared.NextDouble() * most);
        var asked = wished is { } wish && wish > TimeSpan.Zero ? (wish < LongestWish ? wish : LongestWish) : TimeSpan.Zero;
        return asked + chosen;
    }

    /// <summary>Takes hold of the sink; null where it may not be told yet, or somebody else tells it.</summary>
    private async Task<(SinkProgress Progress, string Version)?> TakeHoldAsync(CancellationToken cancellation)
    {
        var (progress, version) = await store.FindAsync(sink.Id, cancellation)
            ?? throw new StoreUnavailableException($"The position of sink {sink.Id} is gone.");
        var now = time.GetUtcNow();
        var free = progress.Holder is null || progress.Holder == _holder ? now : progress.Until;
        var next = progress.NextAttemptAt > free ? progress.NextAttemptAt.Value : free;
        if (next > now)
        {
            // Whoever holds it may be done sooner, and somebody may resume it meanwhile.
            var patience = progress.Holder is null ? LookAgainAfter : Moment;
            await Task.Delay(next - now < patience ? next - now : patience, time, cancellation);
            return null;
        }

        progress = progress with { Holder = _holder, Until = now + Hold };
        return await store.TryWriteAsync(sink.Id, progress, version, cancellation) is { } taken ? (progress, taken) : null;
    }

    private async Task UntilAsync(Task change, CancellationToken cancellation)
    {
        try
        {
            await change.WaitAsync(PositionPeriod, time, cancellation);
        }
        catch (TimeoutException)
        {
            // Time to keep the position.
        }
    }

    private async Task LetGoAsync()
    {
        if (await store.FindAsync(sink.Id, CancellationToken.None) is var (progress, version) && progress.Holder == _holder)
        {
            await store.TryWriteAsync(sink.Id, progress with { Holder = null }, version, CancellationToken.None);
        }
    }

    private async Task<EventCursor> PositionAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (await store.FindAsync(sink.Id, cancellation) is var (progress, _))
            {
                return progress.Position;
            }

            var from = sink.From ?? await feed.EndAsync(cancellation);
            await store.TryWriteAsync(sink.Id, new SinkProgress { Position = from }, version: null, cancellation);
        }
    }

    private async Task PassByAsync(EventCursor position, CancellationToken cancellation)
    {
        if (await store.FindAsync(sink.Id, cancellation) is var (progress, version) && progress.Holder is null)
        {
            await store.TryWriteAsync(sink.Id, progress with { Position = position }, version, cancellation);
        }
    }

    private async Task StartAgainAsync(string why, CancellationToken cancellation)
    {
        var from = await feed.SinceAsync(time.GetUtcNow() - options.Value.Events.Retention, cancellation);
        if (await store.FindAsync(sink.Id, cancellation) is var (progress, version))
        {
            await store.TryWriteAsync(
                sink.Id, progress with { Position = from, Holder = null, LastError = why }, version, cancellation);
        }
    }
}
