using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DurableMesh.Core.Distillation;

/// <summary>
/// The parts of a text that can be compared without understanding it: its words, its numbers, and whether it denies.
/// </summary>
internal sealed partial class Statement
{
    // Function words of English: they tell no two statements apart.
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for", "from", "had",
        "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "may", "might", "must", "of", "on", "or", "our",
        "shall", "should", "so", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "was", "we",
        "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "yes", "you", "your",
    };

    private static readonly HashSet<string> Denials = new(StringComparer.Ordinal)
    {
        "no", "not", "never", "none", "neither", "nor", "cannot", "without", "nothing", "nobody",
    };

    private readonly HashSet<string> _words = new(StringComparer.Ordinal);
    private readonly List<(decimal Value, Range Place)> _numbers = [];
    private readonly string _text;

    private Statement(string text)
    {
        _text = text.Normalize(NormalizationForm.FormKC);
        foreach (var match in Words().EnumerateMatches(_text))
        {
            Add(match.Index, _text.Substring(match.Index, match.Length));
        }
    }

    /// <summary>Its numbers, in order.</summary>
    public IEnumerable<decimal> Numbers => _numbers.Select(number => number.Value);

    /// <summary>Whether it denies what its other words say: an odd number of negations.</summary>
    public bool Denies { get; private set; }

    /// <summary>Reads a text.</summary>
    public static Statement Of(string text) => new(text);

    /// <summary>
    /// How much of their words two texts share, numbers and negations apart: 0 for nothing, 1 for all (the Sørensen–Dice
    /// coefficient of the sets of words).
    /// </summary>
    public double Likeness(Statement other) => _words.Count + other._words.Count is var all and > 0
        ? 2.0 * _words.Count(other._words.Contains) / all
        : 0;

    /// <summary>The text with the numbers of another in their places; null where there are not as many.</summary>
    public string? WithNumbersOf(Statement other)
    {
        if (_numbers.Count != other._numbers.Count)
        {
            return null;
        }

        var text = new StringBuilder();
        var end = 0;
        foreach (var (mine, theirs) in _numbers.Zip(other._numbers))
        {
            text.Append(_text, end, mine.Place.Start.Value - end).Append(other._text[theirs.Place]);
            end = mine.Place.End.Value;
        }

        return text.Append(_text, end, _text.Length - end).ToString();
    }

    private void Add(int at, string word)
    {
        var plain = word.ToLowerInvariant().Replace('’', '\'');
        if (char.IsAsciiDigit(word[0]) && TryNumber(plain, out var number))
        {
            _numbers.Add((number, at..(at + word.Length)));
        }
        else if (Denials.Contains(plain) || plain.EndsWith("n't", StringComparison.Ordinal))
        {
            Denies = !Denies;
        }
        else if (!Ignored.Contains(plain))
        {
            _words.Add(Stem(plain));
        }
    }

    // "1,000" is a thousand; "3.5" is not.
    private static bool TryNumber(string word, out decimal number) => decimal.TryParse(
        word, NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    // No more than one and many: a real stemmer is the index's, which finds the candidates.
    private static string Stem(string word) =>
        word.Length > 3 && word[^1] == 's' && word[^2] != 's' ? word[..^1] : word;

    [GeneratedRegex(@"\d+(?:[.,]\d+)*|[\p{L}\p{M}]+(?:['’]\p{L}+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
