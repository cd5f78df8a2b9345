using DurableMesh.Functions.Store;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>How the search is, for those who ask how the mesh is.</summary>
public interface ISearchHealth
{
    /// <summary>Why nothing can be looked for, or that it is being built, in a sentence; null where all is well.</summary>
    string? Detail { get; }
}

/// <summary>
/// The read model as its readers see it: how far it goes, and the open file. One writes it, in the background; the others read
/// beside that, each from a state that does not change under it.
/// </summary>
internal sealed class ReadModelState(TimeProvider time) : ISearchHealth, IDisposable
{
    private const string NotBegun = "The search has not begun yet: it waits for the store to be read.";

    /// <summary>How many read at once: each takes a thread, and memory for the pages that it reads.</summary>
    private const int Readers = 4;

    /// <summary>So long one may read.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _readers = new(Readers);
    private readonly Lock _gate = new();
    private TaskCompletionSource _moved = NewSignal();
    private TaskCompletionSource _wanted = NewSignal();
    private LogPosition _position = LogPosition.Beginning;
    private string? _path;
    private string? _pastPath;
    private string? _trouble = NotBegun;
    private string? _damage;

    /// <summary>Why nothing can be looked for; null where it can.</summary>
    public string? Trouble
    {
        get
        {
            lock (_gate)
            {
                return _trouble;
            }
        }
    }

    /// <summary>What is being built, in a sentence; null where nothing is.</summary>
    public string? Building { get; set; }

    public string? Detail => Trouble is var trouble && trouble == NotBegun ? null : trouble ?? Building;

    /// <summary>How far the tables go.</summary>
    public LogPosition Position
    {
        get
        {
            lock (_gate)
            {
                return _position;
            }
        }
    }

    /// <summary>Completes when somebody waits for the tables to go further. Ask for it, then look, then wait.</summary>
    public Task Wanted
    {
        get
        {
            lock (_gate)
            {
                if (_wanted.Task.IsCompleted)
                {
                    _wanted = NewSignal();
                }

                return _wanted.Task;
            }
        }
    }

    /// <summary>Which damage a reader met in the open file; null where none did.</summary>
    public string? Damage
    {
        get
        {
            lock (_gate)
            {
                return _damage;
            }
        }
    }

    /// <summary>The file in which older threads are, and how far it goes; null where there is none.</summary>
    /// <remarks>Whoever writes it may be at a loss: it has what it had.</remarks>
    public (string Path, LogPosition Position)? Past
    {
        get
        {
            lock (_gate)
            {
                return _pastPath is { } path ? (path, _position) : null;
            }
        }
    }

    /// <summary>From now on a file can be read.</summary>
    public void Open(string path, LogPosition position)
    {
        lock (_gate)
        {
            (_path, _pastPath, _position, _trouble, _damage) = (path, path, position, null, null);
        }

        Moved();
    }

    /// <summary>The tables go further now.</summary>
    public void Advance(LogPosition position)
    {
        lock (_gate)
        {
            _position = position;
        }

        Moved();
    }

    /// <summary>Nothing can be read any more; completes when nobody reads.</summary>
    public async Task CloseAsync(string why)
    {
        string? path;
        lock (_gate)
        {
            (path, _path, _trouble) = (_path, null, why);
        }

        Moved();
        if (path is null)
        {
            return;
        }

        for (var n = 0; n < Readers; n++)
        {
            await _readers.WaitAsync();
        }

        ReadModelDatabase.CloseReaders(path);
        _readers.Release(Readers);
    }

    /// <summary>A file is no good: nobody may read it any more.</summary>
    public async Task DiscardAsync(string why)
    {
        lock (_gate)
        {
            _pastPath = null;
        }

        await CloseAsync(why);
    }

    /// <summary>Notes what a reader met in the open file, where that is damage, or it is not there any more.</summary>
    public void Report(SqliteException fault, string path)
    {
        if (ReadModelFaults.IsDamage(fault) || !File.Exists(path))
        {
            Report(fault.Message);
        }
    }

    /// <summary>Notes damage that a reader met in the open file.</summary>
    public void Report(string damage)
    {
        lock (_gate)
        {
            _damage = damage;
            _wanted.TrySetResult();
        }
    }

    /// <summary>Says why nothing can be read.</summary>
    public void Fail(string why)
    {
        lock (_gate)
        {
            _trouble = why;
        }
    }

    /// <summary>Waits for the tables to go as far as a position.</summary>
    /// <param name="position">The position.</param>
    /// <param name="most">How long at most.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Whether they do.</returns>
    /// <exception cref="SearchUnavailableException">They cannot.</exception>
    public async ValueTask<bool> ReachAsync(LogPosition position, TimeSpan most, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            Task moved;
            string? trouble;
            lock (_gate)
            {
                if (_trouble is null && _position >= position)
                {
                    return true;
                }

                (moved, trouble) = (_moved.Task, _trouble);
                _wanted.TrySetResult();
            }

            var left = most - time.GetElapsedTime(begun);
            try
            {
                await moved.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellation);
            }
            catch (TimeoutException)
            {
                return trouble is null ? false : throw new SearchUnavailableException(trouble);
            }
        }
    }

    /// <summary>Reads from the tables, on a thread of its own.</summary>
    /// <param name="read">What reads; it fails where it takes too long.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="turn">How long it waits for others to end; null for as long as they take.</param>
    /// <exception cref="SearchUnavailableException">The tables cannot be read.</exception>
    public async Task<T> ReadAsync<T>(
        Func<SqliteConnection, T> read, CancellationToken cancellation, TimeSpan? turn = null)
    {
        if (!await _readers.WaitAsync(turn ?? Timeout.InfiniteTimeSpan, cancellation))
        {
            throw new SearchUnavailableException("Others search; ask again in a moment.");
        }

        try
        {
            return await Task.Run(() => Read(read, cancellation), cancellation);
        }
        finally
        {
            _readers.Release();
        }
    }

    public void Dispose() => _readers.Dispose();

    private T Read<T>(Func<SqliteConnection, T> read, CancellationToken cancellation)
    {
        string path;
        lock (_gate)
        {
            path = _trouble is null && _path is { } open
                ? open
                : throw new SearchUnavailableException(_trouble ?? "The search has no tables.");
        }

        using var patience = new CancellationTokenSource(ReadPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var connection = ReadModelDatabase.OpenForReading(path);
            using var stop = either.Token.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
            return read(connection);
        }
        catch (SqliteException e) when (either.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new SearchUnavailableException(
                $"It took longer than {ReadPatience.TotalSeconds} s. Look for more or rarer words, or in fewer threads "
                    + $"({e.Message}).");
        }
        catch (SqliteException e) when (!ReadModelFaults.IsMistake(e))
        {
            Report(e, path);
            throw new SearchUnavailableException(ReadModelFaults.Describe(e));
        }
    }

    private void Moved()
    {
        TaskCompletionSource moved;
        lock (_gate)
        {
            (moved, _moved) = (_moved, NewSignal());
        }

        moved.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
