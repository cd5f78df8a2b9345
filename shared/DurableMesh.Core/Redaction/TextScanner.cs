using System.Buffers;
using System.Text;
using DurableMesh.Core.Redaction.Numbers;
using DurableMesh.Core.Redaction.Secrets;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// One pass over a text that stops only where something can be: at a digit, an <c>@</c>, a colon, and at the words that stand
/// before or in a secret. Each recogniser looks at a bounded neighbourhood of such a place, or at a run of characters that no
/// other place shares, so the whole is linear.
/// </summary>
internal static class TextScanner
{
    /// <summary>
    /// What stood in the way of a neighbour may be gone when it is redacted, so a text is looked at again until nothing is found;
    /// more often than this it never needs to be.
    /// </summary>
    private const int MaxPasses = 4;

    /// <summary>Nothing shorter is found: the shortest name of a secret, its sign, and a character.</summary>
    private const int MinLength = 5;

    private const int MaxKindName = 16;
    private const int MaxName = 256;
    private const int MaxWord = 16;

    private static readonly SearchValues<char> Marks = SearchValues.Create("0123456789@:.");

    private static readonly SearchValues<char> None = SearchValues.Create("");

    private static readonly SearchValues<string> MeshKeys = SearchValues.Create(["dmk_"], StringComparison.Ordinal);

    private static readonly string[] WordsAnywhere =
    [
        PrivateKeyRecogniser.Begin, PrivateKeyRecogniser.PrivateLines, BearerTokenRecogniser.Bearer,
        AuthorizationRecogniser.Cookie, .. CommandLineRecogniser.Triggers, .. UrlSecretRecogniser.Triggers,
        .. SecretForms.InnerTriggers, .. SecretNames.Roots,
    ];

    private static readonly SearchValues<string> InName = SearchValues.Create(
        [.. WordsAnywhere.Where(word => Ascii.IsValid(word))], StringComparison.OrdinalIgnoreCase);

    private static readonly string[] AllWords = [BearerTokenRecogniser.JsonWebToken, .. SecretForms.Triggers, .. WordsAnywhere];

    private static readonly SearchValues<string> Words =
        SearchValues.Create([.. AllWords.Where(word => Ascii.IsValid(word))], StringComparison.OrdinalIgnoreCase);

    /// <summary>Words beyond ASCII cost twice the time, and are looked for where a letter of them is.</summary>
    private static readonly SearchValues<string> WordsWithForeign = SearchValues.Create(
        AllWords, StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> ForeignLetters = SearchValues.Create(
        [.. AllWords.SelectMany(word => $"{word}{word.ToUpperInvariant()}").Where(letter => !char.IsAscii(letter)).Distinct()]);

    /// <summary>Redacts a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="member">The JSON member whose value it is.</param>
    /// <param name="run">The call.</param>
    /// <param name="redacted">The text without what was found in it, valid until the next call.</param>
    /// <returns>Whether anything was found.</returns>
    public static bool TryRedact(ReadOnlySpan<char> text, Member member, RedactionRun run, out ReadOnlySpan<char> redacted)
    {
        redacted = text;
        var (passes, again) = (0, text.Length >= MinLength);
        while (again && passes < MaxPasses && Pass(redacted, member, run, run.OutputOf(passes), out again))
        {
            redacted = run.OutputOf(passes++).Span;
        }

        return passes > 0;
    }

    /// <summary>Looks at a text once.</summary>
    /// <param name="text">The text.</param>
    /// <param name="member">The JSON member whose value it is.</param>
    /// <param name="run">The call.</param>
    /// <param name="output">The text without what was found in it.</param>
    /// <param name="again">
    /// Whether something that was no finding stands before one, and may be one now. Behind a finding nothing changes: the
    /// recognisers did not look past its end.
    /// </param>
    /// <returns>Whether anything was found.</returns>
    private static bool Pass(ReadOnlySpan<char> text, Member member, RedactionRun run, PooledText output, out bool again)
    {
        output.Clear();
        again = false;
        var source = text;
        var readable = run.Readable;
        text = readable.Read(source);
        var written = text == source ? null : readable;
        var copied = 0;
        var isAll = run.Scope == RedactionScope.Everything;
        var marks = isAll ? Marks : None;
        var words = !isAll ? MeshKeys : text.ContainsAny(ForeignLetters) ? WordsWithForeign : Words;
        var missed = int.MaxValue;
        var (done, at, mark, word, searched) = (0, 0, -1, -1, 0);
        while (true)
        {
            mark = mark >= at ? mark : Next(text[at..].IndexOfAny(marks), at);
            searched = Math.Max(searched, at);
            word = word >= at ? word : Next(text[searched..].IndexOfAny(words), searched);
            var here = Math.Min(mark, word);
            if (here == int.MaxValue)
            {
                output.Append(done > 0 ? source[copied..] : default);
                return done > 0;
            }

            var passage = new Passage { Text = text, Readable = written, Floor = done, Member = member, Run = run };
            if (isAll ? TryRead(passage, here, out var finding) : SecretForms.TryRead(passage, here, out finding))
            {
                output.Append(source[copied..(written?.StartOf(finding.Start) ?? finding.Start)]);
                run.Take(finding, output);
                copied = written?.EndOf(finding.End - 1) ?? finding.End;
                again |= missed < finding.Start;
                missed = int.MaxValue;
                at = done = finding.End;
            }
            else
            {
                missed = Math.Min(missed, here);
                at = Math.Min(EndOfMiss(text, here), word > here ? word : int.MaxValue);
                if (here == word && isAll)
                {
                    word = SearchInName(text, at, out searched);
                }
            }
        }
    }

    private static int Next(int found, int from) => found < 0 ? int.MaxValue : from + found;

    private static bool TryRead(in Passage passage, int at, out Finding finding) =>
        SecretForms.TryRead(passage, at, out finding) || passage.Text[at] switch
        {
            '@' => UrlSecretRecogniser.TryReadDataSource(passage, at, out finding)
                || EmailRecogniser.TryRead(passage, at, out finding),
            ':' => UrlSecretRecogniser.TryRead(passage, at, out finding)
                || IpAddressRecogniser.TryReadV6(passage, at, out finding)
                || UrlSecretRecogniser.TryReadPgpass(passage, at, out finding),
            >= '0' and <= '9' => NumberRecogniser.TryRead(passage, at, out finding),
            '-' => PrivateKeyRecogniser.TryRead(passage, at, out finding)
                || CredentialRecogniser.TryReadPair(passage, at, out finding),
            '.' => false,
            _ => BearerTokenRecogniser.TryRead(passage, at, out finding)
                || TryReadLines(passage, at, out finding)
                || UrlSecretRecogniser.TryReadQuery(passage, at, out finding)
                || CommandLineRecogniser.TryRead(passage, at, out finding)
                || CredentialRecogniser.TryReadPair(passage, at, out finding),
        };

    private static bool TryReadLines(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        return passage.Text[at..].StartsWith(AuthorizationRecogniser.Cookie, StringComparison.OrdinalIgnoreCase)
                ? AuthorizationRecogniser.TryReadCookies(passage, at, out finding)
            : passage.Text[at..].StartsWith(PrivateKeyRecogniser.PrivateLines, StringComparison.OrdinalIgnoreCase)
                && PrivateKeyRecogniser.TryReadLines(passage, at, out finding);
    }

    /// <summary>
    /// Where the next word can be after one that was none. A key stands alone, so none begins before the end of the name that
    /// this place is in; without this, <c>sk-sk-sk-</c> would start a search for every three characters.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="at">A place in the name.</param>
    /// <param name="searched">Up to where no word begins if none is returned.</param>
    /// <returns>The place of the next word in the name; -1 where there is none.</returns>
    private static int SearchInName(ReadOnlySpan<char> text, int at, out int searched)
    {
        var rest = text[at..];
        var length = rest[..Math.Min(MaxName, rest.Length)].IndexOfAnyExcept(SecretForms.NameCharacters) is >= 0 and var end
            ? end
            : Math.Max(0, Math.Min(MaxName, rest.Length) - MaxWord);
        searched = at + length;

        // A word may begin in the name and end behind it.
        var found = rest[..Math.Min(length + MaxWord, rest.Length)].IndexOfAny(InName);
        return found >= 0 && found < length ? at + found : -1;
    }

    private static int EndOfPlaceholder(ReadOnlySpan<char> text, int colon)
    {
        var from = Math.Max(0, colon - MaxKindName);
        var open = colon > 0 && char.IsAsciiLetterLower(text[colon - 1]) ? text[from..colon].LastIndexOf('[') : -1;
        return open >= 0 && PseudonymKey.StartsWithPlaceholder(text[(from + open)..], out var length)
            ? from + open + length
            : colon;
    }

    private static int EndOfMiss(ReadOnlySpan<char> text, int at)
    {
        // The digits of a placeholder begin nothing.
        if (text[at] == ':' && EndOfPlaceholder(text, at) is var end && end > at)
        {
            return end;
        }

        do
        {
            at++;
        }
        while (at < text.Length && char.IsAsciiDigit(text[at]) && char.IsAsciiDigit(text[at - 1]));
        return at;
    }
}
