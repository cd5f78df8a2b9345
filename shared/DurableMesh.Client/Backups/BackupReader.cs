using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace DurableMesh.Client.Backups;

/// <summary>Reads a backup, and holds it against its manifest.</summary>
internal static class BackupReader
{
    private const long MaximumManifestBytes = 1L << 30;

    /// <summary>Reads a backup to its end and holds every byte against its manifest.</summary>
    /// <exception cref="BackupException">It is none that is whole.</exception>
    public static Task<BackupManifest> VerifyAsync(Stream file, CancellationToken cancellation) =>
        ReadAsync(file, static (_, _, _, _) => Task.CompletedTask, cancellation);

    /// <summary>
    /// Reads a backup to its end. That what was taken is what was backed up is certain when this returns, and not before.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="take">Takes an entry by its name, with its content and length.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="BackupException">It is none that is whole.</exception>
    public static async Task<BackupManifest> ReadAsync(
        Stream file, Func<string, Stream, long, CancellationToken, Task> take, CancellationToken cancellation)
    {
        var found = new List<Found>();
        try
        {
            await using var unzipped = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            await using var tar = new TarReader(unzipped, leaveOpen: true);
            var names = new HashSet<string>(StringComparer.Ordinal);
            BackupManifest? manifest = null;
            while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
            {
                if (manifest is not null || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                {
                    throw new BackupException($"It is no backup of a mesh: it has an entry '{entry.Name}' that none has there.");
                }

                if (entry.Name == BackupManifest.EntryName)
                {
                    manifest = await ReadManifestAsync(entry, cancellation);
                }
                else if (!BackupNames.IsBlob(entry.Name))
                {
                    throw new BackupException($"It is no backup of a mesh: no blob of one is called '{entry.Name}'.");
                }
                else if (!names.Add(entry.Name))
                {
                    throw new BackupException($"It is damaged: '{entry.Name}' stands in it twice.");
                }
                else
                {
                    found.Add(await ReadBlobAsync(entry, take, cancellation));
                }
            }

            // The checksum of the whole stands at its end.
            await unzipped.CopyToAsync(Stream.Null, cancellation);
            return manifest is null ? throw BrokenOff(found) : Compared(manifest, found);
        }
        catch (EndOfStreamException torn)
        {
            throw BrokenOff(found, torn);
        }
        catch (Exception damage) when (damage is InvalidDataException or FormatException or JsonException)
        {
            throw found.Count == 0
                ? new BackupException($"It is no backup of a mesh, or damaged at its beginning: {damage.Message}", damage)
                : new BackupException($"It is damaged, or was broken off, after '{found[^1].Name}': {damage.Message}", damage);
        }
    }

    private static BackupException BrokenOff(List<Found> found, Exception? inner = null) => new(
        found.Count == 0
            ? "It is no backup of a mesh, or was broken off at its beginning."
            : $"It was broken off after '{found[^1].Name}', and has no manifest: take another backup.",
        inner);

    private static async Task<Found> ReadBlobAsync(
        TarEntry entry, Func<string, Stream, long, CancellationToken, Task> take, CancellationToken cancellation)
    {
        await using var content = new MeasuredStream(entry.DataStream ?? Stream.Null, entry.Length, isWritten: false);
        await take(entry.Name, content, entry.Length, cancellation);
        await content.CopyToAsync(Stream.Null, cancellation);
        return new Found(entry.Name, entry.Length, content.Sha256);
    }

    private static async Task<BackupManifest> ReadManifestAsync(TarEntry entry, CancellationToken cancellation)
    {
        if (entry.DataStream is null || entry.Length > MaximumManifestBytes)
        {
            throw new BackupException("It is damaged: its manifest is empty, or too long to be one.");
        }

        var utf8 = new byte[entry.Length];
        await entry.DataStream.ReadExactlyAsync(utf8, cancellation);
        var head = JsonSerializer.Deserialize(utf8, BackupJson.Default.BackupManifestHead);
        return head is { Format: > BackupManifest.CurrentFormat }
            ? throw new BackupException(
                $"It is of format {head.Format}, which mesh {head.Version} wrote: this version knows formats up to "
                + $"{BackupManifest.CurrentFormat}. Restore it with that version.")
            : JsonSerializer.Deserialize(utf8, BackupJson.Default.BackupManifest)
                ?? throw new BackupException("It is damaged: its manifest says nothing.");
    }

    private static BackupManifest Compared(BackupManifest manifest, List<Found> found)
    {
        foreach (var (said, there) in manifest.Blobs.Zip(found))
        {
            if (said.Name != there.Name)
            {
                throw new BackupException($"It is damaged: it has '{there.Name}' where its manifest has '{said.Name}'.");
            }

            if (said.Length != there.Length || said.Sha256 != there.Sha256)
            {
                throw new BackupException(
                    $"It is damaged: '{said.Name}' has the SHA-256 {there.Sha256}, and its manifest says {said.Sha256}.");
            }
        }

        return manifest.Blobs.Count == found.Count
            ? manifest
            : throw new BackupException(
                $"It is damaged: it has {found.Count:N0} blobs, and its manifest names {manifest.Blobs.Count:N0}.");
    }

    private sealed record Found(string Name, long Length, string Sha256);
}
