using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CsvHelper;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Ledger;

/// <summary>How a file of usage is written.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<BaselineFormat>))]
internal enum BaselineFormat
{
    /// <summary>CSV with a header.</summary>
    Csv,

    /// <summary>A JSON object a line.</summary>
    Jsonl,
}

/// <summary>What is wrong at a place of a file.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column of a CSV, from 1; null where it is no single one, and in JSON lines.</param>
/// <param name="Name">The column's, or the field's, name; empty for the whole line.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record BaselineMistake(int Line, int? Column, string Name, string Message)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var column = Column is { } number ? string.Create(CultureInfo.InvariantCulture, $", column {number}") : "";
        var name = Name.Length > 0 ? $" ({Name})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"line {Line}{column}{name}: {Message}");
    }
}

/// <summary>A file of usage of the pipeline before the mesh, read strictly: all lines, or all that is wrong with them.</summary>
/// <param name="Hash">The hash of its text in UTF-8.</param>
/// <param name="Lines">The lines.</param>
/// <param name="Mistakes">What is wrong; empty where it may be sent.</param>
internal sealed record BaselineFile(string Hash, IReadOnlyList<BaselineLine> Lines, IReadOnlyList<BaselineMistake> Mistakes)
{
    private const NumberStyles Plain =
        NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly CsvReaderOptions Strict = new()
    {
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
    };

    /// <summary>How a file seems to be written: by the ending of its name, else by its first character.</summary>
    public static BaselineFormat FormatOf(string name, ReadOnlySpan<byte> utf8)
    {
        var isJson = utf8.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
        return Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".CSV" => BaselineFormat.Csv,
            ".JSONL" or ".NDJSON" => BaselineFormat.Jsonl,
            _ => isJson ? BaselineFormat.Jsonl : BaselineFormat.Csv,
        };
    }

    /// <summary>Reads a file.</summary>
    /// <param name="utf8">Its text.</param>
    /// <param name="format">How it is written.</param>
    public static BaselineFile Read(byte[] utf8, BaselineFormat format)
    {
        var (lines, mistakes) = (new List<BaselineLine>(), new List<BaselineMistake>());
        if (format == BaselineFormat.Csv)
        {
            ReadCsv(utf8, lines, mistakes);
        }
        else
        {
            ReadJsonLines(utf8, lines, mistakes);
        }

        if (lines.Count == 0 && mistakes.Count == 0)
        {
            mistakes.Add(new BaselineMistake(1, null, "", "There is no line of usage."));
        }

        return new BaselineFile(ContentHash.Prefix + ContentHash.Hex(utf8), lines, mistakes);
    }

    private static void ReadCsv(byte[] utf8, List<BaselineLine> lines, List<BaselineMistake> mistakes)
    {
        try
        {
            using var csv = CsvReader.Create(utf8, Strict);
            csv.ReadHeader();
            string[] columns = [.. csv.Headers];
            mistakes.AddRange(MistakesOf(columns));
            if (mistakes.Count > 0)
            {
                return;
            }

            while (csv.Read())
            {
                var line = (int)csv.LineNumber;
                if (csv.FieldCount != columns.Length)
                {
                    mistakes.Add(new BaselineMistake(
                        line, null, "", $"The line has {csv.FieldCount} cells, and the header has {columns.Length}."));
                    continue;
                }

                Take(BaselineReader.ReadLine(AsJson(csv, columns), line), line, columns, lines, mistakes);
            }
        }
        catch (CsvFormatException malformed)
        {
            mistakes.Add(new BaselineMistake((int)malformed.LineNumber, null, "", malformed.Message));
        }
    }

    private static IEnumerable<BaselineMistake> MistakesOf(string[] columns)
    {
        for (var n = 0; n < columns.Length; n++)
        {
            if (!BaselineReader.Fields.Contains(columns[n]))
            {
                yield return new BaselineMistake(
                    1, n + 1, columns[n], $"There is no such column; there are {string.Join(", ", BaselineReader.Fields)}.");
            }
            else if (Array.IndexOf(columns, columns[n]) < n)
            {
                yield return new BaselineMistake(1, n + 1, columns[n], "This column stands twice.");
            }
        }
    }

    /// <summary>
    /// A row as a line of JSON would say it: an empty cell is nothing, a number is one where the column has numbers.
    /// </summary>
    private static ReadOnlyMemory<byte> AsJson(CsvReader csv, string[] columns)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            for (var n = 0; n < columns.Length; n++)
            {
                var cell = csv.GetString(n);
                if (cell.Length == 0)
                {
                    continue;
                }

                if (BaselineReader.Numbers.Contains(columns[n])
                    && decimal.TryParse(cell, Plain, CultureInfo.InvariantCulture, out var number))
                {
                    json.WriteNumber(columns[n], number);
                }
                else
                {
                    json.WriteString(columns[n], cell);
                }
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void ReadJsonLines(byte[] utf8, List<BaselineLine> lines, List<BaselineMistake> mistakes)
    {
        var number = 0;
        foreach (var range in utf8.AsSpan().Split((byte)'\n'))
        {
            number++;
            var line = utf8.AsMemory(range);
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                Take(BaselineReader.ReadLine(line, number), number, [], lines, mistakes);
            }
        }
    }

    private static void Take(
        ReadResult<BaselineLine> read, int line, string[] columns, List<BaselineLine> lines, List<BaselineMistake> mistakes)
    {
        if (read.Ok)
        {
            lines.Add(read.Value);
        }

        foreach (var error in read.Errors)
        {
            var column = Array.IndexOf(columns, error.Path);

            // Each line is read as a document of its own, which counts its lines from 1.
            mistakes.Add(new BaselineMistake(
                line,
                column < 0 ? null : column + 1,
                error.Path == "$" ? "" : error.Path,
                error.Message.Replace("line 1, ", "", StringComparison.Ordinal)));
        }
    }
}
