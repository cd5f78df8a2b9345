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

    private static readonly WordList Names = new(
        "phone", "phones", "telephone", "tel", "telefon", "telefono", "teléfono", "téléphone", "telefone", "telefoon",
        "telefonas", "fono", "tlf", "mobile", "mobil", "móvil", "movil", "celular", "cellulare", "cellphone", "fax", "msisdn",
        "whatsapp", "rufnummer", "handynummer", "telemóvel", "telemovel", "komórka", "komorka", "puhelin", "matkapuhelin", "sími",
        "gsm", "tālrunis", "mobilais", "telefonszám", "телефон", "мобільний", "мобилен", "τηλέφωνο", "κινητό", "טלפון", "נייד",
        "هاتف", "جوال", "電話", "電話番号", "携帯",
        "电话", "手机", "手機", "전화", "전화번호", "휴대폰", "핸드폰");

    /// <summary>Words that are names of it only with a colon behind.</summary>
    private static readonly WordList NamesWithColon = new("portable", "natel", "handy", "cell", "cep", "mob");

    /// <summary>What one does with a number.</summary>
    private static readonly WordList Verbs = new("call", "ring", "dial", "sms", "text", "reach", "ringe", "anrufen", "appelez");

    /// <summary>What stands between a number and a name that is not its own.</summary>
    private static readonly SearchValues<char> EndOfName = SearchValues.Create("0123456789\n");

    /// <summary>What may stand between two groups.</summary>
    private static readonly SearchValues<char> Separators = SearchValues.Create(" .-/()");

    private static readonly SuffixIndex<string> EndsOfNames = new(Names.Words, word => word);

    private static readonly string[] NorthAmerican = ["ddd-ddd-dddd", "ddd.ddd.dddd", "ddd) ddd-dddd", "ddd)ddd-dddd"];

    private static readonly string[] NorthAmericanWithCountry = ["d-ddd-ddd-dddd", "d ddd-ddd-dddd", "d (ddd) ddd-dddd"];

    private static readonly string[] Dates = ["dddd-dd-dd", "dddd/dd/dd", "dddd.dd.dd", "dd-dd-dddd", "dd/dd/dddd", "dd.dd.dddd"];

    /// <summary>Whether a member's plain name says that its value is a telephone number.</summary>
    public static bool IsNameOfPhone(ReadOnlySpan<char> plainName)
    {
        var name = plainName.EndsWith("number") || plainName.EndsWith("nummer") ? plainName[..^"number".Length] : plainName;
        foreach (var word in EndsOfNames.Of(name))
        {
            if (name.EndsWith(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a number behind <c>+</c>, or behind <c>00</c> where blanks or a word say that it is one.</summary>
    public static bool TryReadInternational(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        return passage[at - 1] == '+' ? !IsOperand(passage, at - 2) && passage[at] != '0' && !IsDecimal(passage, at)
                && TryReadGroups(passage, at - 1, at, CountryCodes.Digits(passage.Text[at..]), out finding)
            : passage[at] == '0' && passage[at + 1] == '0' && passage.StartsAt(at) && TryReadWithPrefix(passage, at, out finding);
    }

    /// <summary>Whether a sum is written and no number behind a plus; a placeholder is no operand.</summary>
    private static bool IsOperand(in Passage passage, int at) =>
        char.IsAsciiLetterOrDigit(passage[at]) || passage[at] == ')' || (passage[at] == ']' && passage[at - 9] != ':');

    private static bool TryReadWithPrefix(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var country = passage[at + 2] is ' ' or '-' ? at + 3 : at + 2;
        var isInDump = passage[at - 1] == ' ' && char.IsAsciiDigit(passage[at - 2]) && char.IsAsciiHexDigit(passage[at - 3]);
        if (passage[country] is < '1' or > '9' || isInDump || IsDecimal(passage, country))
        {
            return false;
        }

        // Numbers with zeros before them are common; groups, or somebody to call, are not.
        var behind = passage.CountDigits(country);
        var isGrouped = country == at + 3 || (behind < MinDigits && passage[country + behind] == ' ');
        return (isGrouped || passage.Member.IsPhone || IsNamedBefore(passage, at) || passage.IsNamed(at, NameDistance, Verbs))
            && TryReadGroups(passage, at, country, CountryCodes.Digits(passage.Text[country..]), out finding);
    }

    /// <summary>One point and nothing else between the digits: <c>+59.91273</c>.</summary>
    private static bool IsDecimal(in Passage passage, int at)
    {
        var point = at + passage.CountDigits(at);
        var end = point + 1 + passage.CountDigits(point + 1);
        return passage[point] == '.' && end > point + 1
            && !(Separators.Contains(passage[end]) && char.IsAsciiDigit(passage[end + 1]));
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
            if (mask[digits] == passage[at + digits] && Fits(passage, at, mask) && passage.EndsAt(end) && IsNorthAmerican(passage.Text[at..end]))
            {
                finding = FindingOf(passage, mask[3] == ')' && passage[at - 1] == '(' ? at - 1 : at, end);
                return true;
            }
        }

        var start = passage[at - 1] == '(' && passage.Text[at..Math.Min(at + 6, passage.Text.Length)].Contains(')') ? at - 1 : at;

        return (passage.Member.IsPhone || IsNamedBefore(passage, start)
                || (passage.Run.MentionsColumn && TableColumns.Says(passage, start, Names)))
            && !IsDate(passage, at)
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

    private static bool IsEnd(in Passage passage, int end) =>
        !char.IsAsciiLetterOrDigit(passage[end]) && !(passage[end] == '_' && char.IsAsciiLetterOrDigit(passage[end + 1]));

    private static bool IsNamedBefore(in Passage passage, int start)
    {
        // Most numbers without a name stand right behind another one.
        if (char.IsAsciiDigit(passage[start - 2]))
        {
            return false;
        }

        var before = passage.Before(start, NameDistance);
        before = before[(before.LastIndexOfAny(EndOfName) + 1)..];
        return Names.IsIn(before) || (before.TrimEnd().EndsWith(":") && NamesWithColon.IsIn(before));
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

    /// <summary>
    /// What tells the number is what stands behind the country and the zeros of the trunk: whom one calls from abroad
    /// with the country is whom others call without it.
    /// </summary>
    private static Finding FindingOf(in Passage passage, int start, int end)
    {
        var text = passage.Text[start..end];
        Span<char> room = stackalloc char[text.Length];
        var digits = room[..Compact(text, room)];
        var isInternational = text[0] == '+' || digits.StartsWith("00");
        digits = digits.TrimStart('0');
        digits = isInternational && digits.Length > 4 ? digits[CountryCodes.Length(digits)..].TrimStart('0')
            : digits.Length == 11 && digits[0] == '1' ? digits[1..]
            : digits;
        return passage.Run.Find(RedactionKind.Phone, start, end, digits);
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
