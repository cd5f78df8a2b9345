using System.Diagnostics.CodeAnalysis;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace DurableMesh.Client.Backups;

/// <summary>Writes a backup: a gzip tar with an entry for each blob, and the manifest as the last.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Only a whole one is ended: one that fails must not look as if it were.")]
internal sealed class BackupWriter
{
    private readonly DateTimeOffset _begun;
    private readonly GZipStream _zip;
    private readonly TarWriter _tar;
    private readonly List<BackupBlob> _blobs = [];

    /// <param name="output">Where it goes; stays open.</param>
    /// <param name="begun">When it is begun.</param>
    public BackupWriter(Stream output, DateTimeOffset begun)
    {
        _begun = begun;
        _zip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        _tar = new TarWriter(_zip, TarEntryFormat.Pax, leaveOpen: true);
    }

    /// <summary>How many blobs it has.</summary>
    public int Count => _blobs.Count;

    /// <summary>Adds a blob.</summary>
    /// <param name="name">Its entry.</param>
    /// <param name="kind">How it is written.</param>
    /// <param name="contentType">Its media type, where it has one.</param>
    /// <param name="content">Its bytes; more than <paramref name="length"/> are not read.</param>
    /// <param name="length">How many it has.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public async Task AddAsync(
        string name,
        BackupBlobKind kind,
        string? contentType,
        Stream content,
        long length,
        CancellationToken cancellation)
    {
        if (!BackupNames.IsBlob(name))
        {
            throw new BackupException($"No backup takes a blob that is called '{name}': delete it, or give it another name.");
        }

        await using var measured = new MeasuredStream(content, length, isWritten: true);
        await WriteAsync(name, measured, cancellation);
        _blobs.Add(new BackupBlob(name, kind, contentType, length, measured.Sha256));
    }

    /// <summary>Ends it with its manifest: before this it counts as broken off.</summary>
    /// <param name="version">The version of the mesh.</param>
    /// <param name="takenAt">The instant that it holds the mesh of.</param>
    /// <param name="threads">How many threads there are.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task FinishAsync(string version, DateTimeOffset takenAt, int threads, CancellationToken cancellation)
    {
        var manifest = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            Version = version,
            TakenAt = takenAt,
            Threads = threads,
            Blobs = _blobs,
        };
        using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest));
        await WriteAsync(BackupManifest.EntryName, content, cancellation);
        await _tar.DisposeAsync();
        await _zip.DisposeAsync();
    }

    private Task WriteAsync(string name, Stream content, CancellationToken cancellation) => _tar.WriteEntryAsync(
        new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            ModificationTime = _begun,
        },
        cancellation);
}
