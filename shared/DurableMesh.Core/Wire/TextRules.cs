using System.Buffers;
using System.Text.Json;

namespace DurableMesh.Core.Wire;

/// <summary>Rules about texts that come from outside.</summary>
internal static class TextRules
{
    private static readonly SearchValues<char> MessageIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    private static readonly SearchValues<char> SlugCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The text; null where it holds half of a surrogate pair.</summary>
    public static string? TryGet(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The name; null where it holds half of a surrogate pair.</summary>
    public static string? TryGetName(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>1-128 of <c>A-Z a-z 0-9 . _ : -</c> (http-api.md, Shapes).</summary>
    public static bool IsMessageId(string text) =>
        text.Length is >= 1 and <= 128 && !text.AsSpan().ContainsAnyExcept(MessageIdCharacters);

    /// <summary>Whether a text is a slug: <c>a-z</c>, <c>0-9</c> and single hyphens between them.</summary>
    public static bool IsSlug(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExcept(SlugCharacters)
        && text[0] != '-' && text[^1] != '-' && !text.Contains("--", StringComparison.Ordinal);

    /// <summary>
    /// Whether an address leads nowhere on another machine: a <c>file:</c> URI, or a path as Unix (<c>/…</c>, <c>~/…</c>,
    /// <c>./…</c>) or Windows (<c>C:\…</c>, <c>\\host\…</c>) write it. An uploaded artifact's address under the mesh's is none.
    /// </summary>
    public static bool IsLocalAddress(string address)
    {
        var text = address.AsSpan().TrimStart();
        return text.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            || (text is ['/' or '\\' or '~' or '.', ..] && !IsUploaded(address))
            || (text is [var drive, ':', '/' or '\\', ..] && char.IsAsciiLetter(drive));
    }

    private static bool IsUploaded(string address) =>
        address.Split('/') is ["", .., "threads", _, "artifacts", var sha256] && Evidence.ContentHash.IsHex(sha256);

    /// <summary>Whether an instant says its offset; without one it would be read in the machine's own time zone.</summary>
    public static bool HasOffset(string instant)
    {
        var time = instant.IndexOf('T', StringComparison.Ordinal);
        return time > 0 && instant.AsSpan(time).ContainsAny('Z', '+', '-');
    }
}
