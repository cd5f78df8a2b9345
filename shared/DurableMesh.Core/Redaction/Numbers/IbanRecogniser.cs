using System.Globalization;

namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>IBANs, in one piece or in groups: the country's length (SWIFT's registry) and ISO 7064 mod 97.</summary>
internal static class IbanRecogniser
{
    /// <summary>The letters of the country.</summary>
    public const int Letters = 2;

    private const int MaxLength = 34;

    private static readonly Dictionary<int, int> Lengths =
        """
        AD24,AE23,AL28,AT20,AZ28,BA20,BE16,BG22,BH22,BI27,BR29,BY28,CH21,CR22,CY28,CZ24,DE22,DJ27,DK18,DO28,EE20,EG29,
        ES24,FI18,FK18,FO18,FR27,GB22,GE22,GI23,GL18,GR27,GT28,HN28,HR21,HU28,IE22,IL23,IQ23,IS26,IT27,JO30,KW30,KZ20,
        LB28,LC32,LI21,LT20,LU20,LV21,LY25,MC27,MD24,ME22,MK19,MN20,MR27,MT31,MU30,NI28,NL18,NO15,OM23,PK24,PL28,PS29,
        PT25,QA29,RO24,RS22,RU33,SA24,SC31,SD18,SE24,SI19,SK24,SM27,SO23,ST25,SV28,TL23,TN24,TR26,UA29,VA22,VG24,XK20,
        YE30
        """.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            entry => Country(entry), entry => int.Parse(entry.AsSpan(Letters), CultureInfo.InvariantCulture));

    public static bool TryRead(in Passage passage, int start, out Finding finding)
    {
        finding = default;
        if (!passage.StartsAt(start) || !Lengths.TryGetValue(Country(passage.Text[start..]), out var length)
            || !char.IsAsciiDigit(passage[start + Letters + (char.IsAsciiDigit(passage[start + Letters]) ? 1 : 2)]))
        {
            return false;
        }

        Span<char> compact = stackalloc char[MaxLength];
        var (end, taken) = (start, 0);
        while (taken < length)
        {
            // In groups of four, or with the country or the check set apart.
            if (taken > 0 && (taken == Letters || taken % 4 == 0) && passage[end] is ' ' or '-' or '+')
            {
                end++;
            }

            if (!char.IsAsciiLetterOrDigit(passage[end]))
            {
                return false;
            }

            compact[taken++] = char.ToUpperInvariant(passage.Text[end++]);
        }

        if (!passage.EndsAt(end) || CheckDigits.Mod97(compact[..4], CheckDigits.Mod97(compact[4..length])) != 1)
        {
            return false;
        }

        finding = passage.Run.Find(RedactionKind.Iban, start, end, compact[..length]);
        return true;
    }

    private static int Country(ReadOnlySpan<char> text) => (char.ToUpperInvariant(text[0]) << 8) + char.ToUpperInvariant(text[1]);
}
