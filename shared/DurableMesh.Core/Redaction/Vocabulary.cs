namespace DurableMesh.Core.Redaction;

/// <summary>Words in texts and in names.</summary>
internal static class Vocabulary
{
    /// <summary>Whether a text has a word, in any case, alone or as a part of <c>a_name</c> or <c>aName</c>.</summary>
    public static bool Has(ReadOnlySpan<char> text, string word)
    {
        for (var at = 0; text[at..].IndexOf(word, StringComparison.OrdinalIgnoreCase) is var next && next >= 0; at++)
        {
            at += next;
            if (IsWord(text, at, word.Length))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether what stands at a place is a word, alone or as a part of a name.</summary>
    public static bool IsWord(ReadOnlySpan<char> text, int at, int length)
    {
        var end = at + length;
        return (at == 0 || !char.IsAsciiLetter(text[at - 1])
                || (char.IsAsciiLetterLower(text[at - 1]) && char.IsAsciiLetterUpper(text[at])))
            && (end == text.Length || !char.IsAsciiLetterLower(text[end]));
    }

    /// <summary>
    /// A name in small letters without what stands between its words: <c>Client-Secret</c> is <c>clientsecret</c>.
    /// </summary>
    /// <param name="name">The name; what a long one ends with says what it is.</param>
    /// <param name="plain">Where it is put, as much of it as fits.</param>
    public static ReadOnlySpan<char> Plain(ReadOnlySpan<char> name, Span<char> plain)
    {
        var length = 0;
        foreach (var character in name[^Math.Min(name.Length, plain.Length)..])
        {
            if (char.IsLetterOrDigit(character))
            {
                plain[length++] = char.ToLowerInvariant(character);
            }
        }

        return plain[..length];
    }
}
