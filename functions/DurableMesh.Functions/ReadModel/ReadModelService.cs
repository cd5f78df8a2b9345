using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.ReadModel;

/// <summary>
/// Keeps the read model's file up to date behind the store: nobody who writes to the store waits for it. A file that is missing,
/// damaged, of another version or of another store is built anew; where none can be written, the search alone does not work.
/// </summary>
internal sealed partial class ReadModelService(
    LoggedSteps log,
    PastThreads past,
    ReadModelState state,
    IOptions<MeshOptions> options,
    ReadModelPlace place,
    TimeProvider time,
    ILogger<ReadModelService> logger) : BackgroundService
{
    private const int RebuildsOnEnd = 2;
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    // Asked for before anybody can search.
    private readonly Task _firstWanted = state.Wanted;
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private ReadModelFile? _file;
    private bool _isFailureTold;
    private int _rebuilds;

    /// <summary>How long a start is left alone, unless somebody searches.</summary>
    internal TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long records are gathered, unless somebody searches: a thread's state is then written once.</summary>
    internal TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After how long a file that could not be used is tried again.</summary>
    internal TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await PatientlyAsync(log.WhenOpenAsync, stoppingToken);
            await Task.WhenAny(_firstWanted, Task.Delay(Quiet, time, stoppingToken));
            while (!stoppingToken.IsCancellationRequested)
            {
                await ServeAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }

        await state.CloseAsync("The host is stopping.");
        _file?.Dispose();
    }

    /// <summary>Keeps a file up to date until something is wrong with it, and sees to it that the next one is better.</summary>
    private async Task ServeAsync(CancellationToken cancellation)
    {
        try
        {
            _file ??= past.TakeFile() ?? ReadModelFile.Take(place.Folder, _left.Contains);
            await ServeAsync(_file, cancellation);
        }
        catch (ReadModelNewerException newer)
        {
            LogLeft(_file!.Path, newer.Message);
            _left.Add(_file.Path);
            _file.Dispose();
            _file = null;
        }
        catch (Exception e) when (_file is not null && ReadModelFaults.WhyStale(e) is { } why)
        {
            await RebuildAsync(_file, why, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Whatever it is, the mesh goes on.
            await FailAsync(ReadModelFaults.Describe(e), e, cancellation);
        }
    }

    private async Task ServeAsync(ReadModelFile file, CancellationToken cancellation)
    {
        if (past.TakeRefusal() is { } refusal)
        {
            throw new ReadModelStaleException(refusal);
        }

        file.Ensure();
        using var writer = new ReadModelWriter(
            ReadModelDatabase.OpenForWriting(file.Path, options.Value.ReadModel.MaxMegabytes * 1024L * 1024L),
            options.Value.Events.Retention,
            time);
        try
        {
            await PatientlyAsync(token => log.CheckAsync(writer.Progress, token), cancellation);
            state.Open(file.Path, writer.Progress.Position);
            await CatchUpAsync(writer, cancellation);
            _rebuilds = 0;
            if (_isFailureTold)
            {
                _isFailureTold = false;
                LogWorksAgain();
            }

            await FollowAsync(writer, cancellation);
        }
        finally
        {
            // The last to let go of a file puts all that was written into it, which only a writer can.
            await state.CloseAsync("The search opens its file again; ask again in a moment.");
        }
    }

    private async Task FollowAsync(ReadModelWriter writer, CancellationToken cancellation)
    {
        while (true)
        {
            var (news, wanted) = (log.NextChange(), state.Wanted);
            if (state.Damage is { } damage)
            {
                throw new ReadModelStaleException($"it is damaged ({damage})");
            }

            await TakeInAsync(writer, cancellation);
            await Task.WhenAny(news, wanted).WaitAsync(cancellation);
            await Task.WhenAny(wanted, Task.Delay(Linger, time, cancellation));
        }
    }

    /// <summary>Takes in what the store had when the file was opened, and says how long that took.</summary>
    private async Task CatchUpAsync(ReadModelWriter writer, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        state.Building = "The search reads the store; until it has, older threads may not be found.";
        var records = await TakeInAsync(writer, cancellation);
        state.Building = null;
        var seconds = time.GetElapsedTime(begun).TotalSeconds;
        LogCaughtUp(records, seconds, records / Math.Max(seconds, 0.001));
    }

    /// <summary>Takes in all that the store has; answers how many records that were.</summary>
    private async Task<long> TakeInAsync(ReadModelWriter writer, CancellationToken cancellation)
    {
        var records = 0L;
        await PatientlyAsync(
            async token =>
            {
                await foreach (var batch in log.ReadAsync(writer.Progress.Position, token))
                {
                    writer.Write(batch.Steps, batch.Bodies, batch.After, log.Store);
                    state.Advance(batch.After);
                    records += batch.Steps.Count;
                }
            },
            cancellation);
        return records;
    }

    /// <summary>While the storage is away there is nothing to read and nothing wrong with the file.</summary>
    private async Task PatientlyAsync(Func<CancellationToken, ValueTask> step, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await step(cancellation);
                return;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(StorePause, time, cancellation);
            }
        }
    }

    private async Task RebuildAsync(ReadModelFile file, string why, CancellationToken cancellation)
    {
        await state.DiscardAsync("The search is built anew from the store; ask again in a moment.");
        try
        {
            LogBuiltAnew(file.Path, why);
            ReadModelDatabase.Delete(file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await FailAsync("The search's file must be built anew, and cannot be deleted.", e, cancellation);
        }

        if (++_rebuilds > RebuildsOnEnd)
        {
            await FailAsync("The search's file was built anew, and is no good again.", new IOException(why), cancellation);
        }
    }

    private async Task FailAsync(string why, Exception failure, CancellationToken cancellation)
    {
        await state.CloseAsync(why);
        if (!_isFailureTold)
        {
            _isFailureTold = true;
            LogFailed(place.Folder, why, RetryAfter.TotalSeconds, failure);
        }

        await Task.Delay(RetryAfter, time, cancellation);
    }
}
