using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>The submitted work is not what its artifacts say.</summary>
internal sealed class UnsoundWorkException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The library as it goes from hand to hand: source files and the patches upon them, each an artifact with its SHA-256, so
/// that whoever receives them can build exactly what was submitted and nothing else.
/// </summary>
internal static class Workpiece
{
    private const string Sources = "library/";
    private const string Patches = "fixes/";

    /// <summary>Copies a source file into the folder of work that is handed over, and describes it.</summary>
    public static Artifact HandOverSource(string file, string folder) =>
        HandOver(Sources, Path.GetFileName(file), File.ReadAllBytes(file), folder);

    /// <summary>Writes a patch into the folder of work that is handed over, and describes it.</summary>
    public static Artifact HandOverPatch(PreparedFix fix, string folder) =>
        HandOver(Patches, fix.Name, Encoding.UTF8.GetBytes(fix.Patch), folder);

    /// <summary>Whether the artifact is this fix.</summary>
    public static bool Is(this Artifact artifact, PreparedFix fix) => artifact.Name == Patches + fix.Name;

    /// <summary>Builds the library in a folder out of what was submitted: the sources, then the patches in their order.</summary>
    /// <exception cref="UnsoundWorkException">An artifact is missing, is not what its hash says, or does not fit.</exception>
    public static void Compose(IEnumerable<Artifact> artifacts, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var artifact in artifacts)
        {
            var content = Fetch(artifact);
            if (artifact.Name.StartsWith(Sources, StringComparison.Ordinal))
            {
                File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(artifact.Name)), content);
            }
            else if (artifact.Name.StartsWith(Patches, StringComparison.Ordinal))
            {
                Apply(artifact.Name, Encoding.UTF8.GetString(content), folder);
            }
        }
    }

    private static Artifact HandOver(string kind, string name, byte[] content, string folder)
    {
        var target = Path.Combine(folder, kind, name);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllBytes(target, content);
        return new Artifact
        {
            Name = kind + name,
            Sha256 = Hash(content),
            Size = content.Length,
            Uri = new Uri(target).AbsoluteUri,
        };
    }

    private static byte[] Fetch(Artifact artifact)
    {
        if (artifact.Uri is null || !Uri.TryCreate(artifact.Uri, UriKind.Absolute, out var uri) || !uri.IsFile)
        {
            throw new UnsoundWorkException($"{artifact.Name} has no file:// address, so it cannot be read.");
        }

        try
        {
            var content = File.ReadAllBytes(uri.LocalPath);
            return Hash(content) == artifact.Sha256
                ? content
                : throw new UnsoundWorkException($"{artifact.Name} is not the file whose SHA-256 was submitted.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnsoundWorkException($"{artifact.Name} cannot be read: {failure.Message}", failure);
        }
    }

    private static void Apply(string name, string patch, string folder)
    {
        foreach (var diff in UnifiedDiff.Parse(patch))
        {
            var file = Path.Combine(folder, Path.GetFileName(diff.Path));
            try
            {
                File.WriteAllText(file, diff.Apply(File.ReadAllText(file)));
            }
            catch (Exception failure) when (failure is PatchRejectedException or IOException)
            {
                throw new UnsoundWorkException($"{name} does not fit: {failure.Message}", failure);
            }
        }
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
