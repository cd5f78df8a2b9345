namespace Tabular;

/// <summary>One row: its fields, and the line, counted from 1, on which it begins.</summary>
public sealed record CsvRow(int Line, IReadOnlyList<string> Fields)
{
    /// <summary>The field in <paramref name="column"/>, counted from 0.</summary>
    public string this[int column] => column < Fields.Count
        ? Fields[column]
        : throw new CsvFormatException($"there is no column {column}", Line);

    /// <summary>The field in <paramref name="column"/> as an amount of money, written with a decimal point.</summary>
    public decimal Amount(int column) =>
        decimal.TryParse(this[column], out var amount)
            ? amount
            : throw new CsvFormatException($"'{this[column]}' is no amount", Line);
}
