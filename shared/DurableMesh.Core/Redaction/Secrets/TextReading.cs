using System.Buffers;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>An opened quote.</summary>
/// <param name="Mark">Its character.</param>
/// <param name="Count">How many of them: three begin a text of many lines.</param>
/// <param name="Start">Where what is quoted starts.</param>
/// <param name="Width">As how many characters the mark was written.</param>
/// <param name="IsTemplate">Whether braces in it are filled in.</param>
internal readonly record struct Quote(char Mark, int Count, int Start, int Width, bool IsTemplate);

/// <summary>Blanks, quotes and the ends of values; each looks at a bounded piece.</summary>
internal static class TextReading
{
    private const int MaxBlanks = 64;
    private const int MaxValue = 4096;
    private const int MaxPrefix = 2;

    /// <summary>What ends the text of an element.</summary>
    public static SearchValues<char> EndOfElement { get; } = SearchValues.Create("<\r\n");

    /// <summary>What ends a line.</summary>
    public static SearchValues<char> EndOfLine { get; } = SearchValues.Create("\r\n");

    public static bool IsQuote(char character) => character is '"' or '\'' or '`';

    public static int SkipBlanks(in Passage passage, int at)
    {
        for (var i = 0; i < MaxBlanks && passage[at] is ' ' or '\t'; i++)
        {
            at++;
        }

        return at;
    }

    /// <summary>Reads a quote with what languages write before it: <c>@"</c>, <c>b'</c>, <c>$@"</c>.</summary>
    public static bool TryOpenQuote(in Passage passage, int at, out Quote quote)
    {
        var mark = at;
        while (mark - at < MaxPrefix && passage[mark] is '@' or '$' or 'b' or 'r' or 'u' or 'f' or 'L' or 'N')
        {
            mark++;
        }

        quote = default;
        if (!IsQuote(passage[mark]))
        {
            return false;
        }

        var count = passage[mark + 1] == passage[mark] && passage[mark + 2] == passage[mark] ? 3 : 1;
        var isTemplate = passage.Text[at..mark].ContainsAny("$f");
        quote = new Quote(passage[mark], count, mark + count, passage.WidthOf(mark), isTemplate);
        return true;
    }

    /// <summary>
    /// Where a quote closes; -1 where it does not on its line. A quote that is written with more backslashes is in the value.
    /// </summary>
    public static int CloseOf(in Passage passage, Quote quote)
    {
        var last = Math.Min(passage.Text.Length, quote.Start + MaxValue);
        for (var at = quote.Start; at < last;)
        {
            var found = quote.Count == 3
                ? passage.Text[at..last].IndexOf(quote.Mark)
                : passage.Text[at..last].IndexOfAny(quote.Mark, '\n');
            if (found < 0)
            {
                return -1;
            }

            at += found;
            if (passage.WidthOf(at) <= quote.Width)
            {
                return passage[at] == '\n' ? -1
                    : quote.Count == 3 && (passage[at + 1] != quote.Mark || passage[at + 2] != quote.Mark) ? -1
                    : at;
            }

            at++;
        }

        return -1;
    }

    /// <summary>What stands from a place to one of some characters.</summary>
    public static ReadOnlySpan<char> Until(in Passage passage, int start, SearchValues<char> ends)
    {
        var rest = start < passage.Text.Length ? passage.Text[start..Math.Min(passage.Text.Length, start + MaxValue)] : default;
        return rest.IndexOfAny(ends) is >= 0 and var end ? rest[..end] : rest;
    }
}
