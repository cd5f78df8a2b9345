namespace Tabular;

/// <summary>Writes comma-separated values that <see cref="CsvReader"/> reads back unchanged.</summary>
public sealed class CsvWriter(TextWriter output)
{
    /// <summary>Writes one row.</summary>
    public void WriteRow(params IEnumerable<string> fields)
    {
        output.Write(string.Join(',', fields.Select(Escape)));
        output.Write("\r\n");
    }

    private static string Escape(string field) =>
        field.Contains(',') ? $"\"{field}\"" : field;
}
