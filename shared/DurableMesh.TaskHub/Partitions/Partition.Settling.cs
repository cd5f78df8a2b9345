using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Partitions;

/// <content>
/// What is kept until a checkpoint has settled, what is deleted then, and what is done when the storage forgot one.
/// </content>
internal sealed partial class Partition
{
    private readonly List<(CheckpointManifest Manifest, DateTimeOffset At)> _published = [];
    private long _settledCheckpoint;
    private long _settledFile;

    /// <summary>
    /// A checkpoint that a storage may still forget is not relied on: until it has settled, those before it stay whole, and no
    /// instance that only the new one holds leaves the memory. The one before the newest stays in any case.
    /// </summary>
    private void SettleCheckpoints()
    {
        DateTimeOffset now = _services.Time.GetUtcNow();
        long old = _published.LastOrDefault(one => now - one.At >= CommitLog.ForgetfulFor).Manifest?.Number ?? 0;
        if (old > _settledCheckpoint)
        {
            // Time alone says nothing: the storage may have been away for all of it, and come back from an older state.
            _ = CheckFilesAsync(settles: old);
        }

        var superseded = new List<ManifestFile>();
        while (_published.Count > 2 && IsSettled(_published[1]))
        {
            superseded.AddRange(_published[0].Manifest.Files);
            _published.RemoveAt(0);
        }

        _settledFile = _published.LastOrDefault(IsSettled).Manifest?.Files[^1].Number ?? 0;
        if (superseded.Count > 0)
        {
            HashSet<long> needed = [.. _published.SelectMany(one => one.Manifest.Files).Select(file => file.Number)];
            long[] unused = [.. superseded.Select(file => file.Number).Where(file => !needed.Contains(file)).Distinct()];
            _ = TidyAsync(_published[0].Manifest.TailSegment, unused);
        }
    }

    private bool IsSettled((CheckpointManifest Manifest, DateTimeOffset At) published) =>
        published.Manifest.Number <= _settledCheckpoint;

    /// <summary>Deletes what no checkpoint needs any more. What cannot be deleted now is deleted by a later owner.</summary>
    private async Task TidyAsync(long firstSegment, IReadOnlyList<long> files)
    {
        _log.NeedsFrom(firstSegment);
        try
        {
            foreach (LogSegment segment in await _storage.ListSegmentsAsync(Ended))
            {
                if (segment.Number < firstSegment)
                {
                    await _storage.DeleteSegmentAsync(segment.Number, Ended);
                }
            }

            foreach (long file in files)
            {
                await _storage.DeleteCheckpointFileAsync(file, Ended);
            }
        }
        catch (Exception error) when (error is StorageUnavailableException or LeaseLostException or OperationCanceledException)
        {
            LogNotTidied(_number, error.Message);
        }
    }

    /// <summary>
    /// The storage was restarted from an older state. Instances whose newest copy it may have forgotten are all in memory (see
    /// <see cref="SettleCheckpoints"/>): they are written anew.
    /// </summary>
    /// <param name="settles">The checkpoint, and all before it, that can be relied on when no file is missing now.</param>
    private async Task CheckFilesAsync(long settles = 0)
    {
        IReadOnlyList<CheckpointFile> listed;
        try
        {
            listed = await PersistAsync(() => _storage.ListCheckpointFilesAsync(Ended));
            await ConfirmOwnerAsync(Ended);
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            return;
        }
        catch (LeaseLostException lost)
        {
            Abort(lost);
            return;
        }

        Post(() =>
        {
            HashSet<long> there = [.. listed.Select(file => file.Number)];
            HashSet<long> lost = [.. _shelf.Files.Select(file => file.Number).Where(file => !there.Contains(file))];
            if (lost.Count == 0)
            {
                // One that lost a file has been made up for by a later one, and can itself never be relied on.
                _published.RemoveAll(one =>
                    one.Manifest.Number <= settles && one.Manifest.Files.Any(file => !there.Contains(file.Number)));
                _settledCheckpoint = Math.Max(_settledCheckpoint, settles);
                return;
            }

            ShelvedInstance[] hit = [.. _shelf.Instances.Where(one => one.Extents.Any(extent => lost.Contains(extent.File)))];
            foreach (ShelvedInstance shelved in hit)
            {
                if (!_instances.TryGetValue(shelved.Id, out Instance? instance))
                {
                    Abort(Lost(shelved));
                    return;
                }

                _shelf.Remove(shelved.Id);
                (instance.Shelved, instance.ShelvedHistory) = (null, 0);
                MarkDirty(instance);
            }

            foreach (long file in lost)
            {
                _shelf.LoseFile(
                    file,
                    id => _instances.TryGetValue(id, out Instance? instance) && (instance.IsDirty || instance.IsBeingShelved));
            }

            _mustCheckpoint = true;
            LogWritingCheckpointAgain(_number, lost.Count);
        });
    }

    private InvalidDataException Lost(ShelvedInstance shelved, Exception? inner = null) => new(
        $"Partition {_number}: the storage has lost checkpoint file {shelved.Newest.File}, which holds instance '{shelved.Id}'. "
        + "Restore the blob from a backup; going on without it would lose acknowledged work.",
        inner);

    /// <summary>
    /// Makes sure that this host has been the owner until now: what looks like a loss may be what the next owner has deleted.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else owns the partition now.</exception>
    private Task<bool> ConfirmOwnerAsync(CancellationToken cancellation) => Persistence.RunAsync(
        async () =>
        {
            await _lease.RenewAsync(cancellation);
            return true;
        },
        _services.Time,
        away: null,
        cancellation);
}
