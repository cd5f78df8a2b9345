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

    /// <summary>What stands before the private lines of a key of PuTTY.</summary>
    public const string PrivateLines = "private-lines:";

    /// <summary>Blanks, and what quotes a mail or marks a line of a diff.</summary>
    private const string BeforeLine = " \t\r\n>+|";

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
        if (!text[at..].StartsWith(Begin))
        {
            return false;
        }

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

        finding = FindingOf(passage, at, stop);
        return true;
    }

    /// <summary>Reads the lines of a key of PuTTY, from what says how many they are.</summary>
    public static bool TryReadLines(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var line = passage.Text[at..Math.Min(passage.Text.Length, at + MaxLabel)].IndexOf('\n');
        if (line < 0)
        {
            return false;
        }

        var start = at + line + 1;
        var length = CutOff(passage.Text.Slice(start, Math.Min(MaxBlock, passage.Text.Length - start)));
        finding = length > 0 ? FindingOf(passage, start, start + length) : default;
        return length > 0;
    }

    /// <summary>How its lines end does not make another key.</summary>
    private static Finding FindingOf(in Passage passage, int start, int end)
    {
        var room = ArrayPool<char>.Shared.Rent(end - start);
        var length = 0;
        foreach (var character in passage.Text[start..end])
        {
            if (!char.IsWhiteSpace(character))
            {
                room[length++] = character;
            }
        }

        var finding = passage.Run.Find(RedactionKind.PrivateKey, start, end, room.AsSpan(0, length));
        ArrayPool<char>.Shared.Return(room);
        return finding;
    }

    /// <summary>The length of the lines that can be a key's.</summary>
    private static int CutOff(ReadOnlySpan<char> rest)
    {
        var length = 0;
        while (length < rest.Length)
        {
            var line = rest[length..].TrimStart(BeforeLine);
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
