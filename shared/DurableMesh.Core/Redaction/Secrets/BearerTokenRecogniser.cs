using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// What an <c>Authorization</c> header carries (RFC 6750, RFC 7617), and JSON Web Tokens wherever they stand. A word behind
/// "Bearer" is no token.
/// </summary>
internal static class BearerTokenRecogniser
{
    /// <summary>What a JSON Web Token begins with.</summary>
    public const string JsonWebToken = "eyJ";

    private const string Bearer = "bearer ";
    private const string Basic = "basic ";
    private const int MinToken = 16;
    private const int MinTokenInHeader = 8;

    private static readonly SearchValues<char> Token68 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    private static readonly SearchValues<char> Base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>What stands before a token.</summary>
    public static IEnumerable<string> Schemes { get; } = [Bearer, Basic];

    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var rest = passage.Text[at..];
        return rest.StartsWith(JsonWebToken) ? TryReadJsonWebToken(passage, at, out finding)
            : rest.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? TryReadToken(passage, at, at + Bearer.Length, needsHeader: false, out finding)
            : rest.StartsWith(Basic, StringComparison.OrdinalIgnoreCase)
                && TryReadToken(passage, at, at + Basic.Length, needsHeader: true, out finding);
    }

    private static bool TryReadToken(in Passage passage, int scheme, int start, bool needsHeader, out Finding finding)
    {
        finding = default;
        var inHeader = passage.Before(scheme, 20).Contains("authorization", StringComparison.OrdinalIgnoreCase);
        var token = Run(passage, start, Token68).TrimEnd('.');
        var isToken = needsHeader
            ? inHeader && token.Length >= MinTokenInHeader && !token.Contains('_')
            : token.Length >= (inHeader ? MinTokenInHeader : MinToken) && SecretNames.IsMixed(token);
        if (!isToken || char.IsAsciiLetterOrDigit(passage[scheme - 1]))
        {
            return false;
        }

        finding = passage.Find(RedactionKind.BearerToken, start, start + token.Length);
        return true;
    }

    /// <summary>
    /// Header, claims (a JSON object too, so <c>eyJ</c> again) and a signature, which an unsecured one has not.
    /// </summary>
    private static bool TryReadJsonWebToken(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        if (Base64Url.Contains(passage[at - 1]))
        {
            return false;
        }

        var header = Run(passage, at, Base64Url);
        var claimsAt = at + header.Length + 1;
        if (header.Length < 12 || passage[claimsAt - 1] != '.' || !passage.Text[claimsAt..].StartsWith(JsonWebToken))
        {
            return false;
        }

        var claims = Run(passage, claimsAt, Base64Url);
        var end = claimsAt + claims.Length;
        var signature = passage[end] == '.' ? Run(passage, end + 1, Base64Url).Length : 0;
        end += signature > 0 ? 1 + signature : 0;
        finding = passage.Find(RedactionKind.BearerToken, at, end);
        return true;
    }

    private static ReadOnlySpan<char> Run(in Passage passage, int start, SearchValues<char> characters)
    {
        var rest = start < passage.Text.Length ? passage.Text[start..] : default;
        return rest.IndexOfAnyExcept(characters) is >= 0 and var end ? rest[..end] : rest;
    }
}
