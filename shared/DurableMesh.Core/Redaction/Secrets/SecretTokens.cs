using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Keys that carry their issuer's prefix. A key stands alone: no letter, digit, hyphen or underscore before it, so that no two
/// places share a run of characters.
/// </summary>
internal static class SecretTokens
{
    private static readonly SearchValues<char> Alphanumeric =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly SearchValues<char> Capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>What names and keys are made of.</summary>
    public static SearchValues<char> NameCharacters { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private static readonly SearchValues<char> Dotted =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    private static readonly Format[] Formats =
    [
        new("AKIA", Capitals, 16, 16),                      // AWS access key ids: long-lived, temporary
        new("ASIA", Capitals, 16, 16),
        new("AIza", NameCharacters, 35, 35),                         // Google
        new("GOCSPX-", NameCharacters, 28, 28),
        new("ya29.", Dotted, 40),
        new("github_pat_", NameCharacters, 40),                      // GitHub
        new("ghp_", Alphanumeric, 36),
        new("gho_", Alphanumeric, 36),
        new("ghu_", Alphanumeric, 36),
        new("ghs_", Alphanumeric, 36),
        new("ghr_", Alphanumeric, 36),
        new("glpat-", Dotted, 20),                          // GitLab
        new("gldt-", NameCharacters, 20),
        new("glrt-", NameCharacters, 20),
        new("xoxb-", NameCharacters, 20),                            // Slack
        new("xoxp-", NameCharacters, 20),
        new("xoxa-", NameCharacters, 20),
        new("xoxr-", NameCharacters, 20),
        new("xoxs-", NameCharacters, 20),
        new("xapp-", NameCharacters, 20),
        new("sk_live_", Alphanumeric, 16),                  // Stripe
        new("sk_test_", Alphanumeric, 16),
        new("rk_live_", Alphanumeric, 16),
        new("rk_test_", Alphanumeric, 16),
        new("whsec_", NameCharacters, 24),
        new("sk-ant-", NameCharacters, 24),                          // Anthropic
        new("sk-", NameCharacters, 20) { Mixed = true },             // OpenAI, and many that follow it
        new("hf_", Alphanumeric, 30),                       // Hugging Face
        new("npm_", Alphanumeric, 36),
        new("pypi-AgEIcHlwaS5vcmc", NameCharacters, 50),
        new("SG.", Dotted, 60),                             // SendGrid
        new("shpat_", Alphanumeric, 32),                    // Shopify
        new("dop_v1_", Alphanumeric, 64),                   // DigitalOcean
        new("AGE-SECRET-KEY-1", Capitals, 58, 58),
        new("dmk_", NameCharacters, 40) { Kind = RedactionKind.BearerToken },
    ];

    private static readonly Format[][] ByFirst =
        [.. Enumerable.Range(0, 128).Select(first => Formats.Where(format => format.Prefix[0] == first).ToArray())];

    /// <summary>What the keys begin with.</summary>
    public static IEnumerable<string> Prefixes { get; } = Formats.Select(format => format.Prefix);

    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        if (!char.IsAscii(passage[at]) || NameCharacters.Contains(passage[at - 1]))
        {
            return false;
        }

        foreach (var format in ByFirst[passage[at]])
        {
            if (passage.Text[at..].StartsWith(format.Prefix))
            {
                return format.TryRead(passage, at, out finding);
            }
        }

        return false;
    }

    /// <summary>How an issuer writes its keys.</summary>
    private sealed record Format(string Prefix, SearchValues<char> Characters, int Least, int Most = int.MaxValue)
    {
        public RedactionKind Kind { get; init; } = RedactionKind.CloudKey;

        /// <summary>Whether the prefix alone is so common that the rest must look made by a machine.</summary>
        public bool Mixed { get; init; }

        public bool TryRead(in Passage passage, int at, out Finding finding)
        {
            finding = default;
            var rest = passage.Text[(at + Prefix.Length)..];
            var length = rest[..(rest.IndexOfAnyExcept(Characters) is >= 0 and var end ? end : rest.Length)].TrimEnd('.').Length;
            if (length < Least || length > Most || (Mixed && !IsMixed(rest[..length])))
            {
                return false;
            }

            var stop = at + Prefix.Length + length;
            finding = passage.Find(Kind, at, stop);
            return true;
        }

        private static bool IsMixed(ReadOnlySpan<char> text) => SecretNames.IsMixed(text) && text.ContainsAnyInRange('A', 'Z');
    }
}
