using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Instances;

/// <content>
/// The form in which it lies in a checkpoint: what the history beside it does not say, because a new generation or the end has
/// replaced it.
/// </content>
internal sealed partial class InstanceState
{
    [Flags]
    private enum Flags : byte
    {
        Exists = 1,
        HasInput = 2,
        HasBegun = 4,
        FailureIsDescribed = 8,
    }

    /// <summary>Writes it.</summary>
    public void Write(LogWriter writer)
    {
        writer.Byte((byte)((Exists ? Flags.Exists : 0) | (_hasInput ? Flags.HasInput : 0) | (_hasBegun ? Flags.HasBegun : 0)
            | (FailureCodec.IsPlain(Failure) ? 0 : Flags.FailureIsDescribed)));
        writer.Byte((byte)Status);
        writer.Text(Name);
        writer.Text(ExecutionId);
        writer.Instant(CreatedAt);
        writer.Instant(LastUpdatedAt);
        writer.Number(ScheduledStart?.Ticks ?? 0);

        // While it runs, its history begins with the input; when it has ended, nothing else has it.
        writer.Text(IsEnded ? Input : null);
        writer.Text(Output);
        writer.Text(CustomStatus);
        FailureCodec.Write(writer, Failure);
        writer.Text(Version);
        HistoryCodec.WriteParent(writer, Parent);
        HistoryCodec.WriteTags(writer, Tags);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the facts of its history are to be applied then.</summary>
    /// <exception cref="InvalidDataException">The bytes are no state.</exception>
    public static InstanceState Read(ref LogReader reader)
    {
        var flags = (Flags)reader.Byte();
        return new InstanceState
        {
            Exists = flags.HasFlag(Flags.Exists),
            _hasInput = flags.HasFlag(Flags.HasInput),
            _hasBegun = flags.HasFlag(Flags.HasBegun),
            Status = (OrchestrationRuntimeStatus)reader.Byte(),
            Name = reader.RequiredText(),
            ExecutionId = reader.RequiredText(),
            CreatedAt = reader.Instant(),
            LastUpdatedAt = reader.Instant(),
            ScheduledStart = reader.OptionalInstant(),
            Input = reader.Text(),
            Output = reader.Text(),
            CustomStatus = reader.Text(),
            Failure = FailureCodec.Read(ref reader, flags.HasFlag(Flags.FailureIsDescribed)),
            Version = reader.Text(),
            Parent = HistoryCodec.ReadParent(ref reader),
            Tags = HistoryCodec.ReadTags(ref reader),
        };
    }
}
