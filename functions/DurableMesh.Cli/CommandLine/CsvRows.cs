using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using CsvHelper;
using DurableMesh.Cli.Transcript;

namespace DurableMesh.Cli.CommandLine;

/// <summary>
/// Rows for spreadsheets and programs: RFC 4180 with a header, numbers and instants whatever the machine's language is, and no
/// text that a spreadsheet would take for a formula. Each row is written at once.
/// </summary>
internal sealed class CsvRows
{
    private static readonly CsvWriterOptions Options = new() { Injection = CsvInjection.Escape };

    private readonly Terminal _terminal;
    private readonly int _columns;

    /// <summary>Writes the header.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="columns">The columns' names.</param>
    public CsvRows(Terminal terminal, params string[] columns)
    {
        (_terminal, _columns) = (terminal, columns.Length);
        Add([.. columns]);
    }

    /// <summary>The option of commands that can write them.</summary>
    public static Option<bool> Option()
    {
        var option = new Option<bool>("--csv")
        {
            Description = "Print CSV (RFC 4180), and nothing else, on standard output, for spreadsheets.",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>() && result.GetResult(CommonOptions.Json)?.GetValueOrDefault<bool>() == true)
            {
                result.AddError("Say --csv or --json, not both.");
            }
        });
        return option;
    }

    /// <summary>Writes a row: texts, numbers, instants, names of enums; null is an empty cell.</summary>
    public void Add(params object?[] cells)
    {
        if (cells.Length != _columns)
        {
            throw new ArgumentException($"A row has {_columns} cells, not {cells.Length}.", nameof(cells));
        }

        var row = new StringBuilder();
        using (var text = new StringWriter(row))
        using (var csv = CsvWriter.Create(text, Options, leaveOpen: true))
        {
            foreach (var cell in cells)
            {
                Write(csv, cell);
            }

            csv.EndRecord();
        }

        _terminal.WriteCsv(row.ToString());
    }

    private static void Write(CsvWriter csv, object? cell)
    {
        switch (cell)
        {
            case string text:
                csv.WriteField(text);
                break;
            case Enum name:
                csv.WriteField(ThreadWords.OfAny(name));
                break;
            case DateTimeOffset instant:
                csv.WriteField(instant.UtcDateTime, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
                break;
            case bool flag:
                csv.WriteField(flag ? "true" : "false");
                break;
            default:
                csv.WriteField(cell);
                break;
        }
    }
}
