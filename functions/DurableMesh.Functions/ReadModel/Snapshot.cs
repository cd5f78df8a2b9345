using System.Globalization;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.ReadModel;

/// <summary>A copy of a read model's file in the storage, as its manifest says it: the manifest is written last.</summary>
/// <param name="Name">Its name, which says how far it goes and when it was begun.</param>
/// <param name="Version">The version of the tables.</param>
/// <param name="Bytes">How large the file is.</param>
/// <param name="Parts">The SHA-256 of each part of the file, in order; each is compressed on its own.</param>
internal sealed record Snapshot(string Name, int Version, long Bytes, IReadOnlyList<string> Parts)
{
    /// <summary>The folder of all of them.</summary>
    public const string Folder = "snapshots/";

    private const string ManifestEnd = ".json";

    /// <summary>A name for a new one. Names are in the order of positions, then of time.</summary>
    public static string NameOf(LogPosition position, DateTimeOffset takenAt) => string.Create(
        CultureInfo.InvariantCulture,
        $"{position.Segment:D8}-{position.Offset:D10}-{takenAt.ToUnixTimeMilliseconds():D14}-{Guid.NewGuid():N}");

    /// <summary>The blob of a manifest.</summary>
    public static string ManifestOf(string name) => $"{Folder}{name}{ManifestEnd}";

    /// <summary>The blob of a part, from 0.</summary>
    public static string PartOf(string name, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"{Folder}{name}/{part:D5}");

    /// <summary>The name of the snapshot that a blob belongs to, and whether it is the manifest.</summary>
    public static (string Name, bool IsManifest) Parse(string blob)
    {
        var rest = blob[Folder.Length..];
        var end = rest.IndexOf('/', StringComparison.Ordinal);
        return end >= 0 ? (rest[..end], false)
            : (rest.EndsWith(ManifestEnd, StringComparison.Ordinal) ? rest[..^ManifestEnd.Length] : rest, true);
    }

    /// <summary>When a snapshot of a name was begun; null where the name is none.</summary>
    public static DateTimeOffset? BegunAt(string name) =>
        name.Split('-') is [_, _, var begun, _] && Number(begun) is { } milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>How far a snapshot of a name goes; null where the name is none.</summary>
    public static LogPosition? PositionOf(string name) =>
        name.Split('-') is [var segment, var offset, _, _] && (Number(segment), Number(offset)) is ({ } number, { } position)
            ? new LogPosition((int)number, (int)position)
            : null;

    private static long? Number(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
