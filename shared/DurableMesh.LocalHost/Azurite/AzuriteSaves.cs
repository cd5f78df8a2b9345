using System.Globalization;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>
/// Sees by its files whether an Azurite on this machine saves what it acknowledges. It writes each of its two databases as a
/// whole, beside the old one, and then puts it in its place: on a full disk that fails, and it says nothing.
/// </summary>
/// <remarks>
/// A database is saved by one save after the other. So the save that is seen second began after the end of the first, and holds
/// all that was acknowledged before it. When a save ended is known by two looks, the clock being the host's own. Both databases
/// count: without the second nobody knows where the bytes lie of which the first speaks.
/// </remarks>
internal sealed class AzuriteSaves(TimeProvider time) : ISaveWitness
{
    /// <summary>Azurite saves every five seconds; so long without a save that is wanted is no chance.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private static readonly string[] Names = ["__azurite_db_blob__.json", "__azurite_db_blob_extent__.json"];

    /// <summary>What the databases may grow by until the next save, in bytes.</summary>
    private const long Growth = 256 * 1024;

    private readonly Lock _gate = new();
    private Database[] _databases = [];
    private ProcessIdentity? _azurite;
    private long _lookedAt;
    private long _savedUntil = long.MinValue;
    private long _wanted = long.MinValue;
    private long _waitingSince;
    private bool _sees;
    private volatile string? _trouble;

    /// <inheritdoc/>
    public string? Trouble => _trouble;

    /// <summary>Whether somebody waits for a save: an Azurite saves only where something has changed.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_gate)
            {
                return IsWaiting;
            }
        }
    }

    /// <summary>Whether the disk is known to be full.</summary>
    public bool IsDiskFull { get; private set; }

    /// <inheritdoc/>
    public long? SavedUntil(long newest)
    {
        lock (_gate)
        {
            if (newest > _wanted)
            {
                _waitingSince = IsWaiting ? _waitingSince : time.GetTimestamp();
                _wanted = newest;
            }

            return _sees ? _savedUntil : null;
        }
    }

    /// <summary>Looks at the files of an Azurite.</summary>
    /// <param name="azurite">The process: another one begins with what the one before it had saved.</param>
    /// <param name="folder">Its data.</param>
    public void Look(ProcessIdentity azurite, string folder)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_azurite != azurite)
            {
                (_azurite, _sees, _waitingSince) = (azurite, true, now);
                _databases = [.. Names.Select(name => new Database(folder, name))];
            }

            var saved = long.MaxValue;
            foreach (var database in _databases)
            {
                database.Look(_lookedAt);
                saved = Math.Min(saved, database.SavedUntil);
            }

            if (saved > _savedUntil)
            {
                (_savedUntil, _waitingSince) = (saved, now);
            }

            _lookedAt = now;
            _trouble = FullDisk(folder) ?? Stall(now, folder);
            if (IsDiskFull)
            {
                // Once there is room again it has its time to save.
                _waitingSince = now;
            }
        }
    }

    private bool IsWaiting => _wanted >= _savedUntil && _wanted > long.MinValue;

    private string? FullDisk(string folder)
    {
        try
        {
            // What a save has written so far, or a failed one left behind, is overwritten by the next.
            var free = new DriveInfo(folder).AvailableFreeSpace + _databases.Sum(database => database.UnfinishedBytes);
            var needed = _databases.Sum(database => database.Bytes) + Growth;
            IsDiskFull = free < needed;
            return IsDiskFull
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"the disk is full: Azurite needs {needed >> 10:N0} KiB in {folder} to save, "
                        + $"and {free >> 10:N0} KiB are free.")
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            IsDiskFull = false;
            return null;
        }
    }

    private string? Stall(long now, string folder)
    {
        var waited = time.GetElapsedTime(_waitingSince, now);
        return IsWaiting && waited > LongestPause
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Azurite has saved nothing in {folder} for {waited.TotalSeconds:N0} s, though it acknowledged writes.")
            : null;
    }

    private sealed class Database(string folder, string name)
    {
        private readonly FileInfo _file = new(Path.Combine(folder, name));
        private readonly FileInfo _unfinished = new(Path.Combine(folder, name + "~"));
        private DateTime _modified;
        private long? _endedAfter;
        private bool _looked;

        public long SavedUntil { get; private set; } = long.MinValue;

        public long Bytes { get; private set; }

        public long UnfinishedBytes { get; private set; }

        public void Look(long lookedBefore)
        {
            _file.Refresh();
            _unfinished.Refresh();
            Bytes = _file.Exists ? _file.Length : 0;
            UnfinishedBytes = _unfinished.Exists ? _unfinished.Length : 0;
            var modified = _file.Exists ? _file.LastWriteTimeUtc : default;
            if (modified != _modified && _looked)
            {
                SavedUntil = _endedAfter ?? SavedUntil;
                _endedAfter = lookedBefore;
            }

            (_modified, _looked) = (modified, true);
        }
    }
}
