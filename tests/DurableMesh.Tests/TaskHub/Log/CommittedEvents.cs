using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;

namespace DurableMesh.Tests.TaskHub.Log;

/// <summary>Reads from the commits of a log what happened to one instance, whatever else they hold.</summary>
internal static class CommittedEvents
{
    /// <summary>The events of an instance, in order.</summary>
    /// <param name="log">Whole frames.</param>
    /// <param name="instanceId">Which.</param>
    public static List<HistoryEvent> Read(ReadOnlySpan<byte> log, string instanceId)
    {
        var events = new List<HistoryEvent>();
        while (!log.IsEmpty)
        {
            Assert.Equal(FrameStatus.Whole, CommitFrame.TryRead(log, out _, out _, out int length));
            var payload = new LogReader(log.Slice(CommitFrame.HeaderBytes, length));
            while (!payload.AtEnd)
            {
                ReadRecord(new LogReader(payload.Raw(payload.Int())), instanceId, events);
            }

            log = log[(CommitFrame.HeaderBytes + length)..];
        }

        return events;
    }

    private static void ReadRecord(LogReader record, string instanceId, List<HistoryEvent> events)
    {
        var kind = (RecordKind)record.Byte();
        record.Byte();
        if (kind == RecordKind.InstanceEvents && record.RequiredText() == instanceId)
        {
            while (!record.AtEnd)
            {
                events.Add(HistoryCodec.Read(ref record));
            }
        }
    }
}
