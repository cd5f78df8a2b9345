using System.Net;
using System.Text;
using DurableMesh.Core.Experiments;

namespace DurableMesh.Cli.Experiments.Report;

/// <summary>An experiment as one page that needs nothing beside itself: no script, no font, no other file.</summary>
internal static class HtmlPage
{
    private const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
        .outcome { border-left: .3rem solid #4c78a8; padding: .2rem 1rem; background: #f4f6f9; }
        table { border-collapse: collapse; font-size: .85rem; display: block; overflow-x: auto; }
        th, td { padding: .25rem .6rem; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; }
        figure { margin: 2rem 0; } figcaption { font-weight: 600; font-size: .95rem; } svg { max-width: 100%; height: auto; }
        """;

    /// <summary>Writes it.</summary>
    public static string Of(ExperimentPlan plan, ExperimentResult result, IReadOnlyList<ArmRun> runs)
    {
        var title = $"{plan.Name}: {ExperimentWords.Of(result.Decision.Outcome)}";
        var page = new StringBuilder();
        page.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{Text(title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{Text(title)}</h1>
            <p class="outcome">{Text(result.Decision.Words)}</p>

            """);
        foreach (var words in result.Decision.Vetoes.Concat(ExperimentTables.Remarks(plan, result, runs)))
        {
            page.Append($"<p>{Text(words)}</p>\n");
        }

        Append(page, ExperimentTables.Savings(plan, result));
        Append(page, ExperimentTables.Arms(result));
        Append(page, ExperimentTables.Verdicts(result));
        foreach (var (caption, svg) in ExperimentCharts.Of(plan, runs))
        {
            page.Append($"<figure>\n<figcaption>{Text(caption)}</figcaption>\n{svg}\n</figure>\n");
        }

        Append(page, ExperimentTables.Tasks(plan, runs));
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder page, WordTable table)
    {
        page.Append($"<h2>{Text(table.Title)}</h2>\n<table>\n<tr>{Cells("th", table.Columns)}</tr>\n");
        foreach (var row in table.Rows)
        {
            page.Append($"<tr>{Cells("td", row)}</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static string Cells(string tag, IEnumerable<string> cells) =>
        string.Concat(cells.Select(cell => $"<{tag}>{Text(cell)}</{tag}>"));

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
