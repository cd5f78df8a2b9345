using System.Text;

namespace Tabular;

/// <summary>Reads comma-separated values (RFC 4180), one row at a time.</summary>
public sealed class CsvReader(TextReader input)
{
    private readonly StringBuilder _field = new();
    private int _line = 1;
    private int _rowLine;

    /// <summary>The rows, in order; the text is read no further than the row that was asked for.</summary>
    public IEnumerable<CsvRow> ReadRows()
    {
        while (input.Peek() >= 0)
        {
            _rowLine = _line;
            yield return new CsvRow(_rowLine, ReadFields());
        }
    }

    private List<string> ReadFields()
    {
        var fields = new List<string>();
        do
        {
            fields.Add(input.Peek() == '"' ? ReadQuoted() : ReadPlain());
        }
        while (Accept(','));

        EndRow();
        return fields;
    }

    private string ReadPlain()
    {
        _field.Clear();
        while (input.Peek() is not (-1 or ',' or '\n'))
        {
            _field.Append((char)input.Read());
        }

        return _field.ToString().TrimEnd(' ');
    }

    private string ReadQuoted()
    {
        _field.Clear();
        input.Read();
        int next;
        while (!Closes(next = input.Read()))
        {
            if (next >= 0)
            {
                Keep((char)next);
            }
        }

        return _field.ToString();
    }

    private static bool Closes(int next) => next == '"';

    private void Keep(char next)
    {
        if (next != '\n')
        {
            _field.Append(next);
        }
    }

    private void EndRow()
    {
        Accept('\n');
        _line++;
    }

    private bool Accept(char expected)
    {
        if (input.Peek() != expected)
        {
            return false;
        }

        input.Read();
        return true;
    }
}
