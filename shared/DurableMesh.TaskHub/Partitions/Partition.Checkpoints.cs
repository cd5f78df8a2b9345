using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;

namespace DurableMesh.TaskHub.Partitions;

/// <content>
/// Checkpoints: what happened to instances is written beside the log while the work goes on, a few instances in a turn, each as
/// it is then; a recovery knows of each how much of the log is in its copy already.
/// </content>
internal sealed partial class Partition
{
    /// <summary>So many instances are captured before other work has its turn.</summary>
    private const int InstancesPerTurn = 128;

    /// <summary>So many instances are read at once from the shelf.</summary>
    private const int InstancesPerRead = 4096;

    private readonly CheckpointReader _checkpoints;
    private Shelf _shelf = new();
    private List<Instance> _dirty = [];
    private CheckpointManifest? _checkpoint;
    private bool _checkpointing;
    private bool _mustCheckpoint;
    private long _checkpointedBytes;
    private long _checkpointedAt;
    private long _nextFile = 1;

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
            _ = Begin(CheckpointAsync);
        }
    }

    private async Task CheckpointAsync()
    {
        CheckpointRun? run = null;
        try
        {
            run = await InTurnAsync(BeginCheckpoint);
            await MakeAsync(run);
        }
        catch (FileNotFoundException missing)
        {
            // Only a storage restarted from an older state loses a file that is needed; that is mended, then tried again.
            LogCheckpointGivenUp(_number, run!.Number, missing.Message);
            Post(() => GiveUp(run));
            await CheckFilesAsync();
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

    private CheckpointRun BeginCheckpoint()
    {
        CloseOpenBatch();
        List<Instance> dirty = _dirty.FindAll(instance => instance.IsDirty);
        _dirty = [];
        return new CheckpointRun(
            (_checkpoint?.Number ?? 0) + 1,
            _log.Segment,
            _open.Number,
            _log.Bytes,
            dirty,
            _shelf.Files,
            _shelf.ChooseToClear(),
            _shelf.TakePurged());
    }

    private async Task MakeAsync(CheckpointRun run)
    {
        var file = new CheckpointFileBuilder();
        file.Purged.AddRange(run.Purged);
        IReadOnlyList<string> cleared = await ReadClearedAsync(run, file);
        foreach (Instance[] some in run.Dirty.Chunk(InstancesPerTurn))
        {
            file = await CaptureAsync(run, file, some);
        }

        foreach (string[] ids in cleared.Chunk(InstancesPerRead))
        {
            foreach (Instance[] some in (await BringBackAsync(run, ids)).Chunk(InstancesPerTurn))
            {
                file = await CaptureAsync(run, file, some);
            }
        }

        await InTurnAsync(() =>
        {
            CloseOpenBatch();
            file.Mail = _mail.Capture(_open.Number - 1);
        });
        await WriteAsync(run, file);
        await InTurnAsync(() => Publish(run));
    }

    /// <summary>Puts everything back as if the checkpoint had not been begun.</summary>
    private void GiveUp(CheckpointRun run)
    {
        foreach (Instance instance in run.Captures.Select(capture => capture.Instance).Concat(run.Dirty))
        {
            instance.IsBeingShelved = false;
            if (_instances.GetValueOrDefault(instance.Id) == instance)
            {
                instance.IsDirty = false;
                MarkDirty(instance);
            }
        }

        _shelf.PutBackPurged(run.Purged);
        (_checkpointing, _mustCheckpoint) = (false, true);
    }

    /// <summary>
    /// Whom the files that are to be cleared speak of. That somebody is gone is said again where an older file stays that may
    /// speak of him.
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

    private async Task<CheckpointFileBuilder> CaptureAsync(CheckpointRun run, CheckpointFileBuilder file, Instance[] instances)
    {
        await InTurnAsync(() => Capture(run, file, instances));

        // Batches that are closed early must not pile up before what clients wait for.
        await AskAsync<bool>(answer => OnceDurable(_open.Number - 1, () => answer.SetResult(true))).OrCancelledAsync(Ended);
        if (file.Length < CheckpointFileBuilder.TargetBytes)
        {
            return file;
        }

        await WriteAsync(run, file);
        return new CheckpointFileBuilder();
    }

    /// <summary>Puts instances into the file as they are now, if they are still there.</summary>
    private void Capture(CheckpointRun run, CheckpointFileBuilder file, Instance[] instances)
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
            run.Captures.Add(new Capture(instance, entry, instance.Generation, instance.History.Length));
        }
    }

    /// <summary>
    /// Brings back those of some instances that have records in files that are to be cleared. They stay in memory, like all whose
    /// newest copy has not settled.
    /// </summary>
    private async Task<List<Instance>> BringBackAsync(CheckpointRun run, string[] ids)
    {
        Dictionary<long, int> lengths = run.Existing.ToDictionary(one => one.Number, one => one.IndexOffset);
        (List<Instance> here, List<ShelvedInstance> away) = await InTurnAsync(() => Find(run, ids));
        while (away.Count > 0)
        {
            List<ShelvedInstance> wanted = away;
            IReadOnlyList<StoredInstance> stored = await PersistAsync(() => _checkpoints.ReadManyAsync(wanted, lengths, Ended));
            (here, away) = await InTurnAsync(() =>
            {
                foreach ((ShelvedInstance shelved, StoredInstance copy) in wanted.Zip(stored))
                {
                    if (IsAway(shelved.Id) && _shelf.TryGet(shelved.Id, out ShelvedInstance? still) && still == shelved)
                    {
                        Admit(Instance.Restore(shelved, copy));
                    }
                }

                return Find(run, ids);
            });
        }

        return here;
    }

    /// <summary>
    /// Which of some instances have records in files that are to be cleared: those in memory must not leave it now.
    /// </summary>
    private (List<Instance> Here, List<ShelvedInstance> Away) Find(CheckpointRun run, string[] ids)
    {
        (List<Instance> here, List<ShelvedInstance> away) = ([], []);
        foreach (string id in ids)
        {
            if (!_shelf.TryGet(id, out ShelvedInstance? shelved)
                || !shelved.Extents.Any(extent => run.Clearing.Contains(extent.File)))
            {
                continue;
            }

            if (_instances.TryGetValue(id, out Instance? instance))
            {
                here.Add(instance);
                if (!instance.IsBeingShelved)
                {
                    MarkDirty(instance);
                }
            }
            else
            {
                away.Add(shelved);
            }
        }

        return (here, away);
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

        run.Files.Add((entry with { Number = number }, file.Purged));
        foreach (ShelvedInstance instance in file.Instances)
        {
            instance.Newest = instance.Newest with { File = number };
        }
    }

    /// <summary>
    /// Lets the next commit begin a segment that names the checkpoint: with it, and not before, the checkpoint counts.
    /// </summary>
    private void Publish(CheckpointRun run)
    {
        if (run.Existing.Any(file => !_shelf.Has(file.Number)))
        {
            // Whose newest copy lay in a file that was lost meanwhile is not in this checkpoint.
            GiveUp(run);
            return;
        }

        CloseOpenBatch();
        IEnumerable<ManifestFile> kept = _shelf.Files.Where(file => !run.Clearing.Contains(file.Number));
        ManifestFile[] files = [.. kept.Concat(run.Files.Select(file => file.Entry)).OrderBy(file => file.Number)];
        var manifest = new CheckpointManifest(run.Number, run.TailSegment, run.TailCommit, files);
        _open.Checkpoint = manifest;
        _open.OnCommitted(() => Published(run, manifest));
        _closed.Enqueue(CloseBatch());
    }

    private void Published(CheckpointRun run, CheckpointManifest manifest)
    {
        run.Files.ForEach(file => _shelf.AddFile(file.Entry, file.Purged));
        run.Captures.ForEach(Install);

        foreach (long cleared in run.Clearing)
        {
            _shelf.RemoveFile(cleared);
        }

        _checkpoint = manifest;
        _published.Add((manifest, _services.Time.GetUtcNow()));
        (_checkpointing, _checkpointedBytes, _checkpointedAt) = (false, run.LogBytes, _services.Time.GetTimestamp());

        // One of its files may have been forgotten before they were known.
        _ = CheckFilesAsync();
        long bytes = run.Files.Sum(file => (long)file.Entry.IndexOffset);
        LogCheckpoint(_number, manifest.Number, run.Captures.Count, bytes, manifest.Files.Count);
    }

    /// <summary>Puts a copy on the shelf, unless the instance was purged meanwhile.</summary>
    private void Install(Capture capture)
    {
        Instance instance = capture.Instance;
        instance.IsBeingShelved = false;
        if (_instances.GetValueOrDefault(instance.Id) == instance)
        {
            capture.Entry.Timers = null;
            _shelf.Put(capture.Entry);
            instance.Shelved = capture.Entry;
            instance.ShelvedHistory = instance.Generation == capture.Generation ? capture.History : 0;
        }
    }

    private void CloseOpenBatch()
    {
        if (!_open.IsEmpty)
        {
            _closed.Enqueue(CloseBatch());
        }
    }

    private Task<T> PersistAsync<T>(Func<Task<T>> operation) =>
        Persistence.RunAsync(operation, _services.Time, away: null, Ended);

    private Task<T> InTurnAsync<T>(Func<T> work) => AskAsync<T>(answer => answer.SetResult(work())).OrCancelledAsync(Ended);

    private Task<bool> InTurnAsync(Action work) => InTurnAsync(() =>
    {
        work();
        return true;
    });
}
