using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.CommandLine;

public sealed class CsvRowsTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"yes\"", "\"say \"\"yes\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+2", "\"'=1+2\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")]
    [InlineData("a\u202eb", "a·b")]
    [InlineData(null, "")]
    public void A_text_is_quoted_as_RFC_4180_wants_it_and_is_no_formula(string? text, string cell) =>
        Assert.Equal($"a,b\r\n{cell},x\r\n", Written(text, "x"));

    [Fact]
    public void Numbers_and_instants_are_the_same_on_every_machine()
    {
        var before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NegativeSign) = (",", "~");
        CultureInfo.CurrentCulture = other;
        try
        {
            Assert.Equal("a,b\r\n-1234.5,0.001\r\n", Written(-1234.5m, 0.001m));
            Assert.Equal(
                "a,b\r\n2026-11-24T07:00:00.250Z,builder-verifier\r\n",
                Written(new DateTimeOffset(2026, 11, 24, 8, 0, 0, 250, TimeSpan.FromHours(1)), Pattern.BuilderVerifier));
            Assert.Equal("a,b\r\ntrue,1000000\r\n", Written(true, 1_000_000L));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Written(object? first, object? second)
    {
        var output = new StringWriter();
        new CsvRows(new Terminal(output, TextWriter.Null, false, false), "a", "b").Add(first, second);
        return output.ToString();
    }
}
