using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// Private keys as PEM blocks (RFC 7468, OpenSSH, OpenPGP), also those whose line ends are written <c>\n</c>. Of a block that was
/// cut off, the lines that are there; a mere mention of the markers is no key.
/// </summary>
internal static class PrivateKeyRecogniser
{
    /// <summary>What a block begins with.</summary>
    public const string Begin = "-----BEGIN ";

    private const string Dashes = "-----";
    private const int MaxLabel = 64;
    private const int MaxBlock = 64 * 1024;
    private const int MinKey = 24;

    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\\");

    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var text = passage.Text;
        var label = text.Slice(at + Begin.Length, Math.Min(MaxLabel, text.Length - at - Begin.Length));
        var labelEnd = label.IndexOf(Dashes);
        if (labelEnd < 0 || !label[..labelEnd].Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return false;
        }

        var start = at + Begin.Length + labelEnd + Dashes.Length;
        var rest = text.Slice(start, Math.Min(MaxBlock, text.Length - start));
        var end = rest.IndexOf(Dashes) is >= 0 and var found ? found : rest.Length;
        var length = rest[end..].StartsWith("-----END ") ? end : CutOff(rest[..end]);
        if (!HasKey(rest[..length]))
        {
            return false;
        }

        var stop = start + length;
        if (length == end && text[stop..].StartsWith("-----END "))
        {
            var tail = text.Slice(stop + Dashes.Length, Math.Min(MaxLabel, text.Length - stop - Dashes.Length));
            stop += Dashes.Length + (tail.IndexOf(Dashes) is >= 0 and var close ? close + Dashes.Length : 0);
        }

        finding = passage.Find(RedactionKind.PrivateKey, at, stop);
        return true;
    }

    /// <summary>The length of the lines that can be a key's.</summary>
    private static int CutOff(ReadOnlySpan<char> rest)
    {
        var length = 0;
        while (length < rest.Length)
        {
            var line = rest[length..].TrimStart();
            var start = rest.Length - line.Length;
            var end = line.IndexOfAnyExcept(Base64) is >= 0 and var other ? other : line.Length;
            if (end < MinKey)
            {
                break;
            }

            length = start + end;
        }

        return length;
    }

    private static bool HasKey(ReadOnlySpan<char> block)
    {
        for (var rest = block; rest.Length >= MinKey;)
        {
            var end = rest.IndexOfAnyExcept(Base64) is >= 0 and var other ? other : rest.Length;
            if (end >= MinKey)
            {
                return true;
            }

            rest = rest[Math.Min(rest.Length, end + 1)..];
        }

        return false;
    }
}
