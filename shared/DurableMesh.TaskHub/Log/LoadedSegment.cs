using DurableMesh.TaskHub.Checkpoints;

namespace DurableMesh.TaskHub.Log;

/// <summary>A segment of the log in memory, and what its opening says.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="FirstCommit">The commit with which it goes on.</param>
/// <param name="Previous">The segment before it.</param>
/// <param name="PreviousLength">How much of that one counts.</param>
/// <param name="Checkpoint">The checkpoint that was in force when it was begun, or null.</param>
internal sealed record LoadedSegment(
    long Number, byte[] Bytes, long FirstCommit, long Previous, long PreviousLength, CheckpointManifest? Checkpoint)
{
    /// <summary>Reads the opening's records.</summary>
    /// <exception cref="InvalidDataException">They are none.</exception>
    /// <exception cref="NewerFormatException">A newer version wrote them.</exception>
    public static LoadedSegment Read(long number, byte[] bytes, long firstCommit, ReadOnlySpan<byte> opening)
    {
        var records = new LogReader(opening);
        LogReader opened = Record(ref records, RecordKind.SegmentOpened, number);
        opened.Number();
        (long previous, long previousLength) = (opened.Number(), opened.Number());
        CheckpointManifest? checkpoint = null;
        if (!records.AtEnd)
        {
            LogReader inForce = Record(ref records, RecordKind.CheckpointInForce, number);
            checkpoint = CheckpointManifest.Read(ref inForce);
        }

        return new LoadedSegment(number, bytes, firstCommit, previous, previousLength, checkpoint);
    }

    /// <summary>How much of the segment before this one counts.</summary>
    public int LengthOf(LoadedSegment before) =>
        before.Number == Previous ? (int)Math.Min(PreviousLength, before.Bytes.Length) : before.Bytes.Length;

    private static LogReader Record(ref LogReader records, RecordKind expected, long segment)
    {
        var record = new LogReader(records.Raw(records.Int()));
        var kind = (RecordKind)record.Byte();
        if (record.Byte() is not 1 and var version)
        {
            throw new NewerFormatException($"a record {kind} of version {version} at the beginning of log segment {segment}");
        }

        return kind == expected
            ? record
            : throw new InvalidDataException(
                $"Log segment {segment} does not begin as a segment does: {kind} stands where {expected} belongs.");
    }
}
