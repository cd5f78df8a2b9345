using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// What is kept until a checkpoint has settled, what is deleted then, and what is done when the storage forgot one. Owns the
/// list of checkpoints that are kept, and which of them can be relied on.
/// </summary>
internal sealed partial class Retention(
    PartitionScope scope, CommitLog log, Shelf shelf, Residency residency, CheckpointDemand demand, ILogger logger)
{
    private readonly List<(CheckpointManifest Manifest, long Segment)> _published = [];
    private long _settledCheckpoint;
    private List<(long FirstSegment, IReadOnlyList<long> Files)>? _kept;
    private Task<bool> _tidying = Task.FromResult(true);

    /// <summary>The newest file of the newest checkpoint that has settled.</summary>
    public long SettledFile { get; private set; }

    /// <summary>Takes over the checkpoint that a recovery began with, if any, and deletes files that it does not name.</summary>
    /// <returns>The newest number that a file has had.</returns>
    public async Task<long> ResumeAsync(CheckpointManifest? checkpoint, CancellationToken cancellation)
    {
        if (checkpoint is not null)
        {
            _published.Add((checkpoint, long.MinValue));
            _settledCheckpoint = checkpoint.Number;
        }

        IReadOnlyList<CheckpointFile> listed = await scope.PersistAsync(
            () => scope.Storage.ListCheckpointFilesAsync(cancellation), cancellation);
        long[] strays = [.. listed.Select(file => file.Number).Where(file => !shelf.Has(file))];
        if (strays.Length > 0)
        {
            LogStrayFiles(scope.Number, strays.Length);
        }

        Tidy(checkpoint?.TailSegment ?? 0, strays);
        return listed.Count == 0 ? 0 : listed[^1].Number;
    }

    /// <summary>A checkpoint counts from now on.</summary>
    public void Add(CheckpointManifest checkpoint)
    {
        _published.Add((checkpoint, log.Segment));

        // One of its files may have been forgotten before they were known.
        _ = CheckFilesAsync();
    }

    /// <summary>
    /// A checkpoint that a storage may still forget is not relied on: until the log has let go of the segment that names it, and
    /// its files are seen to be there after that, those before it stay whole, and no instance that only the new one holds leaves
    /// the memory. The one before the newest stays in any case.
    /// </summary>
    public void Settle()
    {
        long safe = log.SafeBefore;
        long old = _published.LastOrDefault(one => one.Segment < safe).Manifest?.Number ?? 0;
        if (old > _settledCheckpoint)
        {
            // The storage may have been away, and have come back from an older state: it settles once it is seen to be there.
            _ = CheckFilesAsync(settles: old);
        }

        var superseded = new List<ManifestFile>();
        while (_published.Count > 2 && IsSettled(_published[1]))
        {
            superseded.AddRange(_published[0].Manifest.Files);
            _published.RemoveAt(0);
        }

        SettledFile = _published.LastOrDefault(IsSettled).Manifest?.Files[^1].Number ?? 0;
        if (superseded.Count > 0)
        {
            HashSet<long> needed = [.. _published.SelectMany(one => one.Manifest.Files).Select(file => file.Number)];
            long[] unused = [.. superseded.Select(file => file.Number).Where(file => !needed.Contains(file)).Distinct()];
            Tidy(_published[0].Manifest.TailSegment, unused);
        }
    }

    /// <summary>
    /// The storage may have been restarted from an older state. Instances whose newest copy it may have forgotten are all in
    /// memory (see <see cref="Settle"/>): they are written anew. May be called on any thread.
    /// </summary>
    /// <param name="settles">The checkpoint, and all before it, that can be relied on when no file is missing now.</param>
    public async Task CheckFilesAsync(long settles = 0)
    {
        try
        {
            IReadOnlyList<CheckpointFile> listed = await scope.PersistAsync(
                () => scope.Storage.ListCheckpointFilesAsync(scope.Ended), scope.Ended);
            await scope.Lease.ProveAsync(scope.Ended);
            scope.Mailbox.Post(() => Compare([.. listed.Select(file => file.Number)], settles));
        }
        catch (OperationCanceledException) when (scope.Ended.IsCancellationRequested)
        {
            // The partition has ended.
        }
        catch (LeaseLostException lost)
        {
            scope.Mailbox.Abort(lost);
        }
    }

    /// <summary>Deletes nothing until it is let go. What this comes to completes when no deletion is under way.</summary>
    public Task<bool> KeepAsync()
    {
        _kept ??= [];
        return _tidying;
    }

    /// <summary>Deletes what it kept.</summary>
    public void LetGo()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            kept.ForEach(one => Tidy(one.FirstSegment, one.Files));
        }
    }

    private bool IsSettled((CheckpointManifest Manifest, long Segment) published) =>
        published.Manifest.Number <= _settledCheckpoint;

    private void Tidy(long firstSegment, IReadOnlyList<long> files)
    {
        if (_kept is not null)
        {
            _kept.Add((firstSegment, files));
            return;
        }

        _tidying = TidyAsync(_tidying, firstSegment, files);
    }

    /// <summary>Deletes what no checkpoint needs any more. What cannot be deleted now is deleted by a later owner.</summary>
    private async Task<bool> TidyAsync(Task before, long firstSegment, IReadOnlyList<long> files)
    {
        log.NeedsFrom(firstSegment);
        try
        {
            foreach (LogSegment segment in await scope.Storage.ListSegmentsAsync(scope.Ended))
            {
                if (segment.Number < firstSegment)
                {
                    await scope.Storage.DeleteSegmentAsync(segment.Number, scope.Ended);
                }
            }

            foreach (long file in files)
            {
                await scope.Storage.DeleteCheckpointFileAsync(file, scope.Ended);
            }
        }
        catch (Exception error) when (error is StorageUnavailableException or LeaseLostException or OperationCanceledException)
        {
            LogNotTidied(scope.Number, error.Message);
        }

        await before;
        return true;
    }

    private void Compare(HashSet<long> there, long settles)
    {
        HashSet<long> lost = [.. shelf.Files.Select(file => file.Number).Where(file => !there.Contains(file))];
        if (lost.Count > 0)
        {
            MakeUpFor(lost);
            return;
        }

        // One that lost a file has been made up for by a later one, and can itself never be relied on.
        _published.RemoveAll(one =>
            one.Manifest.Number <= settles && one.Manifest.Files.Any(file => !there.Contains(file.Number)));
        _settledCheckpoint = Math.Max(_settledCheckpoint, settles);
    }

    /// <summary>Lets the instances in lost files be written again.</summary>
    private void MakeUpFor(HashSet<long> lost)
    {
        ShelvedInstance[] hit = [.. shelf.Instances.Where(one => one.Extents.Any(extent => lost.Contains(extent.File)))];
        foreach (ShelvedInstance shelved in hit)
        {
            if (residency.Find(shelved.Id) is not { } instance)
            {
                scope.Mailbox.Abort(shelved.Lost(scope.Number));
                return;
            }

            shelf.Remove(shelved.Id);
            (instance.Shelved, instance.ShelvedHistory) = (null, 0);
            demand.Add(instance);
        }

        foreach (long file in lost)
        {
            shelf.LoseFile(file, id => residency.Find(id) is { } instance && (instance.IsDirty || instance.IsBeingShelved));
        }

        demand.IsUrgent = true;
        LogWritingCheckpointAgain(scope.Number, lost.Count);
    }
}
