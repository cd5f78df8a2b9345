using DurableMesh.Cli.Demo;

namespace DurableMesh.Tests.Cli.Demo;

public sealed class LaboratoryTests
{
    [Fact]
    public void What_the_compiler_says_is_read_once_with_file_line_and_words()
    {
        const string Output = """
            /w/library/CsvRow.cs(9,40): error CS1503: Argument 1: cannot convert from 'string' to 'int'
            C:\w\library\CsvReader.cs(51,7): warning CS8602: Dereference of a possibly null reference.
            /w/library/CsvRow.cs(9,40): error CS1503: Argument 1: cannot convert from 'string' to 'int'
            """;

        var diagnostics = Laboratory.ReadDiagnostics(Output);

        Assert.Equal(2, diagnostics.Count);
        Assert.Equal(
            new Diagnostic("CsvRow.cs", 9, "error CS1503: Argument 1: cannot convert from 'string' to 'int'"), diagnostics[0]);
        Assert.Equal(51, diagnostics[1].Line);
        Assert.Equal("warning CS8602: Dereference of a possibly null reference.", diagnostics[1].Text);
    }

    [Fact]
    public void A_compiler_that_failed_without_a_word_about_the_code_says_nothing_about_it() =>
        Assert.Empty(Laboratory.ReadDiagnostics("error CS2001: Source file '/w/library/CsvRow.cs' could not be found.\n"));
}
