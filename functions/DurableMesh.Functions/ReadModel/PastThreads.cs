using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.ReadModel;

/// <summary>The past of the threads' log in the tables of the read model.</summary>
internal sealed class PastThreads(
    ReadModelPlace place, ReadModelState state, Snapshots snapshots, IOptions<MeshOptions> options) : IPast, IDisposable
{
    // Whoever reads on wants more.
    private const int FirstRows = 16;
    private const int MostRows = 1024;

    private ReadModelFile? _file;
    private string? _refusal;
    private HashSet<int> _running = [];
    private int _threads;

    public LogPosition Position => state.Past?.Position ?? LogPosition.Beginning;

    /// <summary>Why the file that it found is of no use, as the end of a sentence; null where it is. It says so once.</summary>
    public string? TakeRefusal() => Interlocked.Exchange(ref _refusal, null);

    /// <summary>Hands over the file that it opened, for the one who writes it.</summary>
    public ReadModelFile? TakeFile() => Interlocked.Exchange(ref _file, null);

    public async ValueTask<PastSummary?> OpenAsync(LogEnd log, CancellationToken cancellation)
    {
        ReadModelFile? file = null;
        try
        {
            file = ReadModelFile.Take(place.Folder, _ => false);
            if ((await TryReadAsync(file, log, cancellation) ?? await FetchAsync(file, log, cancellation)) is not { } known)
            {
                return null;
            }

            state.Open(file.Path, known.Position);
            (_threads, _running) = (known.Sums.Threads, [.. known.Running.Select(track => track.Account.Number!.Value)]);
            (_file, file) = (file, null);
            return known;
        }
        catch (Exception e) when (e is SqliteException or ReadModelNewerException or UnauthorizedAccessException
            || (e is IOException and not StoreUnavailableException))
        {
            // Whoever writes the file meets the same, and says it.
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    public ThreadTrack? Find(string threadId) => Read(connection =>
    {
        using var threads = new ThreadTable(connection);
        return threads.Find(threadId);
    });

    public IEnumerable<(LogPosition Began, ThreadView View)> EndedBefore(LogPosition? before) => Pages(
        Read(connection => ThreadRows.NumberAt(connection, before)),
        ThreadRows.ReadEnded);

    public bool Began(LogPosition position) => Read(connection => ThreadRows.FindNumber(connection, position) is not null);

    public IEnumerable<ThreadMark> EndedMarks() => Read(connection => PastTables.Read(
        connection,
        $"SELECT id, initiator, responder, changed_at FROM threads WHERE state = {(int)ThreadPhase.Ended}",
        row => new ThreadMark(
            row.GetString(0), row.GetString(1), row.GetString(2), HasEnded: true, PastTables.Instant(row, 3))));

    public IEnumerable<ThreadAccount> EndedAccounts(int first, int last) => Pages(
        last + 2L,
        (connection, before, limit) => ThreadTable.ReadEndedAccounts(connection, first + 1L, before, limit));

    public IReadOnlyList<EntryPlace> Inbox(string agentId, LogPosition? after, LogPosition before, int limit) =>
        Read(connection => InboxTable.Read(connection, agentId, after, before, limit));

    public PairAccounts Pairs() => Read(connection => PastTables.ReadPairs(connection, _threads, _running));

    public void Dispose() => TakeFile()?.Dispose();

    /// <summary>What the file knows; null where it is of no use, and can be deleted.</summary>
    private async ValueTask<PastSummary?> TryReadAsync(ReadModelFile file, LogEnd log, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(file, log, cancellation);
        }
        catch (Exception e) when (ReadModelFaults.WhyStale(e) is { } why)
        {
            _refusal = why;
            return null;
        }
    }

    /// <summary>What the newest snapshot knows that is whole and of this log; null where there is none.</summary>
    private async ValueTask<PastSummary?> FetchAsync(ReadModelFile file, LogEnd log, CancellationToken cancellation)
    {
        if (log.End == LogPosition.Beginning)
        {
            return null;
        }

        foreach (var name in await snapshots.ListAsync(cancellation))
        {
            if (!await snapshots.TryFetchAsync(name, file.Path, cancellation))
            {
                continue;
            }

            if (await TryReadAsync(file, log, cancellation) is { } known)
            {
                _refusal = null;
                snapshots.SayBegunWith(name);
                return known;
            }

            snapshots.SayPassedOver(name, _refusal ?? "it is empty");
            ReadModelDatabase.Delete(file.Path);
        }

        return null;
    }

    private async ValueTask<PastSummary?> ReadAsync(ReadModelFile file, LogEnd log, CancellationToken cancellation)
    {
        if (!File.Exists(file.Path))
        {
            return null;
        }

        using var connection = ReadModelDatabase.OpenForWriting(
            file.Path, options.Value.ReadModel.MaxMegabytes * 1024L * 1024L);
        var progress = ReadModelProgress.Read(connection);
        if (progress.Last is null)
        {
            return null;
        }

        await progress.CheckAsync(log, cancellation);

        // A statement that cannot be prepared misses a table.
        new ReadModelStatements(connection).Dispose();
        return PastTables.ReadSummary(connection, progress);
    }

    /// <summary>Rows from a number down, read when they are asked for.</summary>
    private IEnumerable<T> Pages<T>(
        long before, Func<SqliteConnection, long, int, IReadOnlyList<(long Number, T Value)>> read)
    {
        for (var limit = FirstRows; ; limit = Math.Min(limit * 2, MostRows))
        {
            var page = Read(connection => read(connection, before, limit));
            foreach (var (number, value) in page)
            {
                yield return value;
                before = number;
            }

            if (page.Count < limit)
            {
                yield break;
            }
        }
    }

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        if (state.Past is not { Path: var path })
        {
            throw new StoreUnavailableException("The tables of older threads cannot be read now; ask again in a moment.");
        }

        try
        {
            using var connection = ReadModelDatabase.OpenForReading(path);
            return read(connection);
        }
        catch (SqliteException e)
        {
            state.Report(e, path);
            throw new StoreUnavailableException(ReadModelFaults.Describe(e), e);
        }
        catch (JsonException e)
        {
            state.Report(e.Message);
            throw new StoreUnavailableException("The tables of older threads are damaged, and are built anew.", e);
        }
    }
}
