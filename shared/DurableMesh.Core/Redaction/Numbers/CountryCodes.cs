namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>
/// How long the telephone numbers of a country are (ITU-T E.164), so that a number ends before the one after it.
/// </summary>
internal static class CountryCodes
{
    /// <summary>The fewest and the most digits, the country's included, of a number that begins with these.</summary>
    /// <param name="text">The number behind its <c>+</c>.</param>
    public static (int Least, int Most) Digits(ReadOnlySpan<char> text) => text[0] is '1' or '7' ? (11, 11) : (8, Most(text));

    /// <summary>How many digits the country's own are.</summary>
    /// <param name="digits">The digits of the number.</param>
    public static int Length(ReadOnlySpan<char> digits) => digits[0] is '1' or '7' ? 1
        : (digits.Length < 2 ? 0 : FirstTwo(digits)) is 20 or 27 or 28 or (>= 30 and <= 34) or 36 or 39 or 40 or 41
            or (>= 43 and <= 49) or (>= 51 and <= 58) or (>= 60 and <= 66) or 81 or 82 or 84 or 86 or (>= 90 and <= 95) or 98 ? 2
        : 3;

    private static int Most(ReadOnlySpan<char> text) => (text.Length < 2 ? 0 : FirstTwo(text[..2])) switch
    {
        45 or 47 => 10,
        27 or 31 or 32 or 33 or 34 or 36 or 40 or 41 or 48 or 51 or 61 or 64 or 65 or 66 => 11,
        20 or 30 or 44 or 46 or 52 or 57 or 63 or 81 or 82 or 84 or 90 or 91 or 92 or 94 or 98 => 12,
        39 or 49 or 53 or 54 or 55 or 58 or 60 or 62 or 86 or 95 => 13,
        35 or 37 or 38 or 42 => 13,
        _ => 15,
    };

    private static int FirstTwo(ReadOnlySpan<char> two) =>
        char.IsAsciiDigit(two[1]) ? (two[0] - '0') * 10 + two[1] - '0' : 0;
}
