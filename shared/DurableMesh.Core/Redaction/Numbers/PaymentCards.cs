namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>Payment cards: Luhn, and a length and prefix that an issuer uses.</summary>
internal static class PaymentCards
{
    public static IEnumerable<NumberFormat> Formats { get; } = ((string[])
    [
        .. ((int[])[14, 15, 16, 18, 19]).Select(length => new string('d', length)),
        "dddd dddd dddd dddd", "dddd-dddd-dddd-dddd", "dddddddd dddddddd", "dddd dddd dddd dddd ddd", "dddd-dddd-dddd-dddd-ddd",
        "dddd dddddd ddddd", "dddd-dddddd-ddddd", "dddd dddddd dddd", "dddd-dddddd-dddd",
    ]).Select(mask => new NumberFormat(RedactionKind.PaymentCard, mask, IsValid)
    {
        IsInTable = mask.StartsWith("dddd ", StringComparison.Ordinal),
    });

    private static bool IsValid(ReadOnlySpan<char> digits) =>
        CheckDigits.Luhn(digits)
        && IsIssued((int)CheckDigits.Number(digits[..4]), (int)CheckDigits.Number(digits[..6]), digits.Length);

    /// <summary>
    /// The ranges of ISO/IEC 7812 that are in use. Left out are those that ordinary numbers fall into: Visa's retired 13 digits,
    /// which bar codes have too, and Maestro's 12.
    /// </summary>
    private static bool IsIssued(int four, int six, int length) => four switch
    {
        >= 4000 and <= 4999 => length is 16 or 19,
        >= 5100 and <= 5599 => length == 16,
        >= 2221 and <= 2720 => length == 16,
        >= 2200 and <= 2204 => length is 16 or 19,
        (>= 3400 and <= 3499) or (>= 3700 and <= 3799) => length == 15,
        (>= 3000 and <= 3059) or 3095 or (>= 3600 and <= 3699) or (>= 3800 and <= 3999) => length is 14 or 16 or 19,
        >= 3528 and <= 3589 => length is 16 or 19,
        6011 or (>= 6440 and <= 6599) => length is 16 or 19,
        >= 6200 and <= 6299 => length is 16 or 18 or 19,
        >= 6000 and <= 6099 => length == 16 && six is >= 606985 and <= 608999,
        5018 or 5019 or 5020 or 5038 or 5893 or 6304 or 6759 or 6761 or 6762 or 6763 => length is 16 or 18 or 19,
        _ => false,
    };
}
