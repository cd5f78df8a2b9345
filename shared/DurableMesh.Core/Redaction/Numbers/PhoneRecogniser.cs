using System.Buffers;

namespace DurableMesh.Core.Redaction.Numbers;

/// <summary>
/// Telephone numbers: international ones by their <c>+</c> and country, North American ones by their three groups, and others
/// where the word before them or the member's name says so.
/// </summary>
internal static class PhoneRecogniser
{
    /// <summary>The fewest digits of a national number and the most of an international one (ITU-T E.164).</summary>
    private const int MinDigits = 7;
    private const int MaxDigits = 15;

    private const int MaxGroups = 6;

    /// <summary>How far before a number its name may be, in characters.</summary>
    private const int NameDistance = 24;

    private static readonly string[] Names =
    [
        "phone", "phones", "telephone", "tel", "telefon", "telefono", "fono", "tlf", "mobile", "mobil", "fax", "msisdn",
        "whatsapp",
    ];

    private static readonly SearchValues<string> AnyName = SearchValues.Create(Names, StringComparison.OrdinalIgnoreCase);

    /// <summary>What stands between a number and a name that is not its own.</summary>
    private static readonly SearchValues<char> EndOfName = SearchValues.Create("0123456789\n");

    /// <summary>What may stand between two groups.</summary>
    private static readonly SearchValues<char> Separators = SearchValues.Create(" .-/()");

    private static readonly string[] NorthAmerican = ["ddd-ddd-dddd", "ddd.ddd.dddd", "ddd) ddd-dddd", "ddd)ddd-dddd"];

    private static readonly string[] NorthAmericanWithCountry = ["d-ddd-ddd-dddd", "d ddd-ddd-dddd", "d (ddd) ddd-dddd"];

    private static readonly string[] Dates = ["dddd-dd-dd", "dddd/dd/dd", "dddd.dd.dd", "dd-dd-dddd", "dd/dd/dddd", "dd.dd.dddd"];

    /// <summary>Whether a member's plain name says that its value is a telephone number.</summary>
    public static bool IsNameOfPhone(ReadOnlySpan<char> plainName)
    {
        var name = plainName.EndsWith("number") || plainName.EndsWith("nummer") ? plainName[..^"number".Length] : plainName;
        foreach (var word in Names)
        {
            if (name.EndsWith(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a number if a <c>+</c> stands just before.</summary>
    public static bool TryReadInternational(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        return passage[at - 1] == '+' && !char.IsAsciiLetterOrDigit(passage[at - 2]) && passage[at] != '0'
            && TryReadGroups(passage, at - 1, at, CountryCodes.Digits(passage.Text[at..]), out finding);
    }

    /// <summary>Reads a number without a country whose first group has so many digits.</summary>
    public static bool TryReadNational(in Passage passage, int at, int digits, out Finding finding)
    {
        finding = default;
        if ((digits < MinDigits && !Separators.Contains(passage[at + digits])) || !passage.StartsAt(at))
        {
            return false;
        }

        foreach (var mask in digits switch { 1 => NorthAmericanWithCountry, 3 => NorthAmerican, _ => [] })
        {
            var end = at + mask.Length;
            if (Fits(passage, at, mask) && passage.EndsAt(end) && IsNorthAmerican(passage.Text[at..end]))
            {
                finding = FindingOf(passage, mask[3] == ')' && passage[at - 1] == '(' ? at - 1 : at, end);
                return true;
            }
        }

        var start = passage[at - 1] == '(' && passage.Text[at..Math.Min(at + 6, passage.Text.Length)].Contains(')') ? at - 1 : at;

        return (passage.Member.IsPhone || IsNamedBefore(passage, start)) && !IsDate(passage, at)
            && TryReadGroups(passage, start, at, (MinDigits, MaxDigits), out finding);
    }

    /// <summary>
    /// Takes groups of digits as long as they fit; what stands between two is a few of <c>space . - / ( )</c>, and <c>(0)</c> is
    /// the zero that callers from abroad leave out.
    /// </summary>
    private static bool TryReadGroups(in Passage passage, int start, int at, (int Least, int Most) digits, out Finding finding)
    {
        finding = default;
        var (end, taken) = (at, 0);
        for (var group = 0; group < MaxGroups; group++)
        {
            var next = group == 0 ? at : SkipSeparators(passage, end);
            var length = passage.CountDigits(next);
            if (length == 0 || taken + length > digits.Most
                || (group > 0 && NumberFormats.TryRead(passage, next, next, length, out _)))
            {
                break;
            }

            (end, taken) = (next + length, taken + length);
        }

        if (taken < digits.Least || !IsEnd(passage, end))
        {
            return false;
        }

        finding = FindingOf(passage, start, end);
        return true;
    }

    private static int SkipSeparators(in Passage passage, int end)
    {
        var next = end;
        if (passage[next] == ' ' && passage[next + 1] == '(' && passage[next + 2] == '0' && passage[next + 3] == ')')
        {
            next += 4;
        }

        while (next - end < 5 && Separators.Contains(passage[next])
            && !(passage[next] == ' ' && passage[next + 1] == ' '))
        {
            next++;
        }

        return next;
    }

    private static bool IsEnd(in Passage passage, int end) => !char.IsAsciiLetterOrDigit(passage[end]) && passage[end] != '_';

    private static bool IsNamedBefore(in Passage passage, int start)
    {
        var before = passage.Before(start, NameDistance);
        before = before[(before.LastIndexOfAny(EndOfName) + 1)..];
        if (before.Length < 3 || !before.ContainsAny(AnyName))
        {
            return false;
        }

        foreach (var name in Names)
        {
            if (Vocabulary.Has(before, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDate(in Passage passage, int at)
    {
        foreach (var mask in Dates)
        {
            if (Fits(passage, at, mask) && !char.IsAsciiDigit(passage[at + mask.Length]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>North American Numbering Plan: neither area nor exchange begins with 0 or 1.</summary>
    private static bool IsNorthAmerican(ReadOnlySpan<char> number)
    {
        Span<char> digits = stackalloc char[11];
        var ten = digits[..Compact(number, digits)];
        if (ten.Length == 11)
        {
            if (ten[0] != '1')
            {
                return false;
            }

            ten = ten[1..];
        }

        return ten[0] >= '2' && ten[3] >= '2';
    }

    private static bool Fits(in Passage passage, int at, string mask)
    {
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] == 'd' ? !char.IsAsciiDigit(passage[at + i]) : mask[i] != passage[at + i])
            {
                return false;
            }
        }

        return true;
    }

    private static Finding FindingOf(in Passage passage, int start, int end)
    {
        var text = passage.Text[start..end];
        Span<char> normal = stackalloc char[text.Length];
        var length = 0;
        if (text[0] == '+')
        {
            normal[length++] = '+';
        }

        var inner = text.IndexOf("(0)");
        length += Compact(inner < 0 ? text : text[..inner], normal[length..]);
        length += inner < 0 ? 0 : Compact(text[(inner + 3)..], normal[length..]);
        return passage.Run.Find(RedactionKind.Phone, start, end, normal[..length]);
    }

    private static int Compact(ReadOnlySpan<char> text, Span<char> digits)
    {
        var length = 0;
        foreach (var character in text)
        {
            if (char.IsAsciiDigit(character))
            {
                digits[length++] = character;
            }
        }

        return length;
    }
}
