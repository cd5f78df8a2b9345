using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// What stands behind the scheme "Bearer" (RFC 6750), and JSON Web Tokens wherever they stand. A word behind "Bearer" is no
/// token.
/// </summary>
internal static class BearerTokenRecogniser
{
    /// <summary>What a JSON Web Token begins with.</summary>
    public const string JsonWebToken = "eyJ";

    /// <summary>What stands before a token.</summary>
    public const string Bearer = "bearer ";

    private const int MinToken = 16;

    private static readonly SearchValues<char> Token68 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    private static readonly SearchValues<char> Base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        return passage.Text[at..].StartsWith(JsonWebToken) ? TryReadJsonWebToken(passage, at, out finding)
            : passage.Text[at..].StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && TryReadToken(passage, at, out finding);
    }

    private static bool TryReadToken(in Passage passage, int scheme, out Finding finding)
    {
        finding = default;
        var start = scheme + Bearer.Length;
        var token = Run(passage, start, Token68).TrimEnd('.');
        if (token.Length < MinToken || !SecretValues.IsMixed(token) || char.IsAsciiLetterOrDigit(passage[scheme - 1]))
        {
            return false;
        }

        finding = SecretFinding.Of(passage, RedactionKind.BearerToken, start, start + token.Length);
        return true;
    }

    /// <summary>
    /// Header, claims (a JSON object too, so <c>eyJ</c> again) and a signature, which an unsecured one has not.
    /// </summary>
    public static bool TryReadJsonWebToken(in Passage passage, int at, out Finding finding)
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
