using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Reads the newest checkpoint and the log behind it into a partition's empty parts. Owns, for as long as it lasts, the facts of
/// instances whose copy has not been read yet.
/// </summary>
internal sealed partial class PartitionRecovery(
    PartitionScope scope,
    CheckpointReader reader,
    Shelf shelf,
    Mail mail,
    Residency residency,
    InstanceCatalog catalog,
    CheckpointDemand demand,
    ILogger logger)
{
    private readonly Dictionary<string, LogWriter> _tails = [];
    private CheckpointManifest? _checkpoint;
    private long _mailAsOf;

    /// <summary>Reads them; answers where the log ends, and which checkpoint was used, if any.</summary>
    /// <exception cref="InvalidDataException">Something is damaged: names the blob and the offset.</exception>
    public async Task<(LogEnd End, CheckpointManifest? Checkpoint)> ReadAsync(CancellationToken cancellation)
    {
        var recovery = new LogRecovery(scope.Storage, scope.Number, scope.Services.Time, logger);
        try
        {
            LogEnd end = await recovery.ReadAsync(manifest => TryLoadAsync(manifest, cancellation), ApplyCommit, cancellation);
            await TakeOffShelfAsync(cancellation);
            return (end, _checkpoint);
        }
        catch (Exception error) when (error is FileNotFoundException or InvalidDataException)
        {
            await scope.Lease.ProveAsync(cancellation);
            throw;
        }
    }

    /// <summary>Takes in a checkpoint; false where a file is missing or damaged.</summary>
    private async Task<bool> TryLoadAsync(CheckpointManifest manifest, CancellationToken cancellation)
    {
        CheckpointIndex? newest = null;
        try
        {
            foreach (ManifestFile file in manifest.Files)
            {
                newest = await reader.ReadIndexAsync(file, cancellation);
                shelf.Load(file, newest);
            }
        }
        catch (Exception error) when (error is FileNotFoundException or InvalidDataException)
        {
            return Skip(manifest, error.Message);
        }

        if (shelf.Instances.FirstOrDefault(one => one.Extents.Any(extent => !shelf.Has(extent.File))) is { } torn)
        {
            return Skip(manifest, $"A part of instance '{torn.Id}' lies in a file that was lost.");
        }

        _checkpoint = manifest;
        foreach (ShelvedInstance shelved in shelf.Instances.Where(one => one.Exists))
        {
            catalog.Add(shelved.Id);
        }

        if (newest?.Mail is { } captured)
        {
            mail.Restore(captured);
            _mailAsOf = captured.AsOf;
        }

        return true;
    }

    private bool Skip(CheckpointManifest manifest, string reason)
    {
        LogCheckpointSkipped(scope.Number, manifest.Number, reason);
        shelf.Clear();
        return false;
    }

    private void ApplyCommit(long commit, ReadOnlySpan<byte> payload)
    {
        var records = new LogReader(payload);
        while (!records.AtEnd)
        {
            var record = new LogReader(records.Raw(records.Int()));
            var kind = (RecordKind)record.Byte();
            byte version = record.Byte();
            if (version != 1 || kind > RecordKind.CheckpointInForce)
            {
                throw new NewerFormatException(
                    $"a record {kind} of version {version} in commit {commit} of partition {scope.Number}");
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
        if (shelf.TryGet(instanceId, out ShelvedInstance? shelved) && !residency.Has(instanceId))
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

        Apply(residency.Obtain(instanceId), facts);
    }

    private void Apply(Instance instance, ReadOnlySpan<byte> facts)
    {
        instance.Apply(facts);
        residency.Measure(instance);
        demand.Add(instance);
        if (instance.State.Exists)
        {
            catalog.Add(instance.Id);
        }
    }

    private void ApplyPurge(long commit, string instanceId)
    {
        if (!shelf.TryGet(instanceId, out ShelvedInstance? shelved)
            || residency.Has(instanceId)
            || commit > shelved.AsOf)
        {
            _tails.Remove(instanceId);
            catalog.Remove(instanceId);
        }
    }

    private void ApplyMail(long commit, RecordKind kind, ref LogReader record)
    {
        switch (kind)
        {
            case RecordKind.MessageSent:
                mail.Sent(new SentMessage(record.Int(), record.Number(), InstanceMessage.Read(ref record)));
                break;
            case RecordKind.MessageReceived:
                mail.Received(record.Int(), record.Number());
                break;
            case RecordKind.MessagesAcknowledged:
                mail.Acknowledged(record.Int(), record.Number());
                break;
            case RecordKind.MessageHeld:
                mail.Hold(record.Number(), InstanceMessage.Read(ref record));
                break;
            case RecordKind.MessageReleased:
                mail.Release(record.Number());
                break;
            default:
                throw new InvalidDataException(
                    $"Commit {commit} of partition {scope.Number} holds a record of unknown kind {(byte)kind}.");
        }
    }

    /// <summary>Brings back the instances that the log goes on with, and those that were at work.</summary>
    private async Task TakeOffShelfAsync(CancellationToken cancellation)
    {
        ShelvedInstance[] needed =
            [.. shelf.Instances.Where(one => !residency.Has(one.Id) && (one.IsBusy || _tails.ContainsKey(one.Id)))];
        Dictionary<long, int> lengths = shelf.Files.ToDictionary(file => file.Number, file => file.IndexOffset);
        foreach (ShelvedInstance[] some in needed.Chunk(Checkpointer.InstancesPerRead))
        {
            IReadOnlyList<StoredInstance> stored = await reader.ReadManyAsync(some, lengths, cancellation);
            for (int i = 0; i < some.Length; i++)
            {
                Instance instance = Instance.Restore(some[i], stored[i]);
                residency.Admit(instance);
                if (_tails.TryGetValue(instance.Id, out LogWriter? tail))
                {
                    Apply(instance, tail.Written.Span);
                }
            }
        }

        _tails.Clear();
    }
}
