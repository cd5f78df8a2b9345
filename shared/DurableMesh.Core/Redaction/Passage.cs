namespace DurableMesh.Core.Redaction;

/// <summary>A text under redaction, as its recognisers see it.</summary>
internal readonly ref struct Passage
{
    /// <summary>The most digits that stand together in a number: those of a payment card.</summary>
    public const int MaxDigits = 19;

    /// <summary>The text.</summary>
    public required ReadOnlySpan<char> Text { get; init; }

    /// <summary>How the text was written; null where it was written as it reads.</summary>
    public ReadableText? Readable { get; init; }

    /// <summary>Where the last finding ended; nothing before it is looked at.</summary>
    public required int Floor { get; init; }

    /// <summary>The JSON member whose value the text is.</summary>
    public required Member Member { get; init; }

    /// <summary>The call.</summary>
    public required RedactionRun Run { get; init; }

    /// <summary>The character at a place; NUL beyond the ends.</summary>
    public char this[int at] => at >= Floor && at < Text.Length ? Text[at] : '\0';

    /// <summary>As how many characters the one at a place was written: a quote of a text in a text is <c>\"</c>.</summary>
    public int WidthOf(int at) => Readable?.WidthOf(at) ?? 1;

    /// <summary>How many digits begin at a place; more than the longest number has are not counted.</summary>
    public int CountDigits(int start)
    {
        var digits = 0;
        while (digits <= MaxDigits && char.IsAsciiDigit(this[start + digits]))
        {
            digits++;
        }

        return digits;
    }

    /// <summary>The text before a place, at most so many characters and not beyond what was redacted already.</summary>
    public ReadOnlySpan<char> Before(int at, int most)
    {
        var before = Text[Math.Max(Floor, at - most)..at];
        return before[(before.LastIndexOf(']') + 1)..];
    }

    /// <summary>Whether one of some words stands shortly before a place, or is in the member's name.</summary>
    public bool IsNamed(int at, int reach, WordList words) => words.IsIn(Before(at, reach)) || Member.Says(words);

    /// <summary>What was found, where its value is written in its normal form.</summary>
    public Finding Find(RedactionKind kind, int start, int end) => Run.Find(kind, start, end, Text[start..end]);

    /// <summary>Whether no number or word goes on to the left of a place: nothing of it, and no <c>1.</c> or <c>1-</c>.</summary>
    public bool StartsAt(int at) =>
        !char.IsAsciiLetterOrDigit(this[at - 1]) && !(this[at - 1] is '.' or '-' && char.IsAsciiDigit(this[at - 2]));

    /// <summary>Whether no number or word goes on to the right of a place.</summary>
    public bool EndsAt(int at) =>
        !char.IsAsciiLetterOrDigit(this[at]) && !(this[at] is '.' or '-' && char.IsAsciiDigit(this[at + 1]));
}
