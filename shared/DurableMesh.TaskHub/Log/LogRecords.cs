using System.Diagnostics;
using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.History;

namespace DurableMesh.TaskHub.Log;

/// <summary>
/// What a commit's payload is made of. Each record is its length, its kind, a version of that kind, and its fields, so that a
/// reader can skip over or refuse what it does not know.
/// </summary>
internal enum RecordKind : byte
{
    /// <summary>First record of a segment: partition, and how much of the segment before it counts.</summary>
    SegmentOpened = 1,

    /// <summary>Facts of one instance, in order.</summary>
    InstanceEvents = 2,

    /// <summary>An instance was purged: nothing of it is kept.</summary>
    InstancePurged = 3,

    /// <summary>A message for an instance in another partition waits to be delivered.</summary>
    MessageSent = 4,

    /// <summary>Another partition's message was taken in (with what it caused, in the same commit).</summary>
    MessageReceived = 5,

    /// <summary>Another partition has taken in all messages up to a number.</summary>
    MessagesAcknowledged = 6,

    /// <summary>A message waits until its instance, which is in a checkpoint only, is back in memory.</summary>
    MessageHeld = 7,

    /// <summary>A held message was delivered (with what it caused, in the same commit).</summary>
    MessageReleased = 8,

    /// <summary>Behind the first record of a segment: the checkpoint with which a recovery begins.</summary>
    CheckpointInForce = 9,
}

/// <summary>A fact on its way to an instance.</summary>
/// <param name="InstanceId">To whom.</param>
/// <param name="ExecutionId">To which execution of it; null: to whichever runs.</param>
/// <param name="Fact">What.</param>
/// <param name="Cause">The span that it came from, where that is known; not written to the log.</param>
internal sealed record InstanceMessage(string InstanceId, string? ExecutionId, HistoryEvent Fact, Activity? Cause = null)
{
    /// <summary>Writes it.</summary>
    public void Write(LogWriter writer)
    {
        writer.Text(InstanceId);
        writer.Text(ExecutionId);
        HistoryCodec.Write(writer, Fact);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no message.</exception>
    public static InstanceMessage Read(ref LogReader reader) =>
        new(reader.RequiredText(), reader.Text(), HistoryCodec.Read(ref reader));
}

/// <summary>Writes and reads whole records.</summary>
internal sealed class RecordWriter(LogWriter payload)
{
    private const byte Version = 1;
    private readonly LogWriter _record = new();

    /// <summary>How many records were written.</summary>
    public int Count { get; private set; }

    /// <inheritdoc cref="RecordKind.SegmentOpened"/>
    public void SegmentOpened(int partition, long previousSegment, long previousLength)
    {
        Begin(RecordKind.SegmentOpened);
        _record.Number(partition);
        _record.Number(previousSegment);
        _record.Number(previousLength);
        End();
    }

    /// <inheritdoc cref="RecordKind.InstanceEvents"/>
    public void InstanceEvents(string instanceId, ReadOnlySpan<byte> events)
    {
        Begin(RecordKind.InstanceEvents);
        _record.Text(instanceId);
        _record.Raw(events);
        End();
    }

    /// <inheritdoc cref="RecordKind.InstancePurged"/>
    public void InstancePurged(string instanceId)
    {
        Begin(RecordKind.InstancePurged);
        _record.Text(instanceId);
        End();
    }

    /// <inheritdoc cref="RecordKind.MessageSent"/>
    public void MessageSent(int destination, long number, InstanceMessage message)
    {
        Begin(RecordKind.MessageSent);
        _record.Number(destination);
        _record.Number(number);
        message.Write(_record);
        End();
    }

    /// <inheritdoc cref="RecordKind.MessageReceived"/>
    public void MessageReceived(int source, long number)
    {
        Begin(RecordKind.MessageReceived);
        _record.Number(source);
        _record.Number(number);
        End();
    }

    /// <inheritdoc cref="RecordKind.MessagesAcknowledged"/>
    public void MessagesAcknowledged(int destination, long number)
    {
        Begin(RecordKind.MessagesAcknowledged);
        _record.Number(destination);
        _record.Number(number);
        End();
    }

    /// <inheritdoc cref="RecordKind.MessageHeld"/>
    public void MessageHeld(long number, InstanceMessage message)
    {
        Begin(RecordKind.MessageHeld);
        _record.Number(number);
        message.Write(_record);
        End();
    }

    /// <inheritdoc cref="RecordKind.MessageReleased"/>
    public void MessageReleased(long number)
    {
        Begin(RecordKind.MessageReleased);
        _record.Number(number);
        End();
    }

    /// <inheritdoc cref="RecordKind.CheckpointInForce"/>
    public void CheckpointInForce(CheckpointManifest manifest)
    {
        Begin(RecordKind.CheckpointInForce);
        manifest.Write(_record);
        End();
    }

    private void Begin(RecordKind kind)
    {
        _record.Clear();
        _record.Byte((byte)kind);
        _record.Byte(Version);
    }

    private void End()
    {
        payload.Number(_record.Length);
        payload.Raw(_record.Written.Span);
        Count++;
    }
}
