using DurableMesh.Client.Backups;
using DurableMesh.Core.Agents;
using DurableMesh.Functions.Health;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Backups;

/// <summary>
/// Backs the mesh up while it runs. In the file stands what is left by a host that was killed at one instant, with a store that
/// lived on for a moment: the activities that were at work then run again, and find what they wrote.
/// </summary>
/// <remarks>
/// The order is what makes it consistent. First comes what says how far somebody has read, which may be old but never ahead. Then
/// the task hub is held still: no activity starts, so what the logs have beyond it is the work of those that run, and their
/// lengths are seen with it; the log of the bodies last, for the others refer to it. All else comes behind: evidence and files
/// have names of their own and are only ever added.
/// </remarks>
public sealed partial class MeshBackup
{
    /// <summary>The folders whose blobs say how far somebody has read.</summary>
    private static readonly string[] Positions = ["leases/", "sinks/"];

    private readonly StorageConnection _storage;
    private readonly string _store;
    private readonly string[] _logs;
    private readonly IMeshLedger _ledger;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IHubBackup? _hub;
    private int _running;

    internal MeshBackup(
        StorageConnection storage,
        IOptions<MeshOptions> options,
        IEnumerable<IStoreLog> logs,
        IMeshLedger ledger,
        TimeProvider time,
        ILogger<MeshBackup> logger,
        IHubBackup? hub = null)
    {
        (_storage, _store, _ledger) = (storage, options.Value.StoreContainer, ledger);
        (_time, _logger, _hub) = (time, logger, hub);
        _logs = [.. logs.Select(log => $"{log.Folder}/").OrderBy(folder => folder == "bodies/")];
    }

    /// <summary>An answer that is a backup.</summary>
    /// <exception cref="ProblemException">There can be none now; it says why.</exception>
    internal IResult Begin()
    {
        MustBePossible();
        return new BackupAnswer(this, _time, _logger);
    }

    /// <summary>Writes a backup.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="ProblemException">Another one is being written.</exception>
    /// <exception cref="IOException">The storage did not answer, or another host took the hub over.</exception>
    internal async Task WriteAsync(Stream output, CancellationToken cancellation)
    {
        var hub = MustBePossible();
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new ProblemException(BackupProblems.Running());
        }

        try
        {
            await WriteAsync(hub, output, cancellation);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    private IHubBackup MustBePossible() =>
        _hub is not { IsOwner: true } ? throw new ProblemException(BackupProblems.HubNotHere())
        : Volatile.Read(ref _running) != 0 ? throw new ProblemException(BackupProblems.Running())
        : _hub;

    private async Task WriteAsync(IHubBackup hub, Stream output, CancellationToken cancellation)
    {
        var begun = _time.GetTimestamp();
        var hubBlobs = BackupContainer.Open(_storage, hub.Container, BackupNames.Hub);
        var storeBlobs = BackupContainer.Open(_storage, _store, BackupNames.Store);
        var file = new BackupWriter(output, _time.GetUtcNow());
        foreach (var folder in Positions)
        {
            await storeBlobs.CopyAsync(storeBlobs.ListAsync(folder, cancellation), file, cancellation);
        }

        var (hubSeen, logsSeen) = (new List<SeenBlob>(), new List<SeenBlob>());
        var (takenAt, threads) = (default(DateTimeOffset), 0);
        using (await hub.CaptureAsync(LookAsync, cancellation))
        {
            await hubBlobs.CopyAsync(hubSeen.ToAsyncEnumerable(), file, cancellation);
        }

        await storeBlobs.CopyAsync(logsSeen.ToAsyncEnumerable(), file, cancellation);

        // Snapshots of the tables are made again from the logs.
        string[] passed = [.. _logs, .. Positions, Snapshot.Folder];
        var rest = storeBlobs.ListAsync(folder: null, cancellation)
            .Where(blob => !passed.Any(folder => blob.Name.StartsWith(folder, StringComparison.Ordinal)));
        await storeBlobs.CopyAsync(rest, file, cancellation);
        await file.FinishAsync(BuildVersion.Text, takenAt, threads, cancellation);
        LogTaken(file.Count, threads, _time.GetElapsedTime(begun).TotalSeconds);

        async Task LookAsync(CancellationToken look)
        {
            var held = _time.GetTimestamp();
            takenAt = _time.GetUtcNow();

            // Who holds a lease on the hub is no part of it.
            hubSeen.AddRange(await hubBlobs.ListAsync(folder: null, look)
                .Where(blob => !blob.Name.EndsWith("/owner", StringComparison.Ordinal)).ToListAsync(look));
            threads = _ledger.Stats(AgentRegistry.Empty).Threads;
            foreach (var folder in _logs)
            {
                logsSeen.AddRange(await storeBlobs.ListAsync(folder, look).ToListAsync(look));
            }

            LogHeld(_time.GetElapsedTime(held).TotalMilliseconds);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A backup held the task hub still for {Milliseconds:F0} ms.")]
    private partial void LogHeld(double milliseconds);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "A backup of {Blobs} blobs, {Threads} threads, was taken in {Seconds:F1} s.")]
    private partial void LogTaken(int blobs, int threads, double seconds);
}
