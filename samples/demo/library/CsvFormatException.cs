namespace Tabular;

/// <summary>The text is not what RFC 4180 calls comma-separated values.</summary>
public sealed class CsvFormatException(int line, string message) : FormatException($"line {line}: {message}")
{
    /// <summary>The line, counted from 1, on which the row at fault begins.</summary>
    public int Line { get; } = line;
}
