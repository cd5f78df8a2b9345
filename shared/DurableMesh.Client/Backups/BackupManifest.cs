using System.Text.Json.Serialization;

namespace DurableMesh.Client.Backups;

/// <summary>What a backup says of itself, in its last entry: a file without it was broken off.</summary>
internal sealed record BackupManifest
{
    /// <summary>The format that this version writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The entry's name.</summary>
    public const string EntryName = "manifest.json";

    /// <summary>The file's format.</summary>
    public required int Format { get; init; }

    /// <summary>The version of the mesh that wrote it.</summary>
    public required string Version { get; init; }

    /// <summary>The instant that it holds the mesh of.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>How many threads there were.</summary>
    public required int Threads { get; init; }

    /// <summary>All blobs, in the order of the file.</summary>
    public required IReadOnlyList<BackupBlob> Blobs { get; init; }
}

/// <summary>A blob in a backup.</summary>
/// <param name="Name">Its entry: <c>hub/</c> or <c>store/</c>, and its name in that container.</param>
/// <param name="Kind">How it is written.</param>
/// <param name="ContentType">Its media type, where it has one.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">SHA-256 of its content, 64 hexadecimal digits in lower case.</param>
internal sealed record BackupBlob(string Name, BackupBlobKind Kind, string? ContentType, long Length, string Sha256);

/// <summary>How a blob is written.</summary>
internal enum BackupBlobKind
{
    /// <summary>As a whole.</summary>
    Block,

    /// <summary>At its end.</summary>
    Append,
}

/// <summary>The part of a manifest that every version can read.</summary>
/// <param name="Format">The file's format.</param>
/// <param name="Version">The version of the mesh that wrote it.</param>
internal sealed record BackupManifestHead(int Format, string? Version);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackupManifest))]
[JsonSerializable(typeof(BackupManifestHead))]
[JsonSerializable(typeof(RestoreReport))]
internal sealed partial class BackupJson : JsonSerializerContext;
