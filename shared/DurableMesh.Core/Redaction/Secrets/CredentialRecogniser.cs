using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Secrets by the name they stand under: <c>Password=…;</c> in a connection string, <c>API_KEY=…</c> in an environment,
/// <c>"clientSecret": "…"</c> in JSON or code, the password in a URL. What refers to a secret instead (<c>$PASSWORD</c>,
/// <c>{password}</c>, <c>password=password)</c>, <c>password: string</c>) stays.
/// </summary>
internal static class CredentialRecogniser
{
    private const int MaxName = 40;
    private const int MaxValue = 1024;
    private const int MaxUserInfo = 256;

    private static readonly SearchValues<char> EndOfWord = SearchValues.Create(" \t\r\n\"'`;,&<>)]}|\\");
    private static readonly SearchValues<char> EndOfPart = SearchValues.Create("\r\n\"';");
    private static readonly SearchValues<char> EndOfUserInfo = SearchValues.Create("@/?#\\\"'<> \t\r\n");
    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/%=-_");

    /// <summary>What all names of secrets in a text have, and where the scan stops.</summary>
    public static IEnumerable<string> Roots { get; } =
    [
        "pwd", "password", "passwd", "passphrase", "secret", "token", "apikey", "api_key", "api-key", "accountkey", "account_key",
        "accesskey", "access_key", "storagekey", "functions-key", "privatekey", "private_key", "signingkey", "signing_key",
        "encryptionkey", "encryption_key", "sig=", "code=",
    ];

    private static readonly string[][] RootsByFirst =
        [.. Enumerable.Range(0, 32).Select(first => Roots.Where(root => root[0] % 32 == first).ToArray())];

    /// <summary>Takes the whole value of a JSON member whose name says that it is a secret.</summary>
    public static bool TryReadMember(Member member, ReadOnlySpan<char> value, RedactionRun run, out Finding finding)
    {
        finding = default;
        if (!SecretNames.CanBe(member.Secret, value)
            || (PseudonymKey.StartsWithPlaceholder(value, out var length) && length == value.Length))
        {
            return false;
        }

        finding = run.Find(KindOf(member.Secret), 0, value.Length, value);
        return true;
    }

    /// <summary>Reads a name that begins at a root, what stands between, and the value.</summary>
    public static bool TryReadPair(in Passage passage, int at, out Finding finding)
    {
        if (TryReadSignature(passage, at, out finding))
        {
            return true;
        }

        if (!IsRoot(passage, at))
        {
            return false;
        }

        var (start, end) = (at, at);
        while (end - at <= MaxName && IsInName(passage[end]))
        {
            end++;
        }

        while (at - start <= MaxName && IsInName(passage[start - 1]))
        {
            start--;
        }

        // A kind's name in a placeholder is no name of a secret.
        if (end - at > MaxName || passage[start - 1] == '[')
        {
            return false;
        }

        var nature = SecretNames.NatureOf(Vocabulary.Plain(passage.Text[start..end], stackalloc char[MaxName]));
        return nature != SecretNature.None && TryReadValue(passage, start, end, nature, out finding);
    }

    /// <summary>Reads the password in <c>scheme://user:…@host</c> from the colon of the scheme.</summary>
    public static bool TryReadUrl(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var start = at + 3;
        if (passage[at + 1] != '/' || passage[at + 2] != '/')
        {
            return false;
        }

        var userInfo = passage.Text.Slice(start, Math.Min(MaxUserInfo, passage.Text.Length - start));
        var end = userInfo.IndexOfAny(EndOfUserInfo);
        var colon = end > 0 && userInfo[end] == '@' ? userInfo[..end].IndexOf(':') : -1;
        if (colon < 0 || colon == end - 1 || IsReference(userInfo[(colon + 1)..end]))
        {
            return false;
        }

        finding = passage.Find(RedactionKind.Credential, start + colon + 1, start + end);
        return true;
    }

    private static bool IsInName(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';

    private static bool IsRoot(in Passage passage, int at)
    {
        foreach (var root in RootsByFirst[passage[at] % RootsByFirst.Length])
        {
            if (passage.Text[at..].StartsWith(root, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryReadValue(in Passage passage, int nameStart, int nameEnd, SecretNature nature, out Finding finding)
    {
        finding = default;
        var quoted = passage[nameEnd] == '\\' ? 2 : passage[nameEnd] is '"' or '\'' ? 1 : 0;
        var sign = SkipBlanks(passage, nameEnd + quoted);
        if (passage[sign] is not ('=' or ':') || passage[sign + 1] is '=' or '>' or ':')
        {
            return false;
        }

        var start = SkipBlanks(passage, sign + 1);
        var escape = passage[start] == '\\' ? 1 : 0;
        if (passage[start + escape] is '"' or '\'')
        {
            start += escape + 1;
            var quotedValue = ValueFrom(passage, start, EndOfWord);
            var closes = passage[start + quotedValue.Length] is '"' or '\'' or '\\';
            return closes && quotedValue.Length >= 4 && IsSecret(passage, nature, start, quotedValue.Length, out finding);
        }

        if (IsInConnectionString(passage, nameStart) && passage[sign] == '=')
        {
            return IsSecret(passage, nature, start, ValueFrom(passage, start, EndOfPart).TrimEnd().Length, out finding);
        }

        var value = ValueFrom(passage, start, EndOfWord);
        var isTight = passage[sign] == '=' && start == sign + 1;
        var isCode = passage[start + value.Length] is ')' or ',' or ']' or '}' && !SecretNames.IsMixed(value);
        return (isTight ? !isCode : nature == SecretNature.Password && value.Length >= 6 && SecretNames.IsMixed(value))
            && IsSecret(passage, nature, start, value.Length, out finding);
    }

    private static bool IsSecret(in Passage passage, SecretNature nature, int start, int length, out Finding finding)
    {
        finding = default;
        var value = passage.Text.Slice(start, length);
        if (!SecretNames.CanBe(nature, value) || IsReference(value))
        {
            return false;
        }

        finding = passage.Find(KindOf(nature), start, start + length);
        return true;
    }

    /// <summary>The signature of a shared access link, or the key of a function, in a URL's query.</summary>
    private static bool TryReadSignature(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var length = passage.Text[at..].StartsWith("sig=") ? 4 : passage.Text[at..].StartsWith("code=") ? 5 : 0;
        if (length == 0 || passage[at - 1] is not ('?' or '&' or ';'))
        {
            return false;
        }

        var start = at + length;
        var value = passage.Text.Slice(start, Math.Min(MaxValue, passage.Text.Length - start));
        value = value.IndexOfAnyExcept(Base64) is >= 0 and var end ? value[..end] : value;
        if (value.Length < 32 || !SecretNames.IsMixed(value))
        {
            return false;
        }

        finding = passage.Find(RedactionKind.CloudKey, start, start + value.Length);
        return true;
    }

    private static bool IsReference(ReadOnlySpan<char> value) =>
        value.IsEmpty || value[0] is '$' or '{' or '<' or '%' or '*' or '[' or '(' or '/' or '.' or '…'
        || value.ContainsAny("(") || value is "null" or "None" or "none" or "undefined" or "true" or "false";

    private static bool IsInConnectionString(in Passage passage, int nameStart)
    {
        var before = passage.Before(nameStart, MaxName).TrimEnd();
        return before.EndsWith(";")
            || (passage[nameStart - 1] == ' ' && before.LastIndexOfAny(";\r\n\"") is >= 0 and var at && before[at] == ';');
    }

    private static ReadOnlySpan<char> ValueFrom(in Passage passage, int start, SearchValues<char> ends)
    {
        var rest = passage.Text[start..];
        rest = rest[..Math.Min(MaxValue, rest.Length)];
        return rest.IndexOfAny(ends) is >= 0 and var end ? rest[..end] : rest;
    }

    private static int SkipBlanks(in Passage passage, int at)
    {
        for (var i = 0; i < 2 && passage[at] == ' '; i++)
        {
            at++;
        }

        return at;
    }

    private static RedactionKind KindOf(SecretNature nature) =>
        nature == SecretNature.CloudKey ? RedactionKind.CloudKey : RedactionKind.Credential;
}
