using System.Buffers;
using System.Text;

namespace DurableMesh.Core.Wire;

/// <summary>What the mesh keeps as an artifact, and under which name.</summary>
public static class ArtifactRules
{
    /// <summary>The largest content, in bytes.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    /// <summary>The longest name, in bytes of UTF-8: what a file can be called.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>What is wrong with a name that <see cref="IsName"/> refuses.</summary>
    public const string NameRule =
        "A name is a file's name without a path: 1 to 255 bytes, no slash or backslash, no hidden characters, not . or ..";

    // Whoever gets the artifact may make a file of the name.
    private static readonly SearchValues<char> Unwanted = SearchValues.Create("/\\\uFFFD");

    /// <summary>Whether a text can be an artifact's name.</summary>
    /// <param name="text">The text.</param>
    public static bool IsName(string text) =>
        !string.IsNullOrWhiteSpace(text)
        && text is not ("." or "..")
        && text.Length <= MaxNameBytes
        && Encoding.UTF8.GetByteCount(text) <= MaxNameBytes
        && HiddenCharacters.IndexIn(text) < 0
        && !text.AsSpan().ContainsAny(Unwanted);
}
