using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Secrets in URLs: the password before the host, a token that stands for the user, the signature or key in a query; and the two
/// like it that are no URLs, a Go data source <c>user:password@tcp(host)</c> and a line of a <c>.pgpass</c>.
/// </summary>
internal static class UrlSecretRecogniser
{
    private const string Port = ":5432:";
    private const string AnyPort = ":*:";
    private const int MaxUserInfo = 256;
    private const int MaxUser = 64;
    private const int MinToken = 20;
    private const int MinSignature = 16;

    private static readonly SearchValues<char> EndOfUrl = SearchValues.Create("\"'<> \t\r\n`");
    private static readonly SearchValues<char> EndOfAuthority = SearchValues.Create("/?#\"'<> \t\r\n`");
    private static readonly SearchValues<char> EndOfField = SearchValues.Create(" \t\r\n\"'`");
    private static readonly SearchValues<char> InSignature =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/%=-_.~");

    private static readonly string[] Queries = ["sig=", "code=", "key=", "signature=", "session=", "sid=", "appid="];

    /// <summary>What the scan looks for: names in a query that alone say nothing, and the ports of a <c>.pgpass</c>.</summary>
    public static IEnumerable<string> Triggers { get; } =
    [
        "sig=", "code=", "signature=", "session=", "sid=", "appid=", "key=", "?key=", "&key=", Port, AnyPort,
    ];

    /// <summary>Reads the password in <c>scheme://user:…@host</c> from the colon of the scheme.</summary>
    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var start = at + 3;
        if (passage[at + 1] != '/' || passage[at + 2] != '/')
        {
            return false;
        }

        var url = Until(passage, start, EndOfUrl);
        var user = Until(passage, start, EndOfAuthority);
        var colon = user.IndexOf(':');
        var host = LastAt(passage, start, url, Math.Max(colon, 0));
        if (host < 0 || SecretValues.HasPlaceholder(url[..host]))
        {
            return false;
        }

        if (colon < 0)
        {
            return host < user.Length && host >= MinToken && SecretValues.IsMixed(url[..host])
                && TryFind(passage, start, start + host, out finding);
        }

        // A port and a path with an @ in it is no password.
        var password = url[(colon + 1)..host];
        var isPort = host > user.Length && !user[(colon + 1)..].ContainsAnyExceptInRange('0', '9');
        return !isPort && !SecretValues.IsReference(password) && !SecretValues.IsName(password)
            && char.IsLetterOrDigit(passage[start + host + 1]) | passage[start + host + 1] is '[' or '_'
            && TryFind(passage, start + colon + 1, start + host, out finding);
    }

    /// <summary>Reads <c>user:password@tcp(host)</c> from the <c>@</c>.</summary>
    public static bool TryReadDataSource(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var rest = passage.Text[(at + 1)..];
        if (!rest.StartsWith("tcp(") && !rest.StartsWith("unix(") && !rest.StartsWith("protocol("))
        {
            return false;
        }

        var before = passage.Before(at, MaxUser);
        before = before[(before.LastIndexOfAny(EndOfField) + 1)..];
        var colon = before.IndexOf(':');
        var password = before[(colon + 1)..];
        return colon > 0 && !password.IsEmpty && !SecretValues.IsReference(password) && !SecretValues.IsName(password)
            && TryFind(passage, at - before.Length + colon + 1, at, out finding);
    }

    /// <summary>Reads the signature of a shared link, or the key of a function, in a URL's query.</summary>
    public static bool TryReadQuery(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        at += passage.Text[at] is '?' or '&' ? 1 : 0;
        if (passage[at] is not ('s' or 'S' or 'c' or 'C' or 'k' or 'K' or 'a' or 'A'))
        {
            return false;
        }

        foreach (var name in Queries)
        {
            if (!passage.Text[at..].StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var begin = at;
            while (at - begin < MaxUser && (char.IsAsciiLetterOrDigit(passage[begin - 1]) || passage[begin - 1] is '-' or '_'))
            {
                begin--;
            }

            var start = at + name.Length;
            var value = TextReading.Until(passage, start, EndOfField);
            value = value.IndexOfAnyExcept(InSignature) is >= 0 and var end ? value[..end] : value;
            var least = name is "code=" ? 2 * MinSignature : MinSignature;
            if (passage[begin - 1] is not ('?' or '&' or ';') || value.Length < least || !SecretValues.IsMixed(value))
            {
                return false;
            }

            finding = SecretFinding.Of(passage, RedactionKind.CloudKey, start, start + value.Length);
            return true;
        }

        return false;
    }

    /// <summary>Reads the last field of <c>host:port:database:user:password</c> from the colon before the port.</summary>
    public static bool TryReadPgpass(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        if (!(passage.Text[at..].StartsWith(Port) || passage.Text[at..].StartsWith(AnyPort))
            || !(char.IsLetterOrDigit(passage[at - 1]) || passage[at - 1] == '*'))
        {
            return false;
        }

        var start = at + 1;
        for (var field = 0; field < 3; field++)
        {
            var value = TextReading.Until(passage, start, EndOfField);
            var colon = value.IndexOf(':');
            if (colon <= 0 || colon > MaxUser)
            {
                return false;
            }

            start += colon + 1;
        }

        var password = TextReading.Until(passage, start, EndOfField);
        return !password.IsEmpty && !SecretValues.IsReference(password) && !SecretValues.IsName(password)
            && TryFind(passage, start, start + password.Length, out finding);
    }

    /// <summary>What stands up to one of some characters that are written as themselves; others are a part of it.</summary>
    private static ReadOnlySpan<char> Until(in Passage passage, int start, SearchValues<char> ends)
    {
        var url = passage.Text.Slice(start, Math.Min(MaxUserInfo, passage.Text.Length - start));
        for (var at = 0; at < url.Length && url[at..].IndexOfAny(ends) is >= 0 and var found; at++)
        {
            at += found;
            if (passage.WidthOf(start + at) == 1)
            {
                return url[..at];
            }
        }

        return url;
    }

    private static bool TryFind(in Passage passage, int start, int end, out Finding finding)
    {
        finding = end > start ? SecretFinding.Of(passage, RedactionKind.Credential, start, end) : default;
        return end > start;
    }

    /// <summary>
    /// The <c>@</c> before the host: the last before the path begins; one that was written <c>%40</c> is the password's.
    /// </summary>
    private static int LastAt(in Passage passage, int start, ReadOnlySpan<char> url, int from)
    {
        var last = -1;
        for (var at = url[from..].IndexOf('@') is >= 0 and var first ? from + first : url.Length; at < url.Length; at++)
        {
            if (url[at] == '@' && passage.WidthOf(start + at) == 1)
            {
                last = at;
            }
            else if (last >= 0 && url[at] is '/' or '?' or '#')
            {
                break;
            }
        }

        return last;
    }
}
