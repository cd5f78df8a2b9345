using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Makes checkpoints: what happened to instances is written beside the log while the work goes on, a few instances in a turn,
/// each as it is then; a recovery knows of each how much of the log is in its copy already. Owns which checkpoint is in force,
/// the one in the making, and the numbers of the files; installs the copies on the shelf when their checkpoint counts.
/// </summary>
internal sealed partial class Checkpointer(
    PartitionScope scope,
    CheckpointReader reader,
    CommitLog log,
    CommitPipeline commits,
    Shelf shelf,
    Mail mail,
    CheckpointDemand demand,
    Residency residency,
    Retention retention,
    ILogger logger)
{
    /// <summary>So many instances are read at once from the shelf.</summary>
    public const int InstancesPerRead = 4096;

    /// <summary>So many instances are captured before other work has its turn.</summary>
    private const int InstancesPerTurn = 128;

    private long _inForce;
    private long _nextFile = 1;
    private bool _isMaking;
    private long _loggedBytes;
    private long _madeAt;

    /// <summary>Goes on behind what a recovery found.</summary>
    /// <param name="inForce">The number of the checkpoint in force, or 0.</param>
    /// <param name="lastFile">The newest number that a file has had.</param>
    public void Resume(long inForce, long lastFile) =>
        (_inForce, _nextFile, _madeAt) = (inForce, lastFile + 1, scope.Services.Time.GetTimestamp());

    /// <summary>Begins a checkpoint when one is due.</summary>
    public void MakeIfDue()
    {
        TaskHubOptions options = scope.Services.Options;
        bool isDue = demand.IsUrgent || log.Bytes - _loggedBytes >= options.CheckpointBytes
            || (demand.Any && scope.Services.Time.GetElapsedTime(_madeAt) >= options.CheckpointInterval);
        if (isDue && !_isMaking && !scope.Mailbox.IsStopping)
        {
            (_isMaking, demand.IsUrgent) = (true, false);
            _ = scope.Mailbox.Begin(MakeAsync);
        }
    }

    private async Task MakeAsync()
    {
        CheckpointRun? run = null;
        try
        {
            run = await scope.Mailbox.InTurnAsync(Begin);
            await MakeAsync(run);
        }
        catch (FileNotFoundException missing)
        {
            // Only a storage restarted from an older state loses a file that is needed; that is mended, then tried again.
            LogCheckpointGivenUp(scope.Number, run!.Number, missing.Message);
            scope.Mailbox.Post(() => GiveUp(run));
            await retention.CheckFilesAsync();
        }
        catch (OperationCanceledException) when (scope.Ended.IsCancellationRequested)
        {
            // The partition has ended: the files that were written belong to no checkpoint, and the next owner deletes them.
        }
        catch (TaskHubUnavailableException)
        {
            // The same, noticed on the way into the next turn.
        }
        catch (Exception error)
        {
            scope.Mailbox.Abort(error);
        }
    }

    private CheckpointRun Begin()
    {
        commits.Close();
        return new CheckpointRun(
            _inForce + 1,
            log.Segment,
            commits.Next,
            log.Bytes,
            demand.Take(),
            shelf.Files,
            shelf.ChooseToClear(),
            shelf.TakePurged());
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

        await scope.Mailbox.InTurnAsync(() =>
        {
            commits.Close();
            file.Mail = mail.Capture(commits.Next - 1);
        });
        await WriteAsync(run, file);
        await scope.Mailbox.InTurnAsync(() => Publish(run));
    }

    /// <summary>Puts everything back as if the checkpoint had not been begun.</summary>
    private void GiveUp(CheckpointRun run)
    {
        foreach (Instance instance in run.Captures.Select(capture => capture.Instance).Concat(run.Dirty))
        {
            instance.IsBeingShelved = false;
            if (residency.Has(instance))
            {
                demand.AddAgain(instance);
            }
        }

        shelf.PutBackPurged(run.Purged);
        (_isMaking, demand.IsUrgent) = (false, true);
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
            CheckpointIndex index = await reader.ReadIndexAsync(cleared, scope.Ended);
            ids.UnionWith(index.Instances.Select(instance => instance.Id));
            if (run.Existing.Any(one => one.Number < cleared.Number && !run.Clearing.Contains(one.Number)))
            {
                gone.AddRange(index.Purged);
            }
        }

        await scope.Mailbox.InTurnAsync(() => file.Purged.AddRange(gone.Where(id => !shelf.TryGet(id, out _))));
        return [.. ids];
    }

    private async Task<CheckpointFileBuilder> CaptureAsync(CheckpointRun run, CheckpointFileBuilder file, Instance[] instances)
    {
        await scope.Mailbox.InTurnAsync(() => Capture(run, file, instances));

        // Batches that are closed early must not pile up before what clients wait for.
        await scope.Mailbox.AskAsync<bool>(
            answer => commits.OnceDurable(commits.Next - 1, () => answer.SetResult(true))).OrCancelledAsync(scope.Ended);
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
            if (instance.IsBeingShelved || !residency.Has(instance))
            {
                continue;
            }

            if (instance.LastCommit == commits.Next)
            {
                // What is in the open batch goes on growing: only of a closed one all is in the copy.
                commits.Close();
            }

            (instance.IsDirty, instance.IsBeingShelved) = (false, true);
            ShelvedInstance entry = file.Add(instance, number => shelf.Has(number) && !run.Clearing.Contains(number));
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
        (List<Instance> here, List<ShelvedInstance> away) = await scope.Mailbox.InTurnAsync(() => Find(run, ids));
        while (away.Count > 0)
        {
            List<ShelvedInstance> wanted = away;
            IReadOnlyList<StoredInstance> stored = await reader.ReadManyAsync(wanted, lengths, scope.Ended);
            (here, away) = await scope.Mailbox.InTurnAsync(() =>
            {
                foreach ((ShelvedInstance shelved, StoredInstance copy) in wanted.Zip(stored))
                {
                    if (residency.IsAway(shelved.Id) && shelf.TryGet(shelved.Id, out ShelvedInstance? still) && still == shelved)
                    {
                        residency.Admit(Instance.Restore(shelved, copy));
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
            if (!shelf.TryGet(id, out ShelvedInstance? shelved)
                || !shelved.Extents.Any(extent => run.Clearing.Contains(extent.File)))
            {
                continue;
            }

            if (residency.Find(id) is { } instance)
            {
                here.Add(instance);
                if (!instance.IsBeingShelved)
                {
                    demand.Add(instance);
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
        while (!await scope.PersistAsync(
            () => scope.Storage.TryWriteCheckpointFileAsync(number, content, scope.Ended), scope.Ended));

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
        if (run.Existing.Any(file => !shelf.Has(file.Number)))
        {
            // Whose newest copy lay in a file that was lost meanwhile is not in this checkpoint.
            GiveUp(run);
            return;
        }

        IEnumerable<ManifestFile> kept = shelf.Files.Where(file => !run.Clearing.Contains(file.Number));
        ManifestFile[] files = [.. kept.Concat(run.Files.Select(file => file.Entry)).OrderBy(file => file.Number)];
        var manifest = new CheckpointManifest(run.Number, run.TailSegment, run.TailCommit, files);
        commits.Publish(manifest, () => Published(run, manifest));
    }

    private void Published(CheckpointRun run, CheckpointManifest manifest)
    {
        run.Files.ForEach(file => shelf.AddFile(file.Entry, file.Purged));
        run.Captures.ForEach(Install);
        foreach (long cleared in run.Clearing)
        {
            shelf.RemoveFile(cleared);
        }

        (_inForce, _isMaking, _loggedBytes, _madeAt) =
            (manifest.Number, false, run.LogBytes, scope.Services.Time.GetTimestamp());
        retention.Add(manifest);
        long bytes = run.Files.Sum(file => (long)file.Entry.IndexOffset);
        LogCheckpoint(scope.Number, manifest.Number, run.Captures.Count, bytes, manifest.Files.Count);
    }

    /// <summary>Puts a copy on the shelf, unless the instance was purged meanwhile.</summary>
    private void Install(Capture capture)
    {
        Instance instance = capture.Instance;
        instance.IsBeingShelved = false;
        if (residency.Has(instance))
        {
            capture.Entry.Timers = null;
            shelf.Put(capture.Entry);
            instance.Shelved = capture.Entry;
            instance.ShelvedHistory = instance.Generation == capture.Generation ? capture.History : 0;
        }
    }
}
