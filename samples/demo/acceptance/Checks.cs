using System.Globalization;

namespace Tabular.Acceptance;

/// <summary>The criteria that can only be seen by running the library. AC-1, that it builds, is the compiler's.</summary>
internal static class Checks
{
    /// <summary>Each check answers what it has seen, or throws at the first thing that is not as it must be.</summary>
    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new Dictionary<string, Func<string>>
    {
        ["AC-2"] = PlainRows,
        ["AC-3"] = QuotedField,
        ["AC-4"] = QuotedLineBreak,
        ["AC-5"] = RowEndings,
        ["AC-6"] = UnclosedQuote,
        ["AC-7"] = Amounts,
        ["AC-8"] = RoundTrip,
    };

    private static string PlainRows()
    {
        var rows = Read("date,text,amount\n2026-01-31,rent,-950.00\n");
        Expect.Equal(2, rows.Count, "rows");
        Expect.Equal("date|text|amount", Join(rows[0]), "the header");
        Expect.Equal("2026-01-31|rent|-950.00", Join(rows[1]), "the first row");
        var missing = Expect.Throws<CsvFormatException>(() => _ = Read("a\nb\nc")[2][1], "a column that is not there");
        Expect.Equal(3, missing.Line, "its line");
        return "a header and a row, and a missing column is an error with its line";
    }

    private static string QuotedField()
    {
        Expect.Equal("Smith, Ada|x", Join(Read("\"Smith, Ada\",x\n")[0]), "a comma in quotes");
        Expect.Equal("the \"big\" one|x", Join(Read("\"the \"\"big\"\" one\",x\n")[0]), "a doubled quote");
        return "a comma and a doubled quote in quotes";
    }

    private static string QuotedLineBreak()
    {
        var rows = Read("note,by\n\"first\nsecond\",Ada\nlast,Bob\n");
        Expect.Equal("first\nsecond|Ada", Join(rows[1]), "a line break in quotes");
        Expect.Equal(4, rows[2].Line, "the line of the row after it");
        return "the line break is kept and the next row begins on line 4";
    }

    private static string RowEndings()
    {
        Expect.Equal("a|b", Join(Read("a,b\r\nc,d\r\n")[0]), "a row that ends in CRLF");
        Expect.Equal("a|b ", Join(Read("a,b \nc,d\n")[0]), "a space at the end of a field");
        return "CRLF and LF, and a space before the end belongs to the field";
    }

    private static string UnclosedQuote()
    {
        var error = Expect.Throws<CsvFormatException>(() => Read("a,b\n\"never closed,c\n"), "a quote that is never closed");
        Expect.Equal(2, error.Line, "its line");
        return "the error names line 2";
    }

    private static string Amounts()
    {
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NumberGroupSeparator = ".";
        CultureInfo.CurrentCulture = comma;
        Expect.Equal(1234.56m, Read("1234.56\n")[0].Amount(0), "1234.56 where people write a decimal comma");
        return "the same amount with a decimal comma and with a decimal point";
    }

    private static string RoundTrip()
    {
        string[] pieces = ["", "a", ",", "\"", "\n", "\r\n", " ", "é", "🙂"];
        var random = new Random(2026);
        const int Tables = 500;
        for (var table = 0; table < Tables; table++)
        {
            var fields = Enumerable.Range(0, 3).Select(_ => string.Concat(random.GetItems(pieces, 4))).ToArray();
            using var text = new StringWriter();
            new CsvWriter(text).WriteRow(fields);
            var rows = Read(text.ToString());
            Expect.Equal(1, rows.Count, $"rows read of {Expect.Show(text.ToString())}");
            Expect.Equal(string.Join('|', fields), Join(rows[0]), $"table {table} read back");
        }

        return $"{Tables} random tables came back as they were written";
    }

    private static List<CsvRow> Read(string text) => [.. new CsvReader(new StringReader(text)).ReadRows()];

    private static string Join(CsvRow row) => string.Join('|', row.Fields);
}
