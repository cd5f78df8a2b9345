using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Partitions;
using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>What a checkpoint file says at its end about the records before it.</summary>
/// <param name="Purged">Instances that are gone: what older files say of them does not count.</param>
/// <param name="Instances">Instances, each with its newest record in this file.</param>
/// <param name="Mail">What was under way between instances; of the newest file of a checkpoint only.</param>
internal sealed record CheckpointIndex(IReadOnlyList<string> Purged, IReadOnlyList<ShelvedInstance> Instances, MailState? Mail)
{
    /// <summary>1 had no failures with properties in its records, and no history of instances that have ended.</summary>
    private const byte Version = 2;

    [Flags]
    private enum Flags : byte
    {
        Exists = 1,
        Busy = 2,
    }

    /// <summary>Writes it.</summary>
    public void Write(LogWriter writer)
    {
        writer.Byte(Version);
        writer.Number(Purged.Count);
        foreach (string id in Purged)
        {
            writer.Text(id);
        }

        writer.Number(Instances.Count);
        foreach (ShelvedInstance instance in Instances)
        {
            WriteInstance(writer, instance);
        }

        writer.Byte(Mail is null ? (byte)0 : (byte)1);
        Mail?.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="bytes">The index.</param>
    /// <param name="file">The number of the file that it stands in.</param>
    /// <exception cref="InvalidDataException">The bytes are no index.</exception>
    /// <exception cref="NewerFormatException">A newer version wrote it.</exception>
    public static CheckpointIndex Read(ReadOnlySpan<byte> bytes, long file)
    {
        var reader = new LogReader(bytes);
        if (reader.Byte() is > Version and var version)
        {
            throw new NewerFormatException($"checkpoint file {file} with an index of version {version}");
        }

        var purged = new string[reader.Int()];
        for (int i = 0; i < purged.Length; i++)
        {
            purged[i] = reader.RequiredText();
        }

        var instances = new ShelvedInstance[reader.Int()];
        for (int i = 0; i < instances.Length; i++)
        {
            instances[i] = ReadInstance(ref reader, file);
        }

        return new CheckpointIndex(purged, instances, reader.Byte() == 0 ? null : MailState.Read(ref reader));
    }

    private static void WriteInstance(LogWriter writer, ShelvedInstance instance)
    {
        writer.Text(instance.Id);
        writer.Number(instance.AsOf);
        writer.Byte((byte)((instance.Exists ? Flags.Exists : 0) | (instance.IsBusy ? Flags.Busy : 0)));
        writer.Byte((byte)instance.Status);
        writer.Instant(instance.CreatedAt);
        WriteExtent(writer, instance.Newest);
        writer.Number(instance.Older.Length);
        foreach (Extent extent in instance.Older)
        {
            WriteExtent(writer, extent);
        }

        writer.Number(instance.Timers?.Count ?? 0);
        foreach (ShelvedTimer timer in instance.Timers ?? [])
        {
            writer.Text(timer.ExecutionId);
            writer.Number(timer.TaskId + 1);
            writer.Instant(timer.DueAt);
        }
    }

    private static ShelvedInstance ReadInstance(ref LogReader reader, long file)
    {
        string id = reader.RequiredText();
        long asOf = reader.Number();
        var flags = (Flags)reader.Byte();
        return new ShelvedInstance
        {
            Id = id,
            AsOf = asOf,
            Exists = flags.HasFlag(Flags.Exists),
            IsBusy = flags.HasFlag(Flags.Busy),
            Status = (OrchestrationRuntimeStatus)reader.Byte(),
            CreatedAt = reader.Instant(),
            Newest = ReadExtent(ref reader, file),
            Older = ReadExtents(ref reader, file),
            Timers = ReadTimers(ref reader),
        };
    }

    private static void WriteExtent(LogWriter writer, Extent extent)
    {
        writer.Number(extent.File);
        writer.Number(extent.Offset);
        writer.Number(extent.Length);
        writer.Number(extent.History);
    }

    private static Extent ReadExtent(ref LogReader reader, long file) =>
        new(reader.Number() is not Extent.ThisFile and var other ? other : file, reader.Int(), reader.Int(), reader.Int());

    private static Extent[] ReadExtents(ref LogReader reader, long file)
    {
        int count = reader.Int();
        var extents = count == 0 ? [] : new Extent[count];
        for (int i = 0; i < count; i++)
        {
            extents[i] = ReadExtent(ref reader, file);
        }

        return extents;
    }

    private static ShelvedTimer[] ReadTimers(ref LogReader reader)
    {
        int count = reader.Int();
        var timers = count == 0 ? [] : new ShelvedTimer[count];
        for (int i = 0; i < count; i++)
        {
            timers[i] = new ShelvedTimer(reader.RequiredText(), reader.Int() - 1, reader.Instant());
        }

        return timers;
    }
}
