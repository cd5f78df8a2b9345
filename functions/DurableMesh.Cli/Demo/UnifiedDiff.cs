using System.Globalization;
using System.Text.RegularExpressions;

namespace DurableMesh.Cli.Demo;

/// <summary>A patch does not fit the file it is for.</summary>
internal sealed class PatchRejectedException(string message) : Exception(message);

/// <summary>What a unified diff does to one file.</summary>
internal sealed partial record UnifiedDiff(string Path, IReadOnlyList<UnifiedDiff.Hunk> Hunks)
{
    /// <summary>One change: the line (0-based) where it is expected, what must stand there, and what will.</summary>
    internal sealed record Hunk(int Start, IReadOnlyList<string> Old, IReadOnlyList<string> New);

    /// <summary>Reads the files' diffs out of a patch; what stands before the first <c>---</c> is its description.</summary>
    public static IReadOnlyList<UnifiedDiff> Parse(string patch)
    {
        var diffs = new List<UnifiedDiff>();
        List<Hunk>? hunks = null;
        List<string> old = [], @new = [];
        foreach (var line in patch.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                hunks = null;
            }
            else if (line.StartsWith("+++ ", StringComparison.Ordinal))
            {
                hunks = [];
                diffs.Add(new UnifiedDiff(WithoutPrefix(line[4..]), hunks));
            }
            else if (hunks is not null && HunkHeader().Match(line) is { Success: true } header)
            {
                (old, @new) = ([], []);
                var start = int.Parse(header.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
                hunks.Add(new Hunk(Math.Max(0, start - 1), old, @new));
            }
            else if (hunks is { Count: > 0 })
            {
                var text = line.Length == 0 ? line : line[1..];
                if (line is ['-', ..])
                {
                    old.Add(text);
                }
                else if (line is ['+', ..])
                {
                    @new.Add(text);
                }
                else if (line is [] or [' ', ..])
                {
                    old.Add(text);
                    @new.Add(text);
                }
            }
        }

        return diffs;
    }

    /// <summary>
    /// The text with all hunks applied. A hunk may have moved, because patches are chosen one by one; its lines must stand
    /// somewhere exactly as it says.
    /// </summary>
    /// <exception cref="PatchRejectedException">The lines that a hunk changes are nowhere in the text.</exception>
    public string Apply(string text)
    {
        var lines = text.Split('\n').ToList();
        var moved = 0;
        foreach (var hunk in Hunks)
        {
            var at = Find(lines, hunk.Old, hunk.Start + moved)
                ?? throw new PatchRejectedException(
                    $"{Path}: the lines from {hunk.Start + 1} on are not as the patch expects them");
            lines.RemoveRange(at, hunk.Old.Count);
            lines.InsertRange(at, hunk.New);
            moved = at - hunk.Start + hunk.New.Count - hunk.Old.Count;
        }

        return string.Join('\n', lines);
    }

    private static int? Find(List<string> lines, IReadOnlyList<string> wanted, int expected)
    {
        var places = Enumerable.Range(0, Math.Max(0, lines.Count - wanted.Count + 1))
            .Where(at => wanted.Select((line, offset) => lines[at + offset] == line).All(same => same))
            .OrderBy(at => Math.Abs(at - expected))
            .ToList();
        return places.Count == 0 ? null : places[0];
    }

    private static string WithoutPrefix(string path)
    {
        var name = path.Split('\t')[0];
        return name.StartsWith("b/", StringComparison.Ordinal) ? name[2..] : name;
    }

    [GeneratedRegex(@"^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")]
    private static partial Regex HunkHeader();
}
