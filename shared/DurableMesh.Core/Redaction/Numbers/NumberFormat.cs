namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>Whether the digits and letters of a number, without what stands between them and in capitals, are valid.</summary>
internal delegate bool NumberCheck(ReadOnlySpan<char> compact);

/// <summary>A way to write a number.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mask">
/// <c>d</c> a digit, <c>L</c> a letter, <c>X</c> a digit or letter; all else is itself, a blank also a <c>+</c> for one.
/// </param>
/// <param name="Check">What holds of a valid one.</param>
/// <param name="Words">
/// Where the mask and the check are too weak to tell it from any number: the names of which the body must have one.
/// </param>
/// <param name="Reach">From how far before a number its word is looked for, in characters; a check makes up for distance.</param>
internal sealed record NumberFormat(
    RedactionKind Kind, string Mask, NumberCheck Check, string[]? Words = null, int Reach = int.MaxValue)
{
    private const int MaxNeighbours = 4;

    private readonly WordList? _near = Reach < int.MaxValue ? new(Words!) : null;

    /// <summary>Whether a table of codes of four has the same look; a code with a letter beside it says that it is one.</summary>
    public bool IsInTable { get; init; }

    /// <summary>How many of the last digits tell the person: the rest may be left out.</summary>
    public int? Telling { get; init; }

    /// <summary>How many letters come before the first digit.</summary>
    public int Letters { get; } = Mask.IndexOf('d', StringComparison.Ordinal);

    /// <summary>How many digits stand together at the beginning.</summary>
    public int FirstDigits { get; } = Mask.AsSpan().TrimStart('L') is var rest && rest.IndexOfAnyExcept('d') is >= 0 and var end
        ? end
        : rest.Length;

    /// <summary>Whether a character may stand behind the first digits; NUL is the end of the text.</summary>
    public bool GoesOnWith(char next) => Letters + FirstDigits is var behind && behind < Mask.Length
        ? Fits(Mask[behind], next)
        : !char.IsAsciiLetterOrDigit(next);

    public bool TryRead(in Passage passage, int start, out Finding finding)
    {
        finding = default;
        var end = start + Mask.Length;
        if (end > passage.Text.Length || !Fits(passage.Text[start..end]) || !passage.EndsAt(end))
        {
            return false;
        }

        Span<char> compact = stackalloc char[Mask.Length];
        var length = 0;
        foreach (var character in passage.Text[start..end])
        {
            if (char.IsAsciiLetterOrDigit(character))
            {
                compact[length++] = char.ToUpperInvariant(character);
            }
        }

        if (!compact[1..length].ContainsAnyExcept(compact[0]) || !Check(compact[..length])
            || (Words is not null && !IsNamed(passage, start)) || (IsInTable && IsCode(passage, start, end)))
        {
            return false;
        }

        finding = passage.Run.Find(Kind, start, end, compact[Math.Max(0, length - (Telling ?? length))..length]);
        return true;
    }

    private bool IsNamed(in Passage passage, int start) =>
        passage.Run.Mentions(Words!) && (_near is null || passage.IsNamed(start, Reach, _near));

    private static bool IsCode(in Passage passage, int start, int end) =>
        IsCodeWithLetter(passage, start - 5) || IsCodeWithLetter(passage, end + 1);

    /// <summary>
    /// Four hexadecimal digits between blanks, and not only decimal ones; or more groups of digits on that side.
    /// </summary>
    private static bool IsCodeWithLetter(in Passage passage, int at)
    {
        for (var step = at < 0 ? 0 : 1; step <= MaxNeighbours; step++)
        {
            var letters = 0;
            for (var i = 0; i < 4; i++)
            {
                if (!char.IsAsciiHexDigit(passage[at + i]))
                {
                    return false;
                }

                letters += char.IsAsciiLetter(passage[at + i]) ? 1 : 0;
            }

            if (passage[at - 1] is not (' ' or '\0') || char.IsAsciiLetterOrDigit(passage[at + 4]))
            {
                return false;
            }

            if (letters > 0)
            {
                return true;
            }

            at += 5;
        }

        return false;
    }

    /// <summary>The first digits fit, it is how the format was found; what comes behind them tells most others at once.</summary>
    private bool Fits(ReadOnlySpan<char> text)
    {
        var behind = Letters + FirstDigits;
        return Fits(Mask.AsSpan(behind), text[behind..]) && Fits(Mask.AsSpan(0, Letters), text[..Letters]);
    }

    private static bool Fits(ReadOnlySpan<char> mask, ReadOnlySpan<char> text)
    {
        for (var i = 0; i < mask.Length; i++)
        {
            if (!Fits(mask[i], text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Fits(char mask, char character) => mask switch
    {
        'd' => char.IsAsciiDigit(character),
        'L' => char.IsAsciiLetter(character),
        'X' => char.IsAsciiLetterOrDigit(character),
        ' ' => character is ' ' or '+',
        _ => character == mask,
    };
}
