using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Partitions;

/// <content>From the newest checkpoint, and the log behind it, back to work.</content>
internal sealed partial class Partition
{
    /// <summary>Facts from the log of instances whose copy in the checkpoint has not been read yet.</summary>
    private readonly Dictionary<string, LogWriter> _tails = [];

    private long _mailAsOf;

    /// <summary>Reads checkpoint and log, begins a new segment and puts everything that was under way back to work.</summary>
    /// <exception cref="InvalidDataException">Something is damaged: names the blob and the offset.</exception>
    public async Task RecoverAsync(CancellationToken cancellation)
    {
        long started = _services.Time.GetTimestamp();
        LogEnd end;
        try
        {
            end = await _recovery.ReadAsync(manifest => TryLoadAsync(manifest, cancellation), ApplyCommit, cancellation);
            await TakeOffShelfAsync(cancellation);
        }
        catch (Exception error) when (error is FileNotFoundException or InvalidDataException)
        {
            await ConfirmOwnerAsync(cancellation);
            throw;
        }

        await _log.OpenAsync(end, _checkpoint, cancellation);
        _committed = end.NextCommit - 1;
        _open = new CommitBatch(end.NextCommit);
        await DeleteStrayFilesAsync(cancellation);
        Post(ResumeEverything);
        _services.Metrics.Recovered(_number, _services.Time.GetElapsedTime(started));
    }

    /// <summary>Takes in a checkpoint; false where a file is missing or damaged.</summary>
    private async Task<bool> TryLoadAsync(CheckpointManifest manifest, CancellationToken cancellation)
    {
        var shelf = new Shelf();
        CheckpointIndex? newest = null;
        try
        {
            foreach (ManifestFile file in manifest.Files)
            {
                newest = await _checkpoints.ReadIndexAsync(file, cancellation);
                shelf.Load(file, newest);
            }
        }
        catch (Exception error) when (error is FileNotFoundException or InvalidDataException)
        {
            LogCheckpointSkipped(_number, manifest.Number, error.Message);
            return false;
        }

        if (shelf.Instances.FirstOrDefault(one => one.Extents.Any(extent => !shelf.Has(extent.File))) is { } torn)
        {
            LogCheckpointSkipped(_number, manifest.Number, $"A part of instance '{torn.Id}' lies in a file that was lost.");
            return false;
        }

        (_shelf, _checkpoint) = (shelf, manifest);
        _published.Add((manifest, DateTimeOffset.MinValue));
        _settledCheckpoint = manifest.Number;
        foreach (ShelvedInstance shelved in shelf.Instances.Where(one => one.Exists))
        {
            _ids.Add(shelved.Id);
        }

        if (newest?.Mail is { } mail)
        {
            _mail.Restore(mail);
            _mailAsOf = mail.AsOf;
        }

        return true;
    }

    private void ApplyCommit(long commit, ReadOnlySpan<byte> payload)
    {
        var records = new LogReader(payload);
        while (!records.AtEnd)
        {
            var record = new LogReader(records.Raw(records.Int()));
            var kind = (RecordKind)record.Byte();
            byte version = record.Byte();
            if (version != 1)
            {
                throw new InvalidDataException(
                    $"Commit {commit} of partition {_number} was written by a newer version ({kind}, version {version}).");
            }

            switch (kind)
            {
                case RecordKind.InstanceEvents:
                    ApplyEvents(commit, record.RequiredText(), record.Rest);
                    break;
                case RecordKind.InstancePurged:
                    ApplyPurge(commit, record.RequiredText());
                    break;
                default:
                    if (commit > _mailAsOf)
                    {
                        ApplyMail(commit, kind, ref record);
                    }

                    break;
            }
        }
    }

    private void ApplyEvents(long commit, string instanceId, ReadOnlySpan<byte> facts)
    {
        if (_shelf.TryGet(instanceId, out ShelvedInstance? shelved) && !_instances.ContainsKey(instanceId))
        {
            // A copy that was captured later than this has these facts in it.
            if (commit > shelved.AsOf)
            {
                if (!_tails.TryGetValue(instanceId, out LogWriter? tail))
                {
                    _tails.Add(instanceId, tail = new LogWriter(256));
                }

                tail.Raw(facts);
            }

            return;
        }

        Apply(Obtain(instanceId), facts);
    }

    private void Apply(Instance instance, ReadOnlySpan<byte> facts)
    {
        instance.Apply(facts);
        Count(instance);
        MarkDirty(instance);
        if (instance.State.Exists)
        {
            _ids.Add(instance.Id);
        }
    }

    private void ApplyPurge(long commit, string instanceId)
    {
        if (!_shelf.TryGet(instanceId, out ShelvedInstance? shelved)
            || _instances.ContainsKey(instanceId)
            || commit > shelved.AsOf)
        {
            _tails.Remove(instanceId);
            Remove(instanceId);
        }
    }

    private void ApplyMail(long commit, RecordKind kind, ref LogReader record)
    {
        switch (kind)
        {
            case RecordKind.MessageSent:
                _mail.Sent(new SentMessage(record.Int(), record.Number(), InstanceMessage.Read(ref record)));
                break;
            case RecordKind.MessageReceived:
                _mail.Received(record.Int(), record.Number());
                break;
            case RecordKind.MessagesAcknowledged:
                _mail.Acknowledged(record.Int(), record.Number());
                break;
            case RecordKind.MessageHeld:
                _mail.Hold(record.Number(), InstanceMessage.Read(ref record));
                break;
            case RecordKind.MessageReleased:
                _mail.Release(record.Number());
                break;
            default:
                throw new InvalidDataException(
                    $"Commit {commit} of partition {_number} holds a record of unknown kind {(byte)kind}.");
        }
    }

    /// <summary>Brings back the instances that the log goes on with, and those that were at work.</summary>
    private async Task TakeOffShelfAsync(CancellationToken cancellation)
    {
        ShelvedInstance[] needed =
            [.. _shelf.Instances.Where(one => !_instances.ContainsKey(one.Id) && (one.IsBusy || _tails.ContainsKey(one.Id)))];
        Dictionary<long, int> lengths = _shelf.Files.ToDictionary(file => file.Number, file => file.IndexOffset);
        foreach (ShelvedInstance[] some in needed.Chunk(InstancesPerRead))
        {
            IReadOnlyList<StoredInstance> stored = await _checkpoints.ReadManyAsync(some, lengths, cancellation);
            for (int i = 0; i < some.Length; i++)
            {
                Instance instance = Instance.Restore(some[i], stored[i]);
                Admit(instance);
                if (_tails.TryGetValue(instance.Id, out LogWriter? tail))
                {
                    Apply(instance, tail.Written.Span);
                }
            }
        }

        _tails.Clear();
    }

    /// <summary>Deletes files of checkpoints that were never finished, or could not be used.</summary>
    private async Task DeleteStrayFilesAsync(CancellationToken cancellation)
    {
        IReadOnlyList<CheckpointFile> listed = await _storage.ListCheckpointFilesAsync(cancellation);
        _nextFile = (listed.Count == 0 ? 0 : listed[^1].Number) + 1;
        long[] strays = [.. listed.Select(file => file.Number).Where(file => !_shelf.Has(file))];
        if (strays.Length > 0)
        {
            LogStrayFiles(_number, strays.Length);
        }

        _ = TidyAsync(_checkpoint?.TailSegment ?? 0, strays);
    }

    /// <summary>
    /// Sets going what was under way: first episodes, activities (again: they run at least once), timers (those that fell due
    /// meanwhile fire at once), messages that were not acknowledged or are held.
    /// </summary>
    private void ResumeEverything()
    {
        foreach (Instance instance in _instances.Values)
        {
            InstanceState state = instance.State;
            if (!state.Exists || state.IsEnded)
            {
                continue;
            }

            if (state.ScheduledStart is { } start)
            {
                _timers.Add(new DueTimer(instance.Id, state.ExecutionId, DueTimer.Start), start);
            }
            else
            {
                Enqueue(instance);
            }

            foreach (HistoryEvent pending in state.WaitingFor)
            {
                if (pending is ActivityScheduled activity)
                {
                    Dispatch(instance.Id, state.ExecutionId, activity, cause: null);
                }
                else if (pending is TimerCreated timer)
                {
                    _timers.Add(new DueTimer(instance.Id, state.ExecutionId, timer.Id), timer.FireAt);
                }
            }
        }

        foreach (ShelvedInstance shelved in _shelf.Instances)
        {
            foreach (ShelvedTimer timer in _instances.ContainsKey(shelved.Id) ? [] : shelved.Timers ?? [])
            {
                _timers.Add(new DueTimer(shelved.Id, timer.ExecutionId, timer.TaskId), timer.DueAt);
            }

            shelved.Timers = null;
        }

        foreach (SentMessage sent in _mail.Unacknowledged)
        {
            Forward(sent.Destination, sent.Number, sent.Message);
        }

        foreach ((long number, InstanceMessage message) in _mail.Held.ToList())
        {
            Release(number, message);
        }

        _openInstances = _ids.Count(id => !InstanceState.IsEnd(SummaryOf(id).Status));
        _checkpointedAt = _services.Time.GetTimestamp();
        _housekeeping.Change(HousekeepingPeriod, HousekeepingPeriod);
        LogRecovered(_number, _ids.Count, _instances.Count, _checkpoint?.Number ?? 0, _committed);
    }
}
