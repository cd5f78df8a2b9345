using Spectre.Console;

namespace DurableMesh.Cli.CommandLine;

/// <summary>
/// Rows for people. Every cell but a row's last stays in one line, so that no id is broken. Where a terminal is too narrow for
/// that, columns that may be spared are left out; where that does not do, each row becomes a block of lines.
/// </summary>
/// <param name="columns">Their names.</param>
internal sealed class Listing(params string[] columns)
{
    private const int Gap = 2;
    private const int LeastOfLast = 20;
    private const int ShortId = 8;
    private const int WideEnough = 120;

    private readonly List<string[]> _rows = [];

    /// <summary>The columns whose numbers stand one under the other.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>The columns that are left out of a narrow table, the first of them first.</summary>
    public IReadOnlyList<string> Spare { get; init; } = [];

    /// <summary>How many characters of each long id are shown: all, or as many as tell them apart in a narrow terminal.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="ids">The ids; their beginnings do in the place of the whole.</param>
    public static int LengthOfIds(IAnsiConsole console, IReadOnlyCollection<string> ids)
    {
        var whole = ids.Select(id => id.Length).DefaultIfEmpty(0).Max();
        if (console.Profile.Width >= WideEnough)
        {
            return whole;
        }

        var (least, different) = (ShortId, ids.Distinct().Count());
        while (least < whole && ids.Select(id => Begin(id, least)).Distinct().Count() < different)
        {
            least++;
        }

        return least;
    }

    /// <summary>The beginning of an id.</summary>
    public static string Begin(string id, int length) => id.Length <= length ? id : id[..length];

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes it.</summary>
    public void WriteTo(IAnsiConsole console)
    {
        int[] widths = [.. columns.Select((name, at) => _rows.Select(row => WidthOf(row[at])).Append(name.Length).Max())];
        for (var spared = 0; spared <= Spare.Count; spared++)
        {
            int[] kept = [.. Enumerable.Range(0, columns.Length).Where(at => !Spare.Take(spared).Contains(columns[at]))];
            if (kept[..^1].Sum(at => widths[at] + Gap) + Math.Min(widths[^1], LeastOfLast) <= console.Profile.Width)
            {
                console.Write(AsTable(kept));
                return;
            }
        }

        foreach (var row in _rows)
        {
            console.Write(AsBlock(row));
            console.WriteLine();
        }
    }

    /// <summary>Says how to go on behind a page.</summary>
    public static void SayMore(string? nextCursor, Terminal terminal)
    {
        if (nextCursor is not null)
        {
            terminal.Hint($"There are more: --cursor {nextCursor}");
        }
    }

    /// <summary>Names and values, a line each.</summary>
    public static Grid Properties(IEnumerable<(string Name, string Value)> rows)
    {
        var grid = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, Gap, 0) }).AddColumn();
        foreach (var (name, value) in rows)
        {
            grid.AddRow(new Text(name, new Style(Color.Grey)), new Text(value));
        }

        return grid;
    }

    private static int WidthOf(string cell) => new Text(cell).Length;

    private Table AsTable(int[] kept)
    {
        var table = new Table().Border(TableBorder.None);
        foreach (var at in kept)
        {
            table.AddColumn(new TableColumn($"[grey]{columns[at]}[/]")
            {
                NoWrap = at < columns.Length - 1,
                Alignment = Numbers.Contains(columns[at]) ? Justify.Right : null,
                Padding = new Padding(0, 0, at < columns.Length - 1 ? Gap : 0, 0),
            });
        }

        foreach (var row in _rows)
        {
            table.AddRow(kept.Select(at => new Text(row[at])));
        }

        return table;
    }

    private Grid AsBlock(string[] row) => Properties(columns.Zip(row).Where(cell => cell.Second.Length > 0));
}
