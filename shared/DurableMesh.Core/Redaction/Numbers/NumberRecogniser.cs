namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>
/// What begins with a digit, or with letters and then a digit: cards, accounts, persons, addresses, telephones.
/// </summary>
internal static class NumberRecogniser
{
    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var start = at;
        while (at - start <= NumberFormats.MaxLetters && char.IsAsciiLetter(passage[start - 1]))
        {
            start--;
        }

        var found = (at - start) switch
        {
            0 when IsBehindCountry(passage, at)
                && IbanRecogniser.TryRead(passage, at - IbanRecogniser.Letters - 1, out finding) => true,
            0 => PhoneRecogniser.TryReadInternational(passage, at, out finding) || TryReadPlain(passage, at, out finding),
            > 0 when !passage.StartsAt(start) => false,
            IbanRecogniser.Letters => IbanRecogniser.TryRead(passage, start, out finding),
            <= NumberFormats.MaxLetters => NumberFormats.TryRead(passage, start, at, passage.CountDigits(at), out finding),
            _ => false,
        };

        // What stands before an @ is a part of the address.
        return found && !(passage[finding.End] == '@' && EmailRecogniser.TryRead(passage, finding.End, out _));
    }

    /// <summary>Two capitals and a blank stand before the check digits of an account: <c>FI 04 0226 …</c>.</summary>
    private static bool IsBehindCountry(in Passage passage, int at) =>
        passage[at - 1] is ' ' or '-' && char.IsAsciiLetterUpper(passage[at - 2]) && char.IsAsciiLetterUpper(passage[at - 3])
        && char.IsAsciiDigit(passage[at + 1]);

    private static bool TryReadPlain(in Passage passage, int at, out Finding finding)
    {
        var digits = passage.CountDigits(at);
        return NumberFormats.TryRead(passage, at, at, digits, out finding)
            || (passage[at + digits] == '.' && IpAddressRecogniser.TryReadV4(passage, at, out finding))
            || PhoneRecogniser.TryReadNational(passage, at, digits, out finding);
    }
}
