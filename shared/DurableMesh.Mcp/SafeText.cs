using System.Globalization;
using System.Text;

namespace DurableMesh.Mcp;

/// <summary>Text on its way to or from a model: well-formed, without what hides or moves text, and without the key.</summary>
internal static class SafeText
{
    private const char Replacement = '\uFFFD';
    private const string KeyRemoved = "[key removed]";

    /// <summary>Takes out control characters other than line breaks and tabs, and what reorders or hides text.</summary>
    /// <param name="text">Anybody's text.</param>
    /// <param name="key">The secret that must not be in it; null for none.</param>
    public static string Clean(string text, string? key)
    {
        if (key is { Length: > 0 })
        {
            text = text.Replace(key, KeyRemoved, StringComparison.Ordinal);
        }

        StringBuilder? clean = null;
        var index = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var whole = Rune.TryGetRuneAt(text, index, out _);
            if (whole && IsPlain(rune))
            {
                clean?.Append(rune.ToString());
            }
            else
            {
                clean ??= new StringBuilder(text, 0, index, text.Length);
                clean.Append(Replacement);
            }

            index += whole ? rune.Utf16SequenceLength : 1;
        }

        return clean?.ToString() ?? text;
    }

    /// <summary>The part of a text from a place on that fits, without a half of a pair at either end.</summary>
    public static string Part(string text, int from, int most)
    {
        from = Math.Clamp(from, 0, text.Length);
        from += from < text.Length && char.IsLowSurrogate(text[from]) ? 1 : 0;
        var length = Math.Clamp(most, 0, text.Length - from);
        length -= length > 0 && from + length < text.Length && char.IsHighSurrogate(text[from + length - 1]) ? 1 : 0;
        return text.Substring(from, length);
    }

    private static bool IsPlain(Rune rune) => rune.Value switch
    {
        '\n' or '\r' or '\t' => true,
        0x200C or 0x200D => true, // they join letters, and emojis
        _ => Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator),
    };
}
