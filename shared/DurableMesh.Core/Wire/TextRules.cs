using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DurableMesh.Core.Wire;

/// <summary>Rules about texts that come from outside.</summary>
internal static class TextRules
{
    private static readonly SearchValues<char> MessageIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    private static readonly SearchValues<char> SlugCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    // Letters and a symbol that show nothing.
    private static readonly SearchValues<char> Fillers = SearchValues.Create("\u115F\u1160\u2800\u3164\uFFA0");

    /// <summary>
    /// Whether a text shows a reader nothing: blanks, control and format characters (U+200B and its like), fillers, and marks
    /// without a letter that would carry them.
    /// </summary>
    public static bool IsBlank(string? text) => text is null || !text.EnumerateRunes().Any(IsSeen);

    /// <summary>What a reader sees of a text: neither case nor blanks nor what shows nothing makes a difference.</summary>
    public static string LookOf(string text) => string.Concat(
        text.EnumerateRunes().Where(rune => IsSeen(rune) || IsMark(rune)).Select(rune => Rune.ToUpperInvariant(rune).ToString()));

    /// <summary>
    /// Whether a text can be told from every other that looks different, and from no other by what is not seen: no blanks at its
    /// ends, nothing invisible, and no second way to write a character (accents apart from their letter, wide, small or ornate
    /// forms). The host runs without the tables that would bring such forms together.
    /// </summary>
    public static bool IsPlain(string text) => text == text.Trim() && text.EnumerateRunes().All(
        rune => rune.Value == ' ' || ((IsSeen(rune) || IsMark(rune)) && !IsSecondForm(rune)));

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

    private static bool IsSeen(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.OtherLetter or (>= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber)
            or (>= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherSymbol) => !IsFiller(rune),
        UnicodeCategory.PrivateUse => true,
        _ => false,
    };

    // Selectors of a variant and the joiner of graphemes are marks that show nothing.
    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is >= UnicodeCategory.NonSpacingMark and <= UnicodeCategory.EnclosingMark
        && rune.Value is not (0x034F or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F)
            or (>= 0xE0100 and <= 0xE01EF));

    private static bool IsSecondForm(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.OtherNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ModifierLetter
        || rune.Value is (>= 0x0300 and <= 0x036F) or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF)
            or (>= 0x2000 and <= 0x200F) or (>= 0x20D0 and <= 0x20FF) or (>= 0x2100 and <= 0x214F) or (>= 0xFB00 and <= 0xFB4F)
            or (>= 0xFE20 and <= 0xFE2F) or (>= 0xFF00 and <= 0xFFEF) or (>= 0x1D400 and <= 0x1D7FF);

    private static bool IsFiller(Rune rune) => rune.IsBmp && Fillers.Contains((char)rune.Value);

    private static bool IsUploaded(string address) =>
        address.Split('/') is ["", .., "threads", _, "artifacts", var sha256] && Evidence.ContentHash.IsHex(sha256);

    /// <summary>Whether an instant says its offset; without one it would be read in the machine's own time zone.</summary>
    public static bool HasOffset(string instant)
    {
        var time = instant.IndexOf('T', StringComparison.Ordinal);
        return time > 0 && instant.AsSpan(time).ContainsAny('Z', '+', '-');
    }
}
