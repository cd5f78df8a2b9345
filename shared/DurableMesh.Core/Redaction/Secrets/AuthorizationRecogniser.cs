using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// What an <c>Authorization</c> header carries, of whatever scheme (RFC 9110 section 11): a token, or parameters; and what a
/// <c>Cookie</c> header carries that looks made by a machine. What only speaks of a header stays.
/// </summary>
internal static class AuthorizationRecogniser
{
    /// <summary>The header of cookies, and the end of the one that sets them.</summary>
    public const string Cookie = "cookie:";

    private const string Basic = "basic";
    private const int MaxScheme = 32;
    private const int MinToken = 8;
    private const int MinBareToken = 16;

    private static readonly SearchValues<char> EndOfValue = SearchValues.Create("\r\n\"'`");

    private static readonly SearchValues<char> EndOfLine = SearchValues.Create("\r\n");

    private static readonly SearchValues<char> EndOfToken = SearchValues.Create(" \t\r\n\"'`,;<>)}");

    private static readonly SearchValues<char> Token68 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    /// <summary>Reads the value of the header.</summary>
    /// <param name="passage">The text.</param>
    /// <param name="start">Where the value starts.</param>
    /// <param name="finding">The token without its scheme, or the scheme's parameters.</param>
    public static bool TryReadValue(in Passage passage, int start, out Finding finding)
    {
        finding = default;
        var value = TextReading.Until(passage, start, EndOfValue);
        var blank = value[..Math.Min(value.Length, MaxScheme)].IndexOf(' ');
        var scheme = blank > 0 ? value[..blank] : default;
        if (scheme.ContainsAnyExcept(SecretForms.NameCharacters))
        {
            return false;
        }

        var from = TextReading.SkipBlanks(passage, start + Math.Max(0, blank));
        var token = TextReading.Until(passage, from, EndOfToken);
        var isBasic = scheme.Equals(Basic, StringComparison.OrdinalIgnoreCase);
        var isToken = isBasic ? token.Length >= MinToken && !token.ContainsAnyExcept(Token68)
            : token.Length >= (scheme.IsEmpty ? MinBareToken : MinToken) && SecretValues.IsMixed(token);
        if (SecretValues.IsReference(token) || SecretValues.IsCode(token))
        {
            return false;
        }

        // name=value: a list of parameters, one of which is the secret; quotes around values end nothing.
        if (!scheme.IsEmpty && !isBasic && token.IndexOf('=') is > 0 and var sign && sign < token.Length - 1
            && token[sign + 1] != '=')
        {
            var all = passage.Text[from..].StartsWith(token) && passage[from + token.Length] == '"'
                ? TextReading.Until(passage, from, EndOfLine)
                : TextReading.Until(passage, from, EndOfValue);
            finding = passage.Find(RedactionKind.BearerToken, from, from + all.Length);
            return SecretValues.IsMixed(all.ToString().Replace(" ", "", StringComparison.Ordinal));
        }

        if (!isToken)
        {
            return false;
        }

        finding = SecretFinding.Of(passage, RedactionKind.BearerToken, from, from + token.Length);
        return true;
    }

    /// <summary>Reads cookies: from the first that looks made by a machine to the last.</summary>
    public static bool TryReadCookies(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var start = at + Cookie.Length;
        var cookies = TextReading.Until(passage, start, EndOfValue);
        var (first, last) = (-1, -1);
        foreach (var part in cookies.Split(';'))
        {
            var cookie = cookies[part];
            var value = cookie[(cookie.IndexOf('=') + 1)..];
            if (value.Length >= MinBareToken && value.Length < cookie.Length && SecretValues.IsMixed(value)
                && !SecretValues.IsReference(value))
            {
                last = part.End.GetOffset(cookies.Length);
                first = first < 0 ? last - value.Length : first;
            }
        }

        if (first < 0)
        {
            return false;
        }

        finding = SecretFinding.Of(passage, RedactionKind.Credential, start + first, start + last);
        return true;
    }
}
