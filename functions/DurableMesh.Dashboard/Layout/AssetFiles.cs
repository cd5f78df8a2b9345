using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace DurableMesh.Dashboard.Layout;

/// <summary>
/// The files that pages refer to. They travel inside the assembly; an address names a version, so browsers may keep them.
/// </summary>
public static class AssetFiles
{
    private const int VersionDigits = 12;

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private static readonly Lazy<FrozenDictionary<string, AssetFile>> All = new(() => typeof(AssetFiles).Assembly
        .GetManifestResourceNames()
        .Where(name => Types.ContainsKey(Path.GetExtension(name)))
        .ToFrozenDictionary(name => name, Read));

    /// <summary>A file by its name; null where there is none.</summary>
    /// <param name="name">The name.</param>
    public static AssetFile? Find(string name) => All.Value.GetValueOrDefault(name);

    /// <summary>The address of a file in its present version.</summary>
    /// <param name="name">The name.</param>
    public static string UrlOf(string name) => $"/assets/{name}?v={All.Value[name].Version}";

    private static AssetFile Read(string name)
    {
        using var stream = typeof(AssetFiles).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var version = Convert.ToHexStringLower(SHA256.HashData(content))[..VersionDigits];
        return new AssetFile(content, Zip(content), Types[Path.GetExtension(name)], version);
    }

    private static ReadOnlyMemory<byte> Zip(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zip.Write(content);
        }

        return zipped.ToArray();
    }
}

/// <summary>A file that pages refer to.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Zipped">The same, by gzip.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Version">The beginning of its SHA-256.</param>
public sealed record AssetFile(ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Zipped, string Type, string Version);
