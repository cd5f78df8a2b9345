using System.Buffers;
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

    private static readonly SearchValues<char> InNames = SearchValues.Create("0123456789@");

    private static readonly SearchValues<char> NoMarks = SearchValues.Create("");

    private static readonly SearchValues<string> MeshKeys = SearchValues.Create(["dmk_"], StringComparison.Ordinal);

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
    /// Whether something that was no finding stands before one, and may be one now; or something stands in the name of a secret,
    /// which is passed over. Behind a finding nothing changes: the recognisers did not look past its end.
    /// </param>
    /// <returns>Whether anything was found.</returns>
    private static bool Pass(ReadOnlySpan<char> text, Member member, RedactionRun run, PooledText output, out bool again)
    {
        again = false;
        var source = text;
        var readable = run.Readable;
        text = readable.Read(source);
        var written = text == source ? null : readable;
        var copied = 0;
        var isAll = run.Scope == RedactionScope.Everything;
        var marks = isAll ? Marks : NoMarks;
        var missed = int.MaxValue;
        var (done, at, mark, word, searched, routes) = (0, 0, -1, -1, 0, Routes.None);
        var passage = new Passage { Text = text, Readable = written, Floor = 0, Member = member, Run = run };
        while (true)
        {
            mark = mark >= at ? mark : OrNowhere(text[at..].IndexOfAny(marks), at);
            searched = Math.Max(searched, at);
            word = word >= at ? word
                : isAll ? OrNowhere(Triggers.Find(text, searched, text.Length, isInner: false, out routes))
                : OrNowhere(text[searched..].IndexOfAny(MeshKeys), searched);
            var here = Math.Min(mark, word);
            if (here == int.MaxValue)
            {
                if (done > 0)
                {
                    output.Append(source[copied..]);
                }

                return done > 0;
            }

            var its = here == word ? routes : Routes.None;
            if (isAll ? TryRead(passage, here, its, out var finding) : SecretForms.TryRead(passage, here, out finding))
            {
                if (done == 0)
                {
                    output.Clear(source.Length);
                }

                output.Append(source[copied..(written?.StartOf(finding.Start) ?? finding.Start)]);
                run.Take(finding, output);
                copied = written?.EndOf(finding.End - 1) ?? finding.End;
                again |= missed < finding.Start
                    || (here < finding.Start && text[here..finding.Start].ContainsAny(InNames));
                missed = int.MaxValue;
                at = done = finding.End;
                passage = passage with { Floor = done };
            }
            else
            {
                missed = Math.Min(missed, here);
                at = Math.Min(EndOfMiss(text, here, word), word > here ? word : int.MaxValue);
                if (here == word && isAll)
                {
                    word = SearchInName(text, at, out searched, out routes);
                }
            }
        }
    }

    private static int OrNowhere(int found, int from = 0) => found < 0 ? int.MaxValue : from + found;

    private static bool TryRead(in Passage passage, int at, Routes routes, out Finding finding) =>
        SecretForms.TryRead(passage, at, out finding) || passage.Text[at] switch
        {
            '@' => UrlSecretRecogniser.TryReadDataSource(passage, at, out finding)
                || EmailRecogniser.TryRead(passage, at, out finding),
            ':' => UrlSecretRecogniser.TryRead(passage, at, out finding)
                || IpAddressRecogniser.TryReadV6(passage, at, out finding)
                || UrlSecretRecogniser.TryReadPgpass(passage, at, out finding),
            >= '0' and <= '9' => NumberRecogniser.TryRead(passage, at, out finding),
            '.' => false,
            _ => TryReadWord(passage, at, routes, out finding),
        };

    private static bool TryReadWord(in Passage passage, int at, Routes routes, out Finding finding)
    {
        finding = default;
        return (routes.HasFlag(Routes.Token) && BearerTokenRecogniser.TryRead(passage, at, out finding))
            || (routes.HasFlag(Routes.Lines) && TryReadLines(passage, at, out finding))
            || (routes.HasFlag(Routes.Query) && UrlSecretRecogniser.TryReadQuery(passage, at, out finding))
            || (routes.HasFlag(Routes.Command) && CommandLineRecogniser.TryRead(passage, at, out finding))
            || (routes.HasFlag(Routes.Name) && CredentialRecogniser.TryReadPair(passage, at, out finding));
    }

    private static bool TryReadLines(in Passage passage, int at, out Finding finding) => passage.Text[at] switch
    {
        '-' => PrivateKeyRecogniser.TryRead(passage, at, out finding),
        'p' or 'P' => PrivateKeyRecogniser.TryReadLines(passage, at, out finding),
        _ => AuthorizationRecogniser.TryReadCookies(passage, at, out finding),
    };

    /// <summary>
    /// Where the next word can be after one that was none. A key stands alone, so none begins before the end of the name that
    /// this place is in; without this, <c>sk-sk-sk-</c> would start a search for every three characters.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="at">A place in the name.</param>
    /// <param name="searched">Up to where no word begins if none is returned.</param>
    /// <param name="routes">Who has to look at it.</param>
    /// <returns>The place of the next word in the name; -1 where there is none.</returns>
    private static int SearchInName(ReadOnlySpan<char> text, int at, out int searched, out Routes routes)
    {
        var rest = text[at..];
        var length = rest[..Math.Min(MaxName, rest.Length)].IndexOfAnyExcept(SecretForms.NameCharacters) is >= 0 and var end
            ? end
            : Math.Max(0, Math.Min(MaxName, rest.Length) - MaxWord);
        searched = at + length;
        return Triggers.Find(text, at, searched, isInner: true, out routes);
    }

    private static int EndOfPlaceholder(ReadOnlySpan<char> text, int colon)
    {
        var from = Math.Max(0, colon - MaxKindName);
        var open = colon > 0 && char.IsAsciiLetterLower(text[colon - 1]) ? text[from..colon].LastIndexOf('[') : -1;
        return open >= 0 && PseudonymKey.StartsWithPlaceholder(text[(from + open)..], out var length)
            ? from + open + length
            : colon;
    }

    private static int EndOfMiss(ReadOnlySpan<char> text, int at, int word)
    {
        // The digits of a placeholder begin nothing.
        if (text[at] == ':' && EndOfPlaceholder(text, at) is var behind && behind > at)
        {
            return behind;
        }

        // Nor does a number begin behind a digit, or behind one and letters; a word may.
        var (end, last) = (at + 1, Math.Min(text.Length, word));
        for (var next = end; next < last && char.IsAsciiDigit(text[at]); next++)
        {
            if (char.IsAsciiDigit(text[next]))
            {
                end = next + 1;
            }
            else if (!char.IsAsciiLetter(text[next]))
            {
                break;
            }
        }

        return end;
    }
}
