using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Secrets by the name they stand under, in JSON, YAML, XML, code, headers, environments, command lines, tables and prose. What
/// stands between the name and its value decides how the value ends and how sure it must look.
/// </summary>
internal static class CredentialRecogniser
{
    private const int MaxName = 64;
    private const int MaxElement = 120;
    private const int MaxGap = 40;

    private static readonly string[] Accessors = ["{ get; set; } =", "{ get; init; } =", "{ get; private set; } =", "{ get; } ="];

    /// <summary>What stands before a name that its value follows without a sign: <c>ENV NAME value</c>.</summary>
    private static readonly string[] Setters =
    [
        "ENV ", "ARG ", "setx ", "configure set ", "config set ", "secret set ", "setenv ", "env set ",
    ];

    private static readonly string[] Copulas = [" is ", " was ", " er ", " ist ", " är ", " est ", " es ", " jest "];

    private static readonly SearchValues<char> EndOfType = SearchValues.Create("=\"'`\r\n,;(){}");

    /// <summary>
    /// Takes the value of a JSON member whose name says that it is a secret; of an authorization all but its scheme.
    /// </summary>
    public static bool TryReadMember(Member member, ReadOnlySpan<char> value, RedactionRun run, out Finding finding)
    {
        var passage = new Passage { Text = value, Floor = 0, Member = member, Run = run };
        if (member.IsAuthorization && AuthorizationRecogniser.TryReadValue(passage, 0, out finding))
        {
            return true;
        }

        finding = default;
        if (!SecretValues.CanBe(member.Secret, value)
            || (member.Secret != SecretNature.Password && SecretValues.HasPlaceholder(value))
            || (PseudonymKey.StartsWithPlaceholder(value, out var length) && length == value.Length))
        {
            return false;
        }

        finding = SecretFinding.Of(passage, member.Secret, 0, value.Length);
        return true;
    }

    /// <summary>Reads a name that has a root at a place, what stands between, and the value.</summary>
    public static bool TryReadPair(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var (start, end) = (at, at);
        while (end - at <= MaxName && IsInName(passage[end]))
        {
            end++;
        }

        for (; end - at <= MaxName && at - start <= MaxName && IsInName(passage[start - 1]); start--)
        {
        }

        // A kind's name in a placeholder is no name of a secret.
        if (end - at > MaxName || (passage[start - 1] == '[' && passage[end] == ':'))
        {
            return false;
        }

        var name = passage.Text[start..end];
        var nature = SecretNames.NatureOf(name);
        if (nature == SecretNature.None)
        {
            return false;
        }

        var named = new NamedSecret { Passage = passage, Start = start, End = end, Nature = nature };
        return name.EndsWith("authorization", StringComparison.OrdinalIgnoreCase)
            ? TryReadAuthorization(named, out finding)
            : TryReadAssigned(named, out finding)
                || TryReadElement(named, out finding)
                || TryReadArgument(named, out finding)
                || TryReadSibling(named, out finding)
                || TryReadUnsigned(named, out finding);
    }

    private static bool IsInName(char character) => char.IsLetterOrDigit(character) || character is '_' or '-';

    private static bool TryReadAuthorization(in NamedSecret named, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var sign = TextReading.SkipBlanks(passage, AfterQuote(passage, named.End));
        if (passage[sign] is not (':' or '=' or ','))
        {
            return false;
        }

        var start = TextReading.SkipBlanks(passage, sign + 1);
        return AuthorizationRecogniser.TryReadValue(passage, AfterQuote(passage, start), out finding);
    }

    /// <summary>
    /// <c>name = value</c>, <c>name: value</c>, <c>name := value</c>, <c>name => value</c>, also with a type between.
    /// </summary>
    private static bool TryReadAssigned(in NamedSecret named, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var after = AfterQuote(passage, named.End);
        after += passage[after] == ']' ? 1 : 0;
        while (passage[after] == '*')
        {
            after++;
        }

        var sign = TextReading.SkipBlanks(passage, after);
        var (length, isEqual) = (passage[sign], passage[sign + 1]) switch
        {
            ('=', '=' or '~') or (':', ':') => (0, false),
            ('=', '>') => (2, false),
            ('=', _) => (1, true),
            (':', '=') or ('?', '=') => (2, true),
            ('<', '-') when passage[sign + 2] == ' ' => (2, false),
            (':', '/') when passage[sign + 2] == '/' => (0, false),
            (':', _) => (1, false),
            ('{', _) => (LengthOfAccessors(passage, sign), true),
            _ => (0, false),
        };
        if (length == 0)
        {
            return false;
        }

        var start = sign + length;
        var isTight = isEqual && length == 1 && sign == named.End && passage[start] is not (' ' or '\t');
        start = TextReading.SkipBlanks(passage, start);
        while (passage[named.Start - 1] == '*' && passage[start] == '*' && passage[start + 1] is '*' or ' ')
        {
            start = TextReading.SkipBlanks(passage, start + 1);
        }

        if (TextReading.TryOpenQuote(passage, start, out var quote))
        {
            return TryReadQuoted(named, quote, isStrict: false, out finding);
        }

        if (passage[start] is '\r' or '\n')
        {
            return !isEqual && named.Nature == SecretNature.Password && TryReadNextLine(named, start, out finding);
        }

        return (!isEqual && TryReadTyped(named, start, out finding))
            || BareSecretRecogniser.TryRead(named, start, isEqual, isTight, out finding);
    }

    /// <summary><c>password: str = "…"</c>, <c>let password: &amp;str = "…"</c>.</summary>
    private static bool TryReadTyped(in NamedSecret named, int start, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var type = passage.Text[start..Math.Min(passage.Text.Length, start + MaxGap)];
        var equal = type.IndexOfAny(EndOfType);
        if (equal <= 0 || type[equal] != '=')
        {
            return false;
        }

        var value = TextReading.SkipBlanks(passage, start + equal + 1);
        return TextReading.TryOpenQuote(passage, value, out var quote)
            && TryReadQuoted(named, quote, isStrict: false, out finding);
    }

    /// <summary>An XML element, or what stands in one whose attribute is the name.</summary>
    private static bool TryReadElement(in NamedSecret named, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var quoted = AfterQuote(passage, named.End) > named.End;
        var isElement = passage[named.Start - 1] == '<'
            || (passage[named.Start - 1] == ':'
                && passage.Before(named.Start, MaxGap).LastIndexOfAny("< \n/") is >= 0 and var open
                && passage.Before(named.Start, MaxGap)[open] == '<');
        var tail = passage.Text[named.End..Math.Min(passage.Text.Length, named.End + MaxElement)];
        var close = isElement || (quoted && tail.Length > 1 && tail[1] == '>') ? tail.IndexOfAny('>', '\n', '<') : -1;
        if (close < 0 || tail[close] != '>' || (close > 0 && tail[close - 1] == '/')
            || (isElement && close > 0 && tail[0] is not (' ' or '\t')))
        {
            return false;
        }

        var start = named.End + close + 1;
        var value = TextReading.Until(passage, start, TextReading.EndOfElement);
        if (value.StartsWith("![CDATA["))
        {
            return false;
        }

        return passage[start + value.Length] == '<'
            && SecretFinding.TryQuoted(named, start, value.Length, isStrict: !isElement, out finding);
    }

    /// <summary>
    /// The argument after a name in quotes, <c>("NAME", "value")</c>, or after a user's: <c>NetworkCredential("user", "…")</c>.
    /// </summary>
    private static bool TryReadArgument(in NamedSecret named, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var comma = AfterQuote(passage, named.End);
        if (comma == named.End)
        {
            if (passage[comma] != '(' || named.Nature != SecretNature.PerhapsKey
                || !TextReading.TryOpenQuote(passage, TextReading.SkipBlanks(passage, comma + 1), out var user))
            {
                return false;
            }

            comma = TextReading.CloseOf(passage, user) + 1;
            return comma > 0 && passage[comma] == ','
                && TextReading.TryOpenQuote(passage, TextReading.SkipBlanks(passage, comma + 1), out var password)
                && TryReadQuoted(named with { Nature = SecretNature.Password }, password, isStrict: true, out finding);
        }

        return passage[comma] == ','
            && TextReading.TryOpenQuote(passage, TextReading.SkipBlanks(passage, comma + 1), out var quote)
            && TryReadQuoted(named, quote, isStrict: true, out finding);
    }

    /// <summary>The name in one member or attribute, the value in the next: <c>name="DB_PASSWORD" value="…"</c>.</summary>
    private static bool TryReadSibling(in NamedSecret named, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var at = AfterQuote(passage, named.End);
        var gap = passage.Text[Math.Min(at, passage.Text.Length)..Math.Min(passage.Text.Length, at + MaxGap)];
        var next = gap.IndexOfAnyExcept(" \t\r\n,") is >= 0 and var some ? at + some : at;
        if (next == at)
        {
            return false;
        }

        if (at > named.End && passage[at] is '\r' or '\n' && TryReadNextLine(named, at, out finding))
        {
            return true;
        }

        next = AfterQuote(passage, next);
        if (!passage.Text[next..].StartsWith("value", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var sign = TextReading.SkipBlanks(passage, AfterQuote(passage, next + "value".Length));
        if (passage[sign] is not (':' or '='))
        {
            return false;
        }

        var start = TextReading.SkipBlanks(passage, sign + 1);
        return TextReading.TryOpenQuote(passage, start, out var quote)
            ? TryReadQuoted(named, quote, isStrict: false, out finding)
            : BareSecretRecogniser.TryRead(named, start, isEqual: false, isTight: false, out finding);
    }

    /// <summary>No sign between: a flag's value, <c>ENV NAME value</c>, a cell of a table, <c>the password is …</c>.</summary>
    private static bool TryReadUnsigned(in NamedSecret named, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        var after = named.End + (passage[named.End] == '`' ? 1 : 0);
        var start = TextReading.SkipBlanks(passage, after);
        if (start == after)
        {
            return false;
        }

        if (passage[start] == '|')
        {
            start = TextReading.SkipBlanks(passage, start + 1);
            return BareSecretRecogniser.TryReadMade(named, start + (passage[start] == '`' ? 1 : 0), out finding);
        }

        foreach (var copula in Copulas)
        {
            if (passage.Text[after..].StartsWith(copula))
            {
                start = TextReading.SkipBlanks(passage, after + copula.Length);
                return BareSecretRecogniser.TryReadMade(
                    named, start + (TextReading.IsQuote(passage[start]) ? 1 : 0), out finding);
            }
        }

        var isFlag = passage[named.Start] == '-';
        var isSet = EndsWithAny(passage.Before(named.Start, MaxGap), Setters);
        var isNetrc = named.Nature == SecretNature.Password && IsNetrc(passage.Before(named.Start, 2 * MaxGap));
        var isSql = named.Nature == SecretNature.Password && passage[start] == '\'';
        if (!isFlag && !isSet && !isNetrc && !isSql && passage[after] != '\t')
        {
            return false;
        }

        return TextReading.TryOpenQuote(passage, start, out var quote)
            ? TryReadQuoted(named, quote, isStrict: !isFlag, out finding)
            : isFlag ? BareSecretRecogniser.TryReadFlag(named, start, out finding)
            : BareSecretRecogniser.TryReadMade(named, start, out finding);
    }

    private static bool TryReadNextLine(in NamedSecret named, int start, out Finding finding)
    {
        finding = default;
        var passage = named.Passage;
        for (var skipped = 0; skipped < MaxGap && passage[start] is '\r' or '\n' or ' ' or '\t'; skipped++)
        {
            start++;
        }

        var value = TextReading.Until(passage, start, TextReading.EndOfLine);
        return value.Length >= 8 && SecretValues.IsMixed(value) && !value.Contains(':') && !value.Contains('=')
            && BareSecretRecogniser.TryReadMade(named, start, out finding);
    }

    private static bool TryReadQuoted(in NamedSecret named, Quote quote, bool isStrict, out Finding finding)
    {
        finding = default;
        var close = TextReading.CloseOf(named.Passage, quote);
        if (close < 0)
        {
            return BareSecretRecogniser.TryReadMade(named, quote.Start, out finding);
        }

        var length = close - quote.Start;
        return !(quote.IsTemplate && named.Passage.Text.Slice(quote.Start, length).Contains('{'))
            && SecretFinding.TryQuoted(named, quote.Start, length, isStrict, out finding);
    }

    private static int AfterQuote(in Passage passage, int at) => at + (TextReading.IsQuote(passage[at]) ? 1 : 0);

    private static bool IsNetrc(ReadOnlySpan<char> before) =>
        before.Contains("login ", StringComparison.Ordinal) || before.Contains("machine ", StringComparison.Ordinal);

    private static int LengthOfAccessors(in Passage passage, int at)
    {
        foreach (var accessors in Accessors)
        {
            if (passage.Text[at..].StartsWith(accessors))
            {
                return accessors.Length;
            }
        }

        return 0;
    }

    private static bool EndsWithAny(ReadOnlySpan<char> text, string[] ends)
    {
        foreach (var end in ends)
        {
            if (text.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
