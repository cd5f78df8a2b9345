namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>Whether the digits and letters of a number, without what stands between them and in capitals, are valid.</summary>
internal delegate bool NumberCheck(ReadOnlySpan<char> compact);

/// <summary>A way to write a number.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mask">
/// <c>d</c> a digit, <c>U</c> a capital, <c>L</c> any letter, <c>X</c> a digit or capital; all else is itself.
/// </param>
/// <param name="Check">What holds of a valid one.</param>
/// <param name="Words">
/// Where the mask and the check are too weak to tell it from any number: the names of which the body must have one.
/// </param>
internal sealed record NumberFormat(RedactionKind Kind, string Mask, NumberCheck Check, string[]? Words = null)
{
    /// <summary>How many letters come before the first digit.</summary>
    public int Letters { get; } = Mask.IndexOf('d', StringComparison.Ordinal);

    /// <summary>How many digits stand together at the beginning.</summary>
    public int FirstDigits { get; } = Mask.AsSpan().TrimStart("UL") is var rest && rest.IndexOfAnyExcept('d') is >= 0 and var end
        ? end
        : rest.Length;

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

        if (!Check(compact[..length]) || (Words is not null && !passage.Run.Mentions(Words)))
        {
            return false;
        }

        finding = passage.Run.Find(Kind, start, end, compact[..length]);
        return true;
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
        'U' => char.IsAsciiLetterUpper(character),
        'L' => char.IsAsciiLetter(character),
        'X' => char.IsAsciiDigit(character) || char.IsAsciiLetterUpper(character),
        _ => character == mask,
    };
}
