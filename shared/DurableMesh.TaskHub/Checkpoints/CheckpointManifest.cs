using DurableMesh.TaskHub.Log;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>
/// What makes checkpoint files a checkpoint: it stands at the beginning of a log segment, so that it counts all at once, and only
/// where its author still owned the partition.
/// </summary>
/// <param name="Number">Consecutive, from 1.</param>
/// <param name="TailSegment">The log segment with which a recovery goes on behind the checkpoint.</param>
/// <param name="TailCommit">The first commit that it applies.</param>
/// <param name="Files">
/// The files in ascending order of their numbers; what a later one says of an instance replaces the earlier.
/// </param>
internal sealed record CheckpointManifest(long Number, long TailSegment, long TailCommit, IReadOnlyList<ManifestFile> Files)
{
    /// <summary>Writes it.</summary>
    public void Write(LogWriter writer)
    {
        writer.Number(Number);
        writer.Number(TailSegment);
        writer.Number(TailCommit);
        writer.Number(Files.Count);
        foreach (ManifestFile file in Files)
        {
            writer.Number(file.Number);
            writer.Number(file.IndexOffset);
            writer.Number(file.IndexLength);
            writer.Number(file.IndexChecksum);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no manifest.</exception>
    public static CheckpointManifest Read(ref LogReader reader)
    {
        (long number, long segment, long commit) = (reader.Number(), reader.Number(), reader.Number());
        var files = new ManifestFile[reader.Int()];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = new ManifestFile(reader.Number(), reader.Int(), reader.Int(), (uint)reader.Number());
        }

        return new CheckpointManifest(number, segment, commit, files);
    }
}

/// <summary>One file of a checkpoint: records, and behind them an index.</summary>
/// <param name="Number">Its number.</param>
/// <param name="IndexOffset">Where the index begins, which is how many bytes of records there are.</param>
/// <param name="IndexLength">How many bytes the index takes.</param>
/// <param name="IndexChecksum">The index's CRC-32.</param>
internal sealed record ManifestFile(long Number, int IndexOffset, int IndexLength, uint IndexChecksum);
