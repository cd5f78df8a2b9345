using System.Runtime.InteropServices;
using DurableMesh.LocalHost.Engine.Checkpoints;
using DurableMesh.LocalHost.Engine.Instances;
using DurableMesh.LocalHost.Engine.Log;
using DurableMesh.LocalHost.Storage;

namespace DurableMesh.LocalHost.Engine.Partitions;

/// <content>
/// Checkpoints: what happened to instances is written beside the log while the work goes on, a few instances in a turn, each as it
/// is then; a recovery knows of each how much of the log is in its copy already.
/// </content>
internal sealed partial class Partition
{
    /// <summary>So many instances are captured before other work has its turn.</summary>
    private const int InstancesPerTurn = 128;

    /// <summary>So many instances are read at once to be moved.</summary>
    private const int InstancesPerMove = 4096;

    private readonly CheckpointReader _checkpoints;
    private readonly Queue<(CheckpointManifest Manifest, DateTimeOffset At)> _published = new();
    private Shelf _shelf = new();
    private List<Instance> _dirty = [];
    private CheckpointManifest? _checkpoint;
    private bool _checkpointing;
    private bool _mustCheckpoint;
    private long _checkpointedBytes;
    private long _checkpointedAt;
    private long _nextFile = 1;
    private long _settledFile;

    private void MarkDirty(Instance instance)
    {
        if (!instance.IsDirty)
        {
            instance.IsDirty = true;
            _dirty.Add(instance);
        }
    }

    private void CheckpointIfDue()
    {
        bool isDue = _mustCheckpoint || _log.Bytes - _checkpointedBytes >= _services.Options.CheckpointBytes
            || (_dirty.Count > 0 && _services.Time.GetElapsedTime(_checkpointedAt) >= _services.Options.CheckpointInterval);
        if (isDue && !_checkpointing && !_stopping)
        {
            (_checkpointing, _mustCheckpoint) = (true, false);
            _ = Task.Factory.StartNew(CheckpointAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _services.Scheduler);
        }
    }

    private async Task CheckpointAsync()
    {
        try
        {
            var file = new CheckpointFileBuilder();
            CheckpointRun run = await InTurnAsync(() => BeginCheckpoint(file));
            IReadOnlyList<string> cleared = await ReadClearedAsync(run, file);
            for (int next = 0; next < run.Dirty.Count; next += InstancesPerTurn)
            {
                int first = next;
                await InTurnAsync(() => Capture(run, file, run.Dirty.Skip(first).Take(InstancesPerTurn)));
                file = await WriteWhenFullAsync(run, file);

                // Batches that are closed early must not pile up before what clients wait for.
                await AskAsync<bool>(answer => OnceDurable(_open.Number - 1, () => answer.SetResult(true))).WaitAsync(Ended);
            }

            foreach (string[] some in cleared.Chunk(InstancesPerMove))
            {
                file = await MoveAsync(run, file, some);
            }

            await InTurnAsync(() =>
            {
                CloseOpenBatch();
                file.Mail = _mail.Capture(_open.Number - 1);
            });
            await WriteAsync(run, file);
            await InTurnAsync(() => Publish(run));
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The partition has ended: the files that were written belong to no checkpoint, and the next owner deletes them.
        }
        catch (TaskHubUnavailableException)
        {
            // The same, noticed on the way into the next turn.
        }
        catch (Exception error)
        {
            Abort(error);
        }
    }

    private CheckpointRun BeginCheckpoint(CheckpointFileBuilder file)
    {
        CloseOpenBatch();
        List<Instance> dirty = _dirty;
        _dirty = [];
        file.Purged.AddRange(_shelf.TakePurged());
        return new CheckpointRun(
            (_checkpoint?.Number ?? 0) + 1, _log.Segment, _open.Number, _log.Bytes, dirty, _shelf.Files, _shelf.ChooseToClear());
    }

    /// <summary>
    /// Whom the files that are to be cleared speak of. That somebody is gone is said again where an older file stays that may speak
    /// of him.
    /// </summary>
    private async Task<IReadOnlyList<string>> ReadClearedAsync(CheckpointRun run, CheckpointFileBuilder file)
    {
        var ids = new HashSet<string>();
        var gone = new List<string>();
        foreach (ManifestFile cleared in run.Existing.Where(one => run.Clearing.Contains(one.Number)))
        {
            CheckpointIndex index = await PersistAsync(() => _checkpoints.ReadIndexAsync(cleared, Ended));
            ids.UnionWith(index.Instances.Select(instance => instance.Id));
            if (run.Existing.Any(one => one.Number < cleared.Number && !run.Clearing.Contains(one.Number)))
            {
                gone.AddRange(index.Purged);
            }
        }

        await InTurnAsync(() => file.Purged.AddRange(gone.Where(id => !_shelf.TryGet(id, out _))));
        return [.. ids];
    }

    /// <summary>Puts instances into the file as they are now, if they are still there.</summary>
    private void Capture(CheckpointRun run, CheckpointFileBuilder file, IEnumerable<Instance> instances)
    {
        foreach (Instance instance in instances)
        {
            if (instance.IsBeingShelved || _instances.GetValueOrDefault(instance.Id) != instance)
            {
                continue;
            }

            if (instance.LastCommit == _open.Number)
            {
                // What is in the open batch goes on growing: only of a closed one all is in the copy.
                CloseOpenBatch();
            }

            (instance.IsDirty, instance.IsBeingShelved) = (false, true);
            ShelvedInstance entry = file.Add(instance, number => _shelf.Has(number) && !run.Clearing.Contains(number));
            run.Captures.Add(new Capture(entry, instance, null, instance.Generation, instance.History.Length));
        }
    }

    private async Task<CheckpointFileBuilder> MoveAsync(CheckpointRun run, CheckpointFileBuilder file, string[] ids)
    {
        List<ShelvedInstance> away = [];
        await InTurnAsync(() =>
        {
            foreach (string id in ids)
            {
                if (_shelf.TryGet(id, out ShelvedInstance? shelved) && shelved.Extents.Any(extent => run.Clearing.Contains(extent.File)))
                {
                    CaptureOr(id, () => away.Add(shelved));
                }
            }
        });
        Dictionary<long, int> lengths = run.Existing.ToDictionary(one => one.Number, one => one.IndexOffset);
        IReadOnlyList<StoredInstance> stored = await PersistAsync(() => _checkpoints.ReadManyAsync(away, lengths, Ended));
        await InTurnAsync(() =>
        {
            for (int i = 0; i < away.Count; i++)
            {
                (ShelvedInstance shelved, StoredInstance copy) = (away[i], stored[i]);
                if (_shelf.TryGet(shelved.Id, out ShelvedInstance? still) && still == shelved)
                {
                    CaptureOr(shelved.Id, () => run.Captures.Add(
                        new Capture(file.Move(shelved, copy), null, shelved, 0, copy.History.Length)));
                }
            }
        });
        return await WriteWhenFullAsync(run, file);

        void CaptureOr(string id, Action otherwise)
        {
            if (_instances.TryGetValue(id, out Instance? instance))
            {
                Capture(run, file, [instance]);
            }
            else
            {
                otherwise();
            }
        }
    }

    private async Task<CheckpointFileBuilder> WriteWhenFullAsync(CheckpointRun run, CheckpointFileBuilder file)
    {
        if (file.Length < CheckpointFileBuilder.TargetBytes)
        {
            return file;
        }

        await WriteAsync(run, file);
        return new CheckpointFileBuilder();
    }

    private async Task WriteAsync(CheckpointRun run, CheckpointFileBuilder file)
    {
        (ReadOnlyMemory<byte> content, ManifestFile entry) = file.Finish();
        long number;
        do
        {
            // A number that is taken may be our own attempt whose answer was lost: its file belongs to no checkpoint then.
            number = _nextFile++;
        }
        while (!await PersistAsync(() => _storage.TryWriteCheckpointFileAsync(number, content, Ended)));

        run.Files.Add(entry with { Number = number });
        foreach (ShelvedInstance instance in file.Instances)
        {
            instance.Newest = instance.Newest with { File = number };
        }
    }

    /// <summary>Lets the next commit begin a segment that names the checkpoint: with it, and not before, the checkpoint counts.</summary>
    private void Publish(CheckpointRun run)
    {
        CloseOpenBatch();
        ManifestFile[] files = [.. _shelf.Files.Where(file => !run.Clearing.Contains(file.Number)).Concat(run.Files).OrderBy(file => file.Number)];
        var manifest = new CheckpointManifest(run.Number, run.TailSegment, run.TailCommit, files);
        _open = new CommitBatch(_open.Number) { Checkpoint = manifest };
        _open.OnCommitted(() => Published(run, manifest));
        _closed.Enqueue(CloseBatch());
    }

    private void Published(CheckpointRun run, CheckpointManifest manifest)
    {
        run.Files.ForEach(_shelf.AddFile);
        foreach (Capture capture in CollectionsMarshal.AsSpan(run.Captures))
        {
            Install(capture);
        }

        foreach (long cleared in run.Clearing)
        {
            _shelf.RemoveFile(cleared);
        }

        _checkpoint = manifest;
        _published.Enqueue((manifest, _services.Time.GetUtcNow()));
        (_checkpointing, _checkpointedBytes, _checkpointedAt) = (false, run.LogBytes, _services.Time.GetTimestamp());
        LogCheckpoint(_number, manifest.Number, run.Captures.Count, run.Files.Sum(file => (long)file.IndexOffset), manifest.Files.Count);
    }

    /// <summary>Puts a copy on the shelf, unless the instance was purged meanwhile.</summary>
    private void Install(Capture capture)
    {
        Instance? resident = _instances.GetValueOrDefault(capture.Entry.Id);
        if (capture.Instance is { } captured)
        {
            captured.IsBeingShelved = false;
            if (resident != captured)
            {
                return;
            }

            captured.ShelvedHistory = captured.Generation == capture.Generation ? capture.History : 0;
        }
        else if (!_shelf.TryGet(capture.Entry.Id, out ShelvedInstance? still) || still != capture.Moved)
        {
            return;
        }

        capture.Entry.Timers = null;
        _shelf.Put(capture.Entry);
        if (resident is not null)
        {
            resident.Shelved = capture.Entry;
        }
    }

    /// <summary>
    /// A checkpoint that a storage may still forget is not relied on: until it has settled, those before it stay whole, and no
    /// instance that only the new one holds leaves the memory. The one before the newest stays in any case.
    /// </summary>
    private void SettleCheckpoints()
    {
        var superseded = new List<ManifestFile>();
        while (_published.Count > 2 && IsSettled(_published.ElementAt(1)))
        {
            superseded.AddRange(_published.Dequeue().Manifest.Files);
        }

        _settledFile = _published.LastOrDefault(IsSettled).Manifest?.Files[^1].Number ?? 0;
        if (superseded.Count > 0)
        {
            HashSet<long> needed = [.. _published.SelectMany(one => one.Manifest.Files).Select(file => file.Number)];
            _ = TidyAsync(
                _published.Peek().Manifest.TailSegment, [.. superseded.Select(file => file.Number).Where(file => !needed.Contains(file)).Distinct()]);
        }
    }

    private bool IsSettled((CheckpointManifest Manifest, DateTimeOffset At) published) =>
        _services.Time.GetUtcNow() - published.At >= CommitLog.ForgetfulFor;

    /// <summary>Deletes what no checkpoint needs any more. What cannot be deleted now is deleted by a later owner.</summary>
    private async Task TidyAsync(long firstSegment, IReadOnlyList<long> files)
    {
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
    private async Task CheckFilesAsync()
    {
        IReadOnlyList<CheckpointFile> listed = await PersistAsync(() => _storage.ListCheckpointFilesAsync(Ended));
        Post(() =>
        {
            HashSet<long> lost = [.. _shelf.Files.Select(file => file.Number).Except(listed.Select(file => file.Number))];
            if (lost.Count == 0)
            {
                return;
            }

            foreach (ShelvedInstance shelved in _shelf.Instances.Where(one => one.Extents.Any(extent => lost.Contains(extent.File))).ToList())
            {
                if (!_instances.TryGetValue(shelved.Id, out Instance? instance))
                {
                    Abort(new InvalidDataException(
                        $"Partition {_number}: the storage has lost checkpoint file {shelved.Newest.File}, which holds instance '{shelved.Id}'. "
                        + "Restore the blob from a backup; going on without it would lose acknowledged work."));
                    return;
                }

                _shelf.Remove(shelved.Id);
                (instance.Shelved, instance.ShelvedHistory) = (null, 0);
                MarkDirty(instance);
            }

            foreach (long file in lost)
            {
                _shelf.RemoveFile(file);
            }

            _mustCheckpoint = true;
            LogWritingCheckpointAgain(_number, lost.Count);
        });
    }

    private void CloseOpenBatch()
    {
        if (!_open.IsEmpty)
        {
            _closed.Enqueue(CloseBatch());
        }
    }

    private Task<T> PersistAsync<T>(Func<Task<T>> operation) => Persistence.RunAsync(operation, _services.Time, away: null, Ended);

    private Task<T> InTurnAsync<T>(Func<T> work) => AskAsync<T>(answer => answer.SetResult(work())).WaitAsync(Ended);

    private Task<bool> InTurnAsync(Action work) => InTurnAsync(() =>
    {
        work();
        return true;
    });
}
