using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// A text as its reader sees it: <c>\n</c>, <c>\u003c</c>, <c>%40</c> and <c>&amp;lt;</c> are the one character that they stand
/// for, colour codes and characters without width are gone, wide and foreign digits are digits, every blank is a blank. What is
/// found in it is taken out of the text as it was written, and never a part of an escape: text that was JSON is JSON still.
/// </summary>
internal sealed class ReadableText : IDisposable
{
    /// <summary>The longest colour code or link of a terminal.</summary>
    private const int MaxTerminalCode = 256;

    private const int MaxEntity = 10;

    private static readonly SearchValues<char> Special =
        SearchValues.Create([.. Enumerable.Range(0, char.MaxValue).Select(code => (char)code).Where(IsSpecial)]);

    private static readonly SearchValues<char> TerminalParameters = SearchValues.Create("0123456789:;<=>? ");

    private static readonly (string Name, char Means)[] Entities =
    [
        ("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("apos;", '\''), ("nbsp;", ' '), ("commat;", '@'),
        ("period;", '.'), ("colon;", ':'), ("equals;", '='), ("sol;", '/'), ("lowbar;", '_'), ("plus;", '+'),
    ];

    private readonly PooledText _characters = new();
    private readonly List<Seam> _seams = [];

    /// <summary>Makes a text readable.</summary>
    /// <param name="source">The text as it was written.</param>
    /// <returns>The same text where there is nothing to read otherwise; valid until the next call.</returns>
    public ReadOnlySpan<char> Read(ReadOnlySpan<char> source)
    {
        _seams.Clear();
        var special = source.IndexOfAny(Special);
        if (special < 0)
        {
            return source;
        }

        _characters.Clear(source.Length);
        for (var at = 0; ; special = source[at..].IndexOfAny(Special))
        {
            _characters.Append(special < 0 ? source[at..] : source.Slice(at, special));
            if (special < 0)
            {
                return _characters.Span;
            }

            at += special;
            var character = Decode(source[at..], out var length);
            var seen = character is { } some ? Fold(some, _characters.Span) : BetweenWords(source[(at + length)..]);
            _seams.Add(new Seam(_characters.Span.Length + (seen is null ? 0 : 1), at, length, seen is null));
            if (seen is { } visible)
            {
                _characters.Append(new ReadOnlySpan<char>(in visible));
            }

            at += length;
        }
    }

    /// <summary>Where a character begins as it was written.</summary>
    public int StartOf(int at) => at - LastSeamBefore(at) switch
    {
        < 0 => 0,
        var seam => _seams[seam].ViewEnd - _seams[seam].Start - _seams[seam].Length,
    };

    /// <summary>Where a character ends as it was written.</summary>
    public int EndOf(int at) => StartOf(at) + WidthOf(at);

    /// <summary>
    /// As how many characters a character was written; quotes of a text in a text are wider than those around it.
    /// </summary>
    public int WidthOf(int at) =>
        LastSeamBefore(at + 1) is >= 0 and var seam && FirstThatShows(seam) is var (end, length) && end == at + 1 ? length : 1;

    /// <inheritdoc/>
    public void Dispose() => _characters.Dispose();

    /// <summary>The last seam that ends at a place or before it; -1 where there is none.</summary>
    private int LastSeamBefore(int at)
    {
        var (low, high) = (0, _seams.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _seams[middle].ViewEnd <= at ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }

    private (int End, int Length) FirstThatShows(int seam)
    {
        // What does not show behind a character ends where the character ends.
        while (seam > 0 && _seams[seam].IsHidden && _seams[seam - 1].ViewEnd == _seams[seam].ViewEnd)
        {
            seam--;
        }

        return _seams[seam].IsHidden ? (-1, 0) : (_seams[seam].ViewEnd, _seams[seam].Length);
    }

    /// <summary>A change of colour within what is read as one word parts it: it was two.</summary>
    private char? BetweenWords(ReadOnlySpan<char> rest) =>
        _characters.Span is [.., var before] && char.IsAsciiLetterOrDigit(before)
        && rest is [var next, ..] && (char.IsAsciiLetterOrDigit(next) || next == '+')
            ? ' '
            : null;

    private static char? Decode(ReadOnlySpan<char> text, out int length)
    {
        length = 1;
        return text[0] switch
        {
            '\\' => DecodeEscape(text, out length),
            '%' when text.Length > 2 && TryHex(text.Slice(1, 2), out var code) && code is >= ' ' and <= '~' =>
                Written(code, 3, out length),
            '&' => DecodeEntity(text, out length),
            '\u001b' => SkipTerminalCode(text, 1, out length),
            '\u009b' => SkipTerminalCode(text, 0, out length),
            var other => other,
        };
    }

    /// <summary>
    /// An escape with all the backslashes before it: a text in a JSON text in a JSON text has three before a quote. Which of the
    /// levels it is does not matter for what it shows.
    /// </summary>
    private static char? DecodeEscape(ReadOnlySpan<char> text, out int length)
    {
        var run = text.IndexOfAnyExcept('\\') is >= 0 and var end ? end : text.Length;
        var (at, next) = (run + 1, run < text.Length ? text[run] : '\0');
        switch (next)
        {
            case 'n' or 'r' or 't' or 'b' or 'f':
                return Written(next == 't' ? '\t' : '\n', at, out length);
            case '/':
                return Written('/', at, out length);

            // An even number of backslashes are backslashes, and the quote ends what they stand in.
            case '"' or '\'' or '`' when run % 2 == 1:
                return Written(next, at, out length);
            case 'u' when text.Length >= at + 4 && TryHex(text.Slice(at, 4), out var code):
                return code == '\u001b' ? SkipTerminalCode(text, at + 4, out length) : Written(code, at + 4, out length);
            case 'x' when text.Length >= at + 2 && TryHex(text.Slice(at, 2), out var code):
                return code == '\u001b' ? SkipTerminalCode(text, at + 2, out length) : Written(code, at + 2, out length);
            case 'e' when text.Length > at && text[at] == '[':
                return SkipTerminalCode(text, at, out length);
            case '0' when text[at..].StartsWith("33["):
                return SkipTerminalCode(text, at + 2, out length);
            default:
                return Written('\\', run, out length);
        }
    }

    private static char? DecodeEntity(ReadOnlySpan<char> text, out int length)
    {
        length = 1;
        var name = text[1..Math.Min(text.Length, MaxEntity)];
        if (name.Length > 2 && name[0] == '#' && name.IndexOf(';') is > 1 and var end)
        {
            var isHex = name[1] is 'x' or 'X';
            var digits = name[(isHex ? 2 : 1)..end];
            var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
            return ushort.TryParse(digits, style, CultureInfo.InvariantCulture, out var code)
                ? Written((char)code, end + 2, out length)
                : '&';
        }

        foreach (var (entity, means) in Entities)
        {
            if (name.StartsWith(entity))
            {
                return Written(means, entity.Length + 1, out length);
            }
        }

        return '&';
    }

    /// <summary>ECMA-48: a control sequence up to its final character, an operating system command up to BEL or ST.</summary>
    private static char? SkipTerminalCode(ReadOnlySpan<char> text, int at, out int length)
    {
        length = Math.Max(1, at);
        if (at < text.Length && (text[at] == '[' || text[0] == '\u009b'))
        {
            var rest = text[(text[at] == '[' ? at + 1 : at)..Math.Min(text.Length, at + MaxTerminalCode)];
            var end = rest.IndexOfAnyExcept(TerminalParameters);
            length = end >= 0 && char.IsAsciiLetter(rest[end]) ? at + (text[at] == '[' ? 1 : 0) + end + 1 : length;
        }
        else if (at < text.Length && text[at] == ']')
        {
            var rest = text[at..Math.Min(text.Length, at + MaxTerminalCode)];
            length = rest.IndexOfAny('\a', '\u001b', '\n') is > 0 and var end && rest[end] != '\n' ? at + end + 1 : length;
        }

        return null;
    }

    private static char? Written(char character, int asLong, out int length)
    {
        length = asLong;
        return character;
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out char code)
    {
        var isHex = ushort.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number);
        code = (char)number;
        return isHex;
    }

    /// <summary>The plain character that a character looks like; null where it does not show.</summary>
    private static char? Fold(char character, ReadOnlySpan<char> before) => character switch
    {
        < '\u00a0' => character,
        >= '\uff01' and <= '\uff5e' => (char)(character - '\uff01' + '!'),
        '\u201c' or '\u201d' or '\u201e' => '"',
        '\u2018' or '\u2019' => '\'',
        >= '\u2010' and <= '\u2015' or '\u2212' => '-',

        // On a letter it makes another letter; on all else it only hides it.
        >= '\u0300' and <= '\u036f' => before.Length > 0 && char.IsLetter(before[^1]) ? character : null,
        '\u00ad' or '\u115f' or '\u1160' or '\u3164' or (>= '\ufe00' and <= '\ufe0f') => null,
        _ => char.GetUnicodeCategory(character) switch
        {
            UnicodeCategory.SpaceSeparator => ' ',
            UnicodeCategory.Format => null,
            UnicodeCategory.DecimalDigitNumber => (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(character)),
            _ => character,
        },
    };

    private static bool IsSpecial(char character) =>
        character is '\\' or '%' or '&' or '\u001b' or '\u009b' or (>= '\u0300' and <= '\u036f')
        || (character >= '\u00a0' && Fold(character, default) != character);

    /// <summary>A character that was written otherwise, or one that does not show.</summary>
    /// <param name="ViewEnd">Where it ends in the readable text.</param>
    /// <param name="Start">Where it starts as it was written.</param>
    /// <param name="Length">As how many characters it was written.</param>
    /// <param name="IsHidden">Whether nothing of it shows.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Seam(int ViewEnd, int Start, int Length, bool IsHidden);
}
