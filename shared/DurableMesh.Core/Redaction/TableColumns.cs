using System.Buffers;

namespace DurableMesh.Core.Redaction;

/// <summary>
/// The heads of tables in a text: a place in a row belongs to the column whose head is in the first line of the block, with as
/// many commas, semicolons, tabs or bars before it.
/// </summary>
internal static class TableColumns
{
    private const int MaxLine = 512;

    private static readonly SearchValues<char> Separators = SearchValues.Create(",;\t|");

    /// <summary>Whether the column of a place is headed by one of some words.</summary>
    public static bool Says(in Passage passage, int at, WordList words)
    {
        var text = passage.Text;
        var line = text[Math.Max(0, at - MaxLine)..at];
        var start = at - line.Length + line.LastIndexOf('\n') + 1;
        var (block, end) = passage.Run.HeadOf(passage, start);
        if (end >= start || text[end] != '\n')
        {
            return false;
        }

        var head = text[block..end];
        var kind = head.IndexOfAny(Separators);
        if (kind < 0)
        {
            return false;
        }

        var separator = head[kind];
        var column = text[start..at].Count(separator);
        foreach (var cell in head.Split(separator))
        {
            if (column-- == 0)
            {
                // A placeholder's kind heads nothing.
                return !head[cell].Contains('[') && words.IsIn(head[cell]);
            }
        }

        return false;
    }
}
