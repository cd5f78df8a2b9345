using System.IO.Compression;
using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.Data.Sqlite;

namespace DurableMesh.Functions.ReadModel;

/// <summary>Copies of the read model's file in the storage: a host without a file begins with the newest that holds.</summary>
internal sealed partial class Snapshots(IBlobs blobs, TimeProvider time, ILogger<Snapshots> logger)
{
    private const int PartBytes = 8 * 1024 * 1024;
    private const int Kept = 2;
    private static readonly TimeSpan Unfinished = TimeSpan.FromDays(1);

    /// <summary>The names of those that are whole, the newest first.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation) =>
    [
        .. (await blobs.ListVersionsAsync(Snapshot.Folder, cancellation)).Select(blob => Snapshot.Parse(blob.Name))
            .Where(one => one.IsManifest)
            .Select(one => one.Name)
            .OrderDescending(StringComparer.Ordinal),
    ];

    /// <summary>Copies a file into the storage, and deletes what is too old.</summary>
    /// <param name="path">The file, which may be written meanwhile.</param>
    /// <param name="cancellation">Stops it; what is there of it by then is deleted in a day.</param>
    /// <exception cref="StoreUnavailableException">The storage has not answered.</exception>
    /// <exception cref="SqliteException">The file cannot be read, or there is no room for a second one.</exception>
    public async Task<Snapshot> TakeAsync(string path, CancellationToken cancellation)
    {
        var copy = $"{path}.snapshot";
        try
        {
            ReadModelDatabase.Delete(copy);
            var now = time.GetUtcNow();
            var name = Snapshot.NameOf(Copy(path, copy), now);
            var parts = new List<string>();
            await using var file = File.OpenRead(copy);
            var buffer = new byte[PartBytes];
            while (await file.ReadAtLeastAsync(buffer, PartBytes, throwOnEndOfStream: false, cancellation) is > 0 and var count)
            {
                await blobs.WriteAsync(
                    Snapshot.PartOf(name, parts.Count), Compress(buffer.AsSpan(..count)), "application/gzip", cancellation);
                parts.Add(ContentHash.Hex(buffer.AsSpan(..count)));
            }

            var snapshot = new Snapshot(name, ReadModelDatabase.Version, file.Length, parts);
            await blobs.WriteAsync(
                Snapshot.ManifestOf(name),
                JsonSerializer.SerializeToUtf8Bytes(snapshot, AppJson.TypeInfo<Snapshot>()),
                "application/json",
                cancellation);
            await PruneAsync(now, cancellation);
            return snapshot;
        }
        finally
        {
            ReadModelDatabase.Delete(copy);
        }
    }

    /// <summary>Writes a snapshot over a file, where it is whole and of this version.</summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="StoreUnavailableException">The storage has not answered.</exception>
    public async Task<bool> TryFetchAsync(string name, string path, CancellationToken cancellation)
    {
        try
        {
            if (await blobs.FindAsync(Snapshot.ManifestOf(name), cancellation) is not { } json
                || JsonSerializer.Deserialize(json.Span, AppJson.TypeInfo<Snapshot>()) is not { } snapshot
                || snapshot.Version != ReadModelDatabase.Version)
            {
                // A host of another version reads it.
                return false;
            }

            ReadModelDatabase.Delete(path);
            await using var file = PrivateFolder.Open(path, FileMode.Create, FileShare.None);
            for (var part = 0; part < snapshot.Parts.Count; part++)
            {
                var content = await blobs.FindAsync(Snapshot.PartOf(name, part), cancellation)
                    ?? throw new InvalidDataException($"Part {part} is missing.");
                var bytes = Decompress(content, part);
                if (ContentHash.Hex(bytes) != snapshot.Parts[part])
                {
                    throw new InvalidDataException($"Part {part} has another hash.");
                }

                await file.WriteAsync(bytes, cancellation);
            }

            return true;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            SayPassedOver(name, e.Message);
            ReadModelDatabase.Delete(path);
            return false;
        }
    }

    /// <summary>Says why a snapshot is passed over.</summary>
    public void SayPassedOver(string name, string why) => LogRefused(name, why);

    /// <summary>Says which snapshot a start began with.</summary>
    public void SayBegunWith(string name) => LogFetched(name);

    private async Task PruneAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var all = (await blobs.ListVersionsAsync(Snapshot.Folder, cancellation))
            .Select(blob => (Blob: blob.Name, Snapshot.Parse(blob.Name).Name, Snapshot.Parse(blob.Name).IsManifest))
            .ToList();
        var whole = all.Where(one => one.IsManifest).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        var kept = whole.OrderDescending(StringComparer.Ordinal).Take(Kept).ToHashSet(StringComparer.Ordinal);

        // A manifest goes before its parts. What has none yet, another host may be writing.
        foreach (var (blob, name, _) in all.OrderByDescending(one => one.IsManifest))
        {
            if (!kept.Contains(name) && (whole.Contains(name) || !(Snapshot.BegunAt(name) > now - Unfinished)))
            {
                await blobs.DeleteAsync(blob, cancellation);
            }
        }
    }

    /// <summary>Copies a file as it is at one moment; answers how far it goes.</summary>
    private static LogPosition Copy(string path, string copy)
    {
        PrivateFolder.Open(copy, FileMode.CreateNew, FileShare.ReadWrite).Dispose();
        using var from = ReadModelDatabase.OpenForReading(path);
        using var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
        to.Open();
        from.BackupDatabase(to);

        // Whoever opens it makes a journal of the kind that it wants.
        ReadModelDatabase.Execute(to, "PRAGMA journal_mode = DELETE");
        return ReadModelProgress.Read(to).Position;
    }

    private static byte[] Compress(ReadOnlySpan<byte> bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private static byte[] Decompress(ReadOnlyMemory<byte> compressed, int part)
    {
        using var gzip = new GZipStream(BinaryData.FromBytes(compressed).ToStream(), CompressionMode.Decompress);
        var bytes = new byte[PartBytes];
        var count = gzip.ReadAtLeast(bytes, PartBytes, throwOnEndOfStream: false);
        return gzip.ReadByte() < 0 ? bytes[..count] : throw new InvalidDataException($"Part {part} is too large.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Snapshot {Name} of the read model is passed over: {Why}")]
    private partial void LogRefused(string name, string why);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "The read model begins with snapshot {Name}, and reads what came after.")]
    private partial void LogFetched(string name);
}
