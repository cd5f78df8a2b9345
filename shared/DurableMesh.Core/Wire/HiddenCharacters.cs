using System.Buffers;
using System.Globalization;
using System.Text;

namespace DurableMesh.Core.Wire;

/// <summary>
/// Characters that nobody sees as what they are: controls steer a terminal, format characters turn text around or hide in it
/// (Unicode categories Cc, Cf, Zl and Zp). The two joiners count as plain between characters beyond ASCII, where scripts and
/// emojis need them.
/// </summary>
public static class HiddenCharacters
{
    private const char Stand = '·';
    private const char NonJoiner = '\u200C';
    private const char Joiner = '\u200D';

    // Some format characters are surrogate pairs, so every surrogate is looked at.
    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code)
            .Where(one => char.IsSurrogate(one) || IsHidden(char.GetUnicodeCategory(one)))]);

    /// <summary>Where the first one stands; -1 where there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="severalLines">Whether line feeds and tabs are plain.</param>
    public static int IndexIn(ReadOnlySpan<char> text, bool severalLines = false)
    {
        for (var at = 0; at < text.Length && text[at..].IndexOfAny(Suspects) is >= 0 and var next; at++)
        {
            at += next;
            if (LengthAt(text, at, severalLines) > 0)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>The code point that stands at a place, as <c>U+202E</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The place.</param>
    public static string NameAt(string text, int at) => string.Create(
        CultureInfo.InvariantCulture, $"U+{(Rune.TryGetRuneAt(text, at, out var rune) ? rune.Value : text[at]):X4}");

    /// <summary>The text for a terminal: a dot in the place of each, but for line feeds and tabs.</summary>
    /// <param name="text">Anybody's text.</param>
    public static string Mask(string text) => Replace(text, (at, _, shown) =>
    {
        if (text[at] != '\r' || at + 1 == text.Length || text[at + 1] != '\n')
        {
            shown.Append(Stand);
        }
    });

    /// <summary>A JSON text with each of them as <c>\u202e</c>: the same JSON, fit for a terminal.</summary>
    /// <param name="json">Well-formed JSON, so that what is beyond ASCII stands in strings.</param>
    public static string EscapeJson(string json) => Replace(json, (at, length, escaped) =>
    {
        foreach (var one in json.AsSpan(at, length))
        {
            _ = one < ' ' ? escaped.Append(one) : escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");
        }
    });

    private static string Replace(string text, Action<int, int, StringBuilder> replace)
    {
        var first = IndexIn(text, severalLines: true);
        if (first < 0)
        {
            return text;
        }

        var result = new StringBuilder(text, 0, first, text.Length);
        for (var at = first; at < text.Length;)
        {
            var length = LengthAt(text, at, severalLines: true);
            if (length > 0)
            {
                replace(at, length, result);
                at += length;
            }
            else
            {
                result.Append(text[at++]);
            }
        }

        return result.ToString();
    }

    private static int LengthAt(ReadOnlySpan<char> text, int at, bool severalLines) => text[at] switch
    {
        '\n' or '\t' => severalLines ? 0 : 1,
        NonJoiner or Joiner => IsBeyondAscii(text, at - 1) && IsBeyondAscii(text, at + 1) ? 0 : 1,
        var one when char.IsHighSurrogate(one) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) =>
            IsHidden(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(one, text[at + 1]))) ? 2 : 0,
        var one => IsHidden(char.GetUnicodeCategory(one)) ? 1 : 0,
    };

    private static bool IsBeyondAscii(ReadOnlySpan<char> text, int at) =>
        at >= 0 && at < text.Length && !char.IsAscii(text[at]) && !IsHidden(char.GetUnicodeCategory(text[at]));

    private static bool IsHidden(UnicodeCategory category) => category
        is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
