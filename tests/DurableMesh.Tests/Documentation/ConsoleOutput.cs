using System.Text.RegularExpressions;

namespace DurableMesh.Tests.Documentation;

/// <summary>
/// Holds what a command printed against what a page shows. Ids, keys, hashes, instants and times are alike whatever they are; so
/// are line breaks and the width of columns. <c>…</c> in the page stands for anything. All else must be the same.
/// </summary>
internal static partial class ConsoleOutput
{
    /// <summary>Where the page's words and what was printed part; null where they agree.</summary>
    /// <param name="expected">The lines of the page.</param>
    /// <param name="printed">All that the command printed.</param>
    public static string? Difference(IReadOnlyList<string> expected, string printed)
    {
        var (page, real) = (Normalise(string.Join('\n', expected)), Normalise(printed));
        var pieces = page.Split('…');
        var position = 0;
        for (var index = 0; index < pieces.Length; index++)
        {
            var piece = pieces[index].Trim();
            var isLast = index == pieces.Length - 1;
            // Only what follows a … may stand further on, and only behind a … at the end may there be more.
            var found = index == 0 ? (real.StartsWith(piece, StringComparison.Ordinal) ? 0 : -1)
                : isLast && piece.Length > 0 ? (real.EndsWith(piece, StringComparison.Ordinal) ? real.Length - piece.Length : -1)
                : real.IndexOf(piece, position, StringComparison.Ordinal);
            if (found < position)
            {
                return $"the page says  «{piece}»\nit printed     «{real[position..].Trim()}»";
            }

            position = found + piece.Length;
        }

        return pieces.Length == 1 && position < real.Length
            ? $"the page says no more, but it printed  «{real[position..].Trim()}»"
            : null;
    }

    private static string Normalise(string text)
    {
        text = Id().Replace(text, "‹id›");
        text = Key().Replace(text, "‹key›");
        text = Hash().Replace(text, "‹hash›");
        text = Placeholder().Replace(text, "[$1:‹digits›]");
        text = Instant().Replace(text, "‹instant›");
        text = Period().Replace(text, "‹time›");
        text = Process().Replace(text, "process ‹number›");
        return Blank().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\b[0-9a-f]{8}-(…|[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")]
    private static partial Regex Id();

    [GeneratedRegex(@"\bdmk_(…|[\w-]+)")]
    private static partial Regex Key();

    [GeneratedRegex(@"\b[0-9a-f]{64}\b")]
    private static partial Regex Hash();

    [GeneratedRegex(@"\[(\w+):[0-9a-f]{8}\]")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\b(\d{4}-)?\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?\b|\b\d\d:\d\d:\d\dZ?\b")]
    private static partial Regex Instant();

    [GeneratedRegex(@"\b\d[\d.,:]* (ms|s|min|h)\b( \d+ (s|min)\b)?")]
    private static partial Regex Period();

    [GeneratedRegex(@"\bprocess \d+")]
    private static partial Regex Process();

    [GeneratedRegex(@"[\s─━]+")]
    private static partial Regex Blank();
}
