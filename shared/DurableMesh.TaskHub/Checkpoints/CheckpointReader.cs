using System.Buffers.Binary;
using System.IO.Hashing;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub.Checkpoints;

/// <summary>Reads checkpoint files of one partition, for as long as it takes the storage to answer.</summary>
internal sealed class CheckpointReader(IPartitionStorage storage, int partition, TimeProvider time)
{
    /// <summary>More reads at once than this make none of them faster.</summary>
    private const int ConcurrentReads = 8;

    /// <summary>Reads the index of a file.</summary>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is damaged: names it.</exception>
    public async Task<CheckpointIndex> ReadIndexAsync(ManifestFile file, CancellationToken cancellation)
    {
        byte[] bytes = await ReadAsync(file.Number, file.IndexOffset, file.IndexLength, cancellation);
        return Crc32.HashToUInt32(bytes) == file.IndexChecksum
            ? CheckpointIndex.Read(bytes, file.Number)
            : throw Damaged(file.Number, file.IndexOffset);
    }

    /// <summary>Reads one instance.</summary>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is damaged: names it and the offset.</exception>
    public Task<StoredInstance> ReadAsync(ShelvedInstance shelved, CancellationToken cancellation) =>
        ReadAsync(shelved, [], cancellation);

    /// <summary>Reads many instances: a file from which much is wanted is read as a whole.</summary>
    /// <param name="wanted">Which.</param>
    /// <param name="lengths">How many bytes of records each file has.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="FileNotFoundException">A file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is damaged: names it and the offset.</exception>
    public async Task<IReadOnlyList<StoredInstance>> ReadManyAsync(
        IReadOnlyList<ShelvedInstance> wanted, IReadOnlyDictionary<long, int> lengths, CancellationToken cancellation)
    {
        Dictionary<long, byte[]> whole = [];
        IEnumerable<long> worthwhile = wanted.SelectMany(shelved => shelved.Extents).GroupBy(extent => extent.File)
            .Where(extents => extents.Count() > 1 && extents.Sum(extent => (long)extent.Length) > lengths[extents.Key] / 8)
            .Select(extents => extents.Key);
        foreach (long[] some in worthwhile.Chunk(ConcurrentReads))
        {
            byte[][] read = await Task.WhenAll(
                some.Select(file => ReadAsync(file, 0, lengths[file], cancellation)));
            for (int i = 0; i < some.Length; i++)
            {
                whole.Add(some[i], read[i]);
            }
        }

        var stored = new List<StoredInstance>(wanted.Count);
        foreach (ShelvedInstance[] some in wanted.Chunk(ConcurrentReads))
        {
            stored.AddRange(await Task.WhenAll(some.Select(shelved => ReadAsync(shelved, whole, cancellation))));
        }

        return stored;
    }

    private Task<byte[]> ReadAsync(long file, int offset, int length, CancellationToken cancellation) => Persistence.ReadAsync(
        offset,
        length,
        async (from, count) => await storage.ReadCheckpointFileAsync(file, from, count, cancellation),
        time,
        cancellation);

    private async Task<StoredInstance> ReadAsync(
        ShelvedInstance shelved, Dictionary<long, byte[]> whole, CancellationToken cancellation)
    {
        var records = new List<ReadOnlyMemory<byte>>();
        foreach (Extent extent in shelved.Extents)
        {
            records.Add(whole.TryGetValue(extent.File, out byte[]? file)
                ? file.AsMemory(extent.Offset, extent.Length)
                : await ReadAsync(extent.File, extent.Offset, extent.Length, cancellation));
        }

        return Assemble(shelved, records);
    }

    /// <summary>Puts the parts together: the newest has the state, all of them the history.</summary>
    private StoredInstance Assemble(ShelvedInstance shelved, List<ReadOnlyMemory<byte>> records)
    {
        int written = 0;
        ReadOnlyMemory<byte> state = default;
        var history = new byte[shelved.Extents.Sum(extent => extent.History)];
        foreach ((Extent extent, ReadOnlyMemory<byte> record) in shelved.Extents.Zip(records))
        {
            ReadOnlyMemory<byte> body = record[sizeof(uint)..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(record.Span) != Crc32.HashToUInt32(body.Span))
            {
                throw Damaged(extent.File, extent.Offset);
            }

            var reader = new LogReader(body.Span);
            int length = reader.Int();
            state = body.Slice(body.Length - reader.Rest.Length, length);
            body[^extent.History..].CopyTo(history.AsMemory(written));
            written += extent.History;
        }

        return new StoredInstance(state, history);
    }

    private InvalidDataException Damaged(long file, int offset) => new(
        $"Partition {partition}: checkpoint file {file} is damaged at byte {offset:N0}. Restore the blob from a backup; "
        + "going on without it would lose acknowledged work.");
}
