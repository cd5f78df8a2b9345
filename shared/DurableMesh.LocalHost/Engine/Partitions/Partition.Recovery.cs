using DurableMesh.LocalHost.Engine.History;
using DurableMesh.LocalHost.Engine.Instances;
using DurableMesh.LocalHost.Engine.Log;

namespace DurableMesh.LocalHost.Engine.Partitions;

/// <content>From the log back to work.</content>
internal sealed partial class Partition
{
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
                throw new InvalidDataException($"Commit {commit} of partition {_number} was written by a newer version ({kind}, version {version}).");
            }

            switch (kind)
            {
                case RecordKind.InstanceEvents:
                    ApplyEvents(Obtain(record.RequiredText()), ref record);
                    break;
                case RecordKind.InstancePurged:
                    _instances.Remove(record.RequiredText());
                    break;
                case RecordKind.MessageSent:
                    _outbox.Sent(record.Int(), record.Number(), new InstanceMessage(
                        record.RequiredText(), record.Text(), HistoryCodec.Read(ref record)));
                    break;
                case RecordKind.MessageReceived:
                    _outbox.Received(record.Int(), record.Number());
                    break;
                case RecordKind.MessagesAcknowledged:
                    _outbox.Acknowledged(record.Int(), record.Number());
                    break;
                default:
                    throw new InvalidDataException($"Commit {commit} of partition {_number} holds a record of unknown kind {(byte)kind}.");
            }
        }
    }

    private static void ApplyEvents(Instance instance, ref LogReader events)
    {
        while (!events.AtEnd)
        {
            ReadOnlySpan<byte> rest = events.Rest;
            HistoryEvent fact = HistoryCodec.Read(ref events);
            if (fact is GenerationStarted)
            {
                instance.Forget();
            }

            instance.State.Apply(fact);
            instance.Remember(rest[..^events.Rest.Length]);
        }

        if (instance.State.IsEnded)
        {
            instance.Forget();
        }
    }

    /// <summary>
    /// Sets going what was under way: first episodes, activities (again: they run at least once), timers (those that fell due
    /// meanwhile fire at once), messages that were not acknowledged.
    /// </summary>
    private void ResumeEverything()
    {
        int open = 0;
        foreach (Instance instance in _instances.Values)
        {
            InstanceState state = instance.State;
            if (!state.Exists || state.IsEnded)
            {
                continue;
            }

            open++;
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
                    Dispatch(instance.Id, state.ExecutionId, activity);
                }
                else if (pending is TimerCreated timer)
                {
                    _timers.Add(new DueTimer(instance.Id, state.ExecutionId, timer.Id), timer.FireAt);
                }
            }
        }

        foreach ((int destination, long number, InstanceMessage message) in _outbox.Unacknowledged)
        {
            Forward(destination, number, message);
        }

        LogRecovered(_number, _instances.Count, open, _committed);
    }
}
