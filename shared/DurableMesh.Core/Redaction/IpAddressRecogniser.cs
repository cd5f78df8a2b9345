using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// IP addresses of hosts. Loopback, unspecified, mask and network addresses (10.1.0.0/16, 2001:db8::) are nobody's and stay, and
/// so does a number of four parts that is rather a version, an object identifier or a section: what stands before it says so, or
/// every part is less than a hundred and nothing says that it is an address.
/// </summary>
internal static class IpAddressRecogniser
{
    private const int MaxV6 = 45;
    private const int MaxShortWord = 5;

    private static readonly SearchValues<char> V6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private static readonly SearchValues<char> EndOfPath = SearchValues.Create(" \t\r\n\"'(<");

    private static readonly SuffixIndex<string> NotBefore = new(
        [
            "version", "versions", "ver", "release", "section", "sec", "chapter", "clause", "appendix", "figure", "table",
            "build", "paragraph", "oid", "nt", "rfc", "ecma-262", "bump", "upgrade",
        ],
        word => word);

    private static readonly WordList NamesOfAddress = new(
        "ip", "addr", "address", "host", "client", "peer", "server", "remote", "src", "dst", "source", "destination", "dns",
        "gateway", "gw", "ping", "ssh", "listen", "endpoint", "forwarded", "nameserver", "proxy", "node", "router", "login");

    /// <summary>Reads an IPv4 address that starts at a digit.</summary>
    public static bool TryReadV4(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        if (char.IsAsciiLetterOrDigit(passage[at - 1]) || passage[at - 1] is '.' or '§')
        {
            return false;
        }

        Span<int> parts = stackalloc int[4];
        var end = at;
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && passage[end++] != '.')
            {
                return false;
            }

            var start = end;
            while (end - start < 3 && char.IsAsciiDigit(passage[end]))
            {
                parts[part] = parts[part] * 10 + passage[end++] - '0';
            }

            if (end == start || parts[part] > 255 || (end - start > 1 && passage[start] == '0'))
            {
                return false;
            }
        }

        if (!IsAlone(parts, passage, at, end) || !IsHost(parts, passage, at, end)
            || passage.Member.IsVersion || IsOtherwiseNamed(passage, at))
        {
            return false;
        }

        finding = passage.Find(RedactionKind.IpAddress, at, end);
        return true;
    }

    /// <summary>
    /// Reads an IPv6 address from its first colon. Every address that may belong to a host has four digits in its first group
    /// (2000::/3, fc00::/7, fe80::/10, ff00::/8), which is what tells it from times, hardware addresses and <c>a::b</c> in code.
    /// </summary>
    public static bool TryReadV6(in Passage passage, int colon, out Finding finding)
    {
        finding = default;
        var start = colon - 4;
        if (start < passage.Floor || !IsHostGroup(passage, start) || passage.Text[start..colon].ContainsAnyExcept(V6Characters)
            || char.IsAsciiLetterOrDigit(passage[start - 1]) || passage[start - 1] is ':' or '.' or '-' or '_')
        {
            return false;
        }

        var rest = passage.Text.Slice(start, Math.Min(MaxV6 + 1, passage.Text.Length - start));
        var length = rest.IndexOfAnyExcept(V6Characters) is var other && other < 0 ? rest.Length : other;
        while (length > 5 && (rest[length - 1] == '.' || (rest[length - 1] == ':' && rest[length - 2] != ':')))
        {
            length--;
        }

        if (length > MaxV6 || rest[..length].EndsWith("::") || char.IsAsciiLetterOrDigit(passage[start + length])
            || !IPAddress.TryParse(rest[..length], out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<char> normal = stackalloc char[MaxV6];
        address.TryFormat(normal, out var written);
        finding = passage.Run.Find(RedactionKind.IpAddress, start, start + length, normal[..written]);
        return true;
    }

    private static bool IsHostGroup(in Passage passage, int start) => char.ToLowerInvariant(passage[start]) switch
    {
        '2' or '3' => true,
        'f' => char.ToLowerInvariant(passage[start + 1]) is 'c' or 'd' or 'f'
            || (passage[start + 1] is 'e' or 'E' && char.ToLowerInvariant(passage[start + 2]) is '8' or '9' or 'a' or 'b'),
        _ => false,
    };

    private static bool IsHost(ReadOnlySpan<int> parts, in Passage passage, int at, int end)
    {
        var hasPrefix = passage[end] == '/' && char.IsAsciiDigit(passage[end + 1]);
        var hasPort = passage[end] == ':' && char.IsAsciiDigit(passage[end + 1]);
        var isNetwork = hasPrefix && IsNetwork(parts, passage, end);
        var isSmall = parts[0] != 10 && !parts.ContainsAnyInRange(100, 255);
        return parts[0] is not (0 or 127) && !(parts[0] == 255 && parts[1] == 255)
            && (parts[3] != 0 || hasPrefix) && !isNetwork
            && (!isSmall || hasPrefix || hasPort || passage[at - 1] is '/' or '@' || passage.IsNamed(at, 24, NamesOfAddress));
    }

    /// <summary>Whether nothing is left of an address behind its prefix.</summary>
    private static bool IsNetwork(ReadOnlySpan<int> parts, in Passage passage, int slash)
    {
        var second = passage[slash + 2];
        var prefix = passage[slash + 1] - '0';
        prefix = char.IsAsciiDigit(second) ? prefix * 10 + second - '0' : prefix;
        var address = (uint)(parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]);
        return prefix < 32 && (address & (uint.MaxValue >> prefix)) == 0;
    }

    /// <summary>
    /// Whether nothing goes on beside it. A name may hold an address of a file as well as a version; versions have
    /// parts under a hundred, or begin with 10.
    /// </summary>
    private static bool IsAlone(ReadOnlySpan<int> parts, in Passage passage, int at, int end)
    {
        var isTelling = parts[0] != 10 && parts.ContainsAnyInRange(100, 255);
        var goesOn = char.IsAsciiLetterOrDigit(passage[end])
            || (passage[end] is '.'
                && (char.IsAsciiDigit(passage[end + 1]) || (!isTelling && char.IsAsciiLetter(passage[end + 1]))))
            || (passage[end] is '_' && char.IsAsciiLetterOrDigit(passage[end + 1]))
            || (passage[end] == '-' && char.IsAsciiLetter(passage[end + 1]));
        var wentOn = passage[at - 1] switch
        {
            '-' or '_' => !isTelling && char.IsAsciiLetterOrDigit(passage[at - 2]),
            '/' => char.IsAsciiLetter(passage[at - 2]) && passage[end] != '/' && !IsInPath(passage.Before(at - 1, MaxV6)),
            _ => false,
        };
        return !goesOn && !wentOn;
    }

    /// <summary>
    /// Whether the word before a slash has a point or a slash itself, as a product's name before its version has not.
    /// </summary>
    private static bool IsInPath(ReadOnlySpan<char> before) =>
        before[(before.LastIndexOfAny(EndOfPath) + 1)..].ContainsAny('.', '/');

    private static bool IsOtherwiseNamed(in Passage passage, int at)
    {
        var before = passage.Before(at, 24);
        if (before.EndsWith("==") || before.EndsWith(">=") || before.EndsWith("<=") || before.EndsWith("~=")
            || before.EndsWith("^"))
        {
            return true;
        }

        before = before.TrimEnd(" \t:=\"'([v§<>");
        var word = before[(before.LastIndexOfAnyExceptInRange('A', 'z') + 1)..];
        foreach (var other in NotBefore.Of(word))
        {
            if (word.EndsWith(other, StringComparison.OrdinalIgnoreCase)
                && (other.Length > MaxShortWord || Vocabulary.Has(word[Math.Max(0, word.Length - other.Length - 1)..], other)))
            {
                return true;
            }
        }

        return false;
    }
}
