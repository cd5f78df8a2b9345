namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>What holds of a valid person's number, country by country. Each takes the length that its masks give.</summary>
internal static class NationalIdChecks
{
    private static ReadOnlySpan<sbyte> NorwegianFirst => [3, 7, 6, 1, 8, 9, 4, 5, 2, 1];

    private static ReadOnlySpan<sbyte> NorwegianSecond => [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

    private static ReadOnlySpan<sbyte> DanishWeights => [4, 3, 2, 7, 6, 5, 4, 3, 2, 1];

    private static ReadOnlySpan<sbyte> PolishWeights => [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1];

    private static ReadOnlySpan<sbyte> YugoslavWeights => [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

    private static ReadOnlySpan<sbyte> Ean13Weights => [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1];

    private static ReadOnlySpan<sbyte> DutchWeights => [9, 8, 7, 6, 5, 4, 3, 2, -1];

    private static ReadOnlySpan<sbyte> BrazilianWeights => [11, 10, 9, 8, 7, 6, 5, 4, 3, 2];

    /// <summary>The value of a letter or digit at an odd place of a codice fiscale, A to Z; 0 to 9 are as A to J.</summary>
    private static ReadOnlySpan<byte> ItalianOdd =>
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

    /// <summary>Fødselsnummer and D-number (day + 40): DDMMYY, three digits, two check digits mod 11.</summary>
    public static bool Norwegian(ReadOnlySpan<char> digits) =>
        IsDay(Two(digits, 0) % 40, Two(digits, 2)) && Two(digits, 0) < 80
        && CheckDigits.Weighted(digits, NorwegianFirst) % 11 == 0
        && CheckDigits.Weighted(digits, NorwegianSecond) % 11 == 0;

    /// <summary>Personnummer and samordningsnummer (day + 60): (CC)YYMMDD, three digits, Luhn over ten.</summary>
    public static bool Swedish(ReadOnlySpan<char> digits)
    {
        var ten = digits[^10..];
        return (digits.Length == 10 || digits[..2] is "19" or "20")
            && IsDay(Two(ten, 4) % 60, Two(ten, 2)) && Two(ten, 4) < 92 && CheckDigits.Luhn(ten);
    }

    /// <summary>
    /// A personnummer that is not also a date and a time of day, as in <c>20241124-0848</c>; nobody stamps times before 1970.
    /// </summary>
    public static bool SwedishAndNoTime(ReadOnlySpan<char> digits) =>
        Swedish(digits)
        && (!IsTime(digits[^4..]) || (digits.Length == 10 ? Two(digits, 0) is > 40 and < 70 : digits[..2] is "19"));

    /// <summary>CPR number: DDMMYY, four digits; those given since 2007 have no check digit.</summary>
    public static bool Danish(ReadOnlySpan<char> digits) => IsDay(Two(digits, 0), Two(digits, 2));

    /// <summary>A CPR number with the check digit mod 11 of most, that is not also a date and a time of day.</summary>
    public static bool DanishAndNoTime(ReadOnlySpan<char> digits) =>
        Danish(digits) && CheckDigits.Weighted(digits, DanishWeights) % 11 == 0 && !IsTime(digits[^4..]);

    /// <summary>Henkilötunnus: DDMMYY, a sign or letter for the century, three digits, a character mod 31.</summary>
    public static bool Finnish(ReadOnlySpan<char> compact)
    {
        var isSigned = compact.Length == 10 || compact[6] is (>= 'A' and <= 'F') or (>= 'U' and <= 'Y');
        var number = CheckDigits.Number(compact[..6]) * 1000 + CheckDigits.Number(compact[^4..^1]);
        return isSigned && IsDay(Two(compact, 0), Two(compact, 2))
            && compact[^1] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[(int)(number % 31)];
    }

    /// <summary>
    /// A henkilötunnus that is not also a date and a time of day, day, month and year, a hyphen, hours and minutes.
    /// </summary>
    public static bool FinnishAndNoTime(ReadOnlySpan<char> compact) =>
        Finnish(compact) && (char.IsAsciiLetter(compact[^1]) || compact.Length == 11 || !IsTime(compact[^4..]));

    /// <summary>PESEL: YYMMDD with the century in the month, four digits, a check digit mod 10.</summary>
    public static bool Polish(ReadOnlySpan<char> digits) =>
        IsDay(Two(digits, 4), Two(digits, 2) % 20) && CheckDigits.Weighted(digits, PolishWeights) % 10 == 0;

    /// <summary>Rodné číslo (Czech, Slovak): YYMMDD (month + 20, + 50, + 70), four digits, all of it divisible by 11.</summary>
    public static bool Czech(ReadOnlySpan<char> digits)
    {
        var month = Two(digits, 2) % 50;
        return IsDay(Two(digits, 4), month > 20 ? month - 20 : month) && CheckDigits.Number(digits) % 11 == 0;
    }

    /// <summary>JMBG of the countries of former Yugoslavia: DDMMYYY, region, three digits, a check digit mod 11.</summary>
    public static bool Yugoslav(ReadOnlySpan<char> digits)
    {
        var check = 11 - CheckDigits.Weighted(digits, YugoslavWeights) % 11;
        return IsDay(Two(digits, 0), Two(digits, 2)) && CheckDigits.Number(digits[4..7]) is >= 900 or <= 40
            && digits[^1] - '0' == (check > 9 ? 0 : check);
    }

    /// <summary>AHV number: 756 and an EAN-13.</summary>
    public static bool Swiss(ReadOnlySpan<char> digits) =>
        digits[..3] is "756" && CheckDigits.Weighted(digits, Ean13Weights) % 10 == 0;

    /// <summary>DNI and NIE: eight digits, of which a NIE writes the first as X, Y or Z, and a letter mod 23.</summary>
    public static bool Spanish(ReadOnlySpan<char> compact)
    {
        var first = char.IsAsciiDigit(compact[0]) ? compact[0] - '0' : compact[0] - 'X';
        var number = first * 10_000_000L + CheckDigits.Number(compact[1..^1]);
        return first >= 0 && compact[^1] == "TRWAGMYFPDXBNJZSQVHLCKE"[(int)(number % 23)];
    }

    /// <summary>Codice fiscale: six letters of the names, the birth, the town, and a letter mod 26.</summary>
    public static bool Italian(ReadOnlySpan<char> compact)
    {
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var value = char.IsAsciiDigit(compact[i]) ? compact[i] - '0' : compact[i] - 'A';
            sum += i % 2 == 0 ? ItalianOdd[value] : value;
        }

        return "ABCDEHLMPRST".Contains(compact[8]) && Two(compact, 9) % 40 is >= 1 and <= 31 && compact[15] - 'A' == sum % 26;
    }

    /// <summary>NIR: sex, year, month, département (Corsica: 2A, 2B), commune, order, and 97 - mod 97.</summary>
    public static bool French(ReadOnlySpan<char> compact)
    {
        Span<char> digits = stackalloc char[15];
        compact.CopyTo(digits);
        if (char.IsAsciiLetter(digits[6]))
        {
            if (digits[5] != '2' || digits[6] is not ('A' or 'B'))
            {
                return false;
            }

            digits[5] = '1';
            digits[6] = digits[6] == 'A' ? '9' : '8';
        }

        return digits[0] is '1' or '2' or '3' or '4' or '7' or '8' && Two(digits, 3) is (>= 1 and <= 12) or (>= 20 and <= 42)
            && 97 - CheckDigits.Mod97(digits[..13]) == Two(digits, 13);
    }

    /// <summary>
    /// Rijksregisternummer and BIS number (month + 20, + 40): YYMMDD, three digits, 97 - mod 97; a 2 before it since 2000.
    /// </summary>
    public static bool Belgian(ReadOnlySpan<char> digits)
    {
        var check = 97 - Two(digits, 9);
        return IsDay(Two(digits, 4), Two(digits, 2) % 20) && Two(digits, 2) < 60
            && (CheckDigits.Mod97(digits[..9]) == check || CheckDigits.Mod97(digits[..9], before: 2) == check);
    }

    /// <summary>BSN: nine digits, the test of eleven.</summary>
    public static bool Dutch(ReadOnlySpan<char> digits) =>
        CheckDigits.Number(digits) > 9_999_999 && CheckDigits.Weighted(digits, DutchWeights) % 11 == 0;

    /// <summary>CPF: nine digits and two check digits mod 11.</summary>
    public static bool Brazilian(ReadOnlySpan<char> digits) =>
        digits.ContainsAnyExcept(digits[0])
        && CheckDigits.Weighted(digits, BrazilianWeights[1..]) * 10 % 11 % 10 == digits[9] - '0'
        && CheckDigits.Weighted(digits, BrazilianWeights) * 10 % 11 % 10 == digits[10] - '0';

    /// <summary>Steuer-Identifikationsnummer: ten digits, the first not 0, and ISO 7064 mod 11,10.</summary>
    public static bool German(ReadOnlySpan<char> digits) => digits[0] != '0' && CheckDigits.Mod11And10(digits);

    /// <summary>SSN: no check digit, but numbers that are never given.</summary>
    public static bool American(ReadOnlySpan<char> digits) =>
        digits[0] != '9' && digits[..3] is not ("000" or "666") && digits[3..5] is not "00" && digits[5..] is not "0000";

    private static int Two(ReadOnlySpan<char> digits, int at) => (digits[at] - '0') * 10 + digits[at + 1] - '0';

    private static bool IsDay(int day, int month) => month switch
    {
        2 => day is >= 1 and <= 29,
        4 or 6 or 9 or 11 => day is >= 1 and <= 30,
        >= 1 and <= 12 => day is >= 1 and <= 31,
        _ => false,
    };

    private static bool IsTime(ReadOnlySpan<char> digits) => Two(digits, 0) < 24 && Two(digits, 2) < 60;
}
