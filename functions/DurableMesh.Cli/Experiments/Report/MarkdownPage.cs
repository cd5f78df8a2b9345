using System.Text;
using DurableMesh.Core.Experiments;

namespace DurableMesh.Cli.Experiments.Report;

/// <summary>An experiment as a Markdown page.</summary>
internal static class MarkdownPage
{
    private const string Marks = @"|<>[]`*_\";

    /// <summary>Writes it.</summary>
    public static string Of(ExperimentPlan plan, ExperimentResult result, IReadOnlyList<ArmRun> runs)
    {
        var page = new StringBuilder();
        page.Append($"# {Plain(plan.Name)}: {ExperimentWords.Of(result.Decision.Outcome)}\n\n{Plain(result.Decision.Words)}\n");
        foreach (var veto in result.Decision.Vetoes)
        {
            page.Append($"\n- {Plain(veto)}");
        }

        foreach (var remark in ExperimentTables.Remarks(plan, result, runs))
        {
            page.Append($"\n{Plain(remark)}\n");
        }

        foreach (var table in (WordTable[])
        [
            ExperimentTables.Savings(plan, result),
            ExperimentTables.Arms(result),
            ExperimentTables.Verdicts(result),
            ExperimentTables.Tasks(plan, runs),
        ])
        {
            Append(page, table);
        }

        return page.ToString();
    }

    /// <summary>Adds a table.</summary>
    public static void Append(StringBuilder page, WordTable table)
    {
        page.Append($"\n## {Plain(table.Title)}\n\n");
        page.Append($"| {string.Join(" | ", table.Columns.Select(Plain))} |\n");
        page.Append($"| --- |{string.Concat(Enumerable.Repeat(" ---: |", table.Columns.Count - 1))}\n");
        foreach (var row in table.Rows)
        {
            page.Append($"| {string.Join(" | ", row.Select(Plain))} |\n");
        }
    }

    // Names come from files of others, and must not become markup.
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var character in text.ReplaceLineEndings(" "))
        {
            plain.Append(Marks.Contains(character) ? $"\\{character}" : $"{character}");
        }

        return plain.ToString();
    }
}
