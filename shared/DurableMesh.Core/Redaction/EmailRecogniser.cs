using System.Globalization;
using System.Text;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// E-mail addresses (RFC 5321 lengths; also with letters beyond ASCII), read from their <c>@</c> to both sides.
/// </summary>
internal static class EmailRecogniser
{
    private const int MaxLocalPart = 64;
    private const int MaxDomain = 253;
    private const char EndOfSpacedScripts = '\u058f';

    public static bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var (start, end) = (StartOfLocalPart(passage, at), EndOfDomain(passage, at + 1));
        if (start == at || !IsDomain(passage.Text[(at + 1)..end]))
        {
            return false;
        }

        // The user "git" is how every clone URL begins, and no person; neither is a user on a host that has no name outside.
        if (passage.Text[start..at].SequenceEqual("git") || passage[end] == '(' || IsInside(passage.Text[(at + 1)..end])
            || (passage[start - 1] == ':' && passage.Before(start - 1, MaxLocalPart).LastIndexOf("//") is >= 0 and var slashes
                && !passage.Before(start - 1, MaxLocalPart)[slashes..].Contains(' ')))
        {
            return false;
        }

        Span<char> lower = stackalloc char[end - start];
        passage.Text[start..end].ToLowerInvariant(lower);
        finding = passage.Run.Find(RedactionKind.Email, start, end, Normal(lower));
        return true;
    }

    /// <summary>The address with its domain as people read it, and letters with accents as one character.</summary>
    private static ReadOnlySpan<char> Normal(ReadOnlySpan<char> lower)
    {
        if (lower.IndexOf("xn--") >= 0)
        {
            var labels = lower.ToString().Split('.', '@').Select(Punycode.Decode);
            lower = string.Join('.', labels);
        }
        else if (!Ascii.IsValid(lower))
        {
            lower = lower.ToString().Replace('@', '.');
        }

        return Ascii.IsValid(lower) ? lower : lower.ToString().Normalize(NormalizationForm.FormC);
    }

    private static int StartOfLocalPart(in Passage passage, int at)
    {
        var start = at;
        var script = ScriptOf(passage[at - 1]);
        while (at - start < MaxLocalPart
            && (IsLetterOrDigit(passage[start - 1], script) || passage[start - 1] is '.' or '_' or '%' or '+' or '-'
                || (passage[start - 1] == '\'' && passage.WidthOf(start - 1) == 1)))
        {
            start--;
        }

        while (start < at && passage[start] is '.' or '\'' or '-')
        {
            start++;
        }

        return start;
    }

    private static int EndOfDomain(in Passage passage, int start)
    {
        var end = start;
        var script = ScriptOf(passage[start]);
        while (end - start < MaxDomain && (IsLetterOrDigit(passage[end], script) || passage[end] is '.' or '-'))
        {
            end++;
        }

        while (end > start && passage[end - 1] is '.' or '-')
        {
            end--;
        }

        return end;
    }

    /// <summary>
    /// Letters of the scripts that put blanks between words (up to U+058F); others would run into the address, if it is not
    /// written in one of them itself.
    /// </summary>
    private static bool IsLetterOrDigit(char character, char script) =>
        character <= script
            && (char.IsLetterOrDigit(character) || char.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark);

    private static char ScriptOf(char beside) => beside < EndOfSpacedScripts ? EndOfSpacedScripts : char.MaxValue;

    private static bool IsInside(ReadOnlySpan<char> domain) =>
        domain.EndsWith(".internal") || domain.EndsWith(".local") || domain.EndsWith(".lan") || domain.EndsWith(".localdomain");

    /// <summary>
    /// At least two labels, the last one of letters; not a version (<c>pkg@1.2.0-rc</c>) and not the size in a picture's name
    /// (<c>icon@2x.png</c>).
    /// </summary>
    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var dot = domain.LastIndexOf('.');
        if (dot <= 0 || domain.IndexOf("..") >= 0 || domain[0] is '.' or '-')
        {
            return false;
        }

        var last = domain[(dot + 1)..];
        if (last.Length < 2 || (!last.StartsWith("xn--") && (last.Contains('-') || last.ContainsAnyInRange('0', '9'))))
        {
            return false;
        }

        var first = domain[..domain.IndexOf('.')];
        var second = domain[(first.Length + 1)..];
        var isVersion = char.IsAsciiDigit(second[0]) && !first.ContainsAnyExceptInRange('0', '9');
        var isScale = first.Length == 2 && char.IsAsciiDigit(first[0]) && first[1] is 'x' or 'X';
        return !isVersion && !isScale;
    }
}
