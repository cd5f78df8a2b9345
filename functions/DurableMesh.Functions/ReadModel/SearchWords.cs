using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DurableMesh.Functions.ReadModel;

/// <summary>
/// The words that a search looks for: plain words, <c>"phrases in quotes"</c>, and beginnings of words with a <c>*</c>. All of
/// them must be there. Anything else is a letter like any other, so that no text is a mistake of syntax.
/// </summary>
public sealed class SearchWords
{
    /// <summary>The longest text, in characters.</summary>
    public const int MaxLength = 500;

    /// <summary>The most words and phrases.</summary>
    public const int MaxWords = 16;

    private readonly IReadOnlyList<string> _terms;

    private SearchWords(IReadOnlyList<string> terms) => _terms = terms;

    /// <summary>Whether some are beginnings, which many words may have.</summary>
    internal bool HasBeginnings => _terms.Any(term => term[^1] == '*');

    /// <summary>
    /// The expression of SQLite's FTS5 that all words must be there: each is a string there, which has no syntax.
    /// </summary>
    internal string All => string.Join(' ', _terms);

    /// <summary>The expression that one of them must be in the body, to show where they are.</summary>
    internal string AnyInBody => $"body : ({string.Join(" OR ", _terms)})";

    /// <summary>Reads what a person typed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">The words.</param>
    /// <param name="mistake">Why there are none; null where there are.</param>
    /// <returns>Whether it has words.</returns>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out SearchWords? words, [NotNullWhen(false)] out string? mistake)
    {
        words = null;
        mistake = text.Length > MaxLength ? $"may have {MaxLength} characters" : null;
        if (mistake is not null)
        {
            return false;
        }

        var terms = new List<string>();
        for (var at = 0; Next(text, ref at) is { } term;)
        {
            if (term.Text.EnumerateRunes().Any(IsPartOfWords))
            {
                terms.Add($"\"{Clean(term.Text)}\"{(term.IsBeginning ? " *" : "")}");
            }
        }

        mistake = terms.Count == 0 ? "must have a word: letters or digits"
            : terms.Count > MaxWords ? $"may have {MaxWords} words and phrases"
            : null;
        words = mistake is null ? new SearchWords(terms) : null;
        return words is not null;
    }

    /// <summary>The next word or phrase from a place on; null at the end.</summary>
    private static Term? Next(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        if (at == text.Length)
        {
            return null;
        }

        // A quote that nothing closes is a letter like any other.
        if (text[at] == '"' && text.IndexOf('"', at + 1) is > 0 and var close)
        {
            var phrase = text[(at + 1)..close];
            at = close + 1;
            var isBeginning = at < text.Length && text[at] == '*';
            at += isBeginning ? 1 : 0;
            return new Term(phrase, isBeginning);
        }

        var word = text[at..EndOfWord(text, at)];
        at += word.Length;
        return word[^1] == '*' ? new Term(word[..^1], IsBeginning: true) : new Term(word, IsBeginning: false);
    }

    private static int EndOfWord(string text, int at)
    {
        while (at < text.Length && !char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>As the tokenizer unicode61 takes it: letters, numbers and what is in private use.</summary>
    private static bool IsPartOfWords(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
            or UnicodeCategory.PrivateUse;

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value == '"' || Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return clean.ToString();
    }

    private readonly record struct Term(string Text, bool IsBeginning);
}
