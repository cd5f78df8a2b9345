using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Tests.Cli.CommandLine;

public sealed class ListingTests
{
    private const string Id = "0f8fad5b-d9cb-469f-a165-70867728950e";

    [Theory]
    [InlineData(80)]
    [InlineData(60)]
    [InlineData(50)]
    public void No_id_is_broken_however_narrow_the_terminal_is(int width)
    {
        var listing = new Listing("thread", "agent", "state", "why");
        listing.Add(Id, "codecraft-builder-of-the-north", "open", "a reason of many words that does not fit beside all of that");

        var lines = Write(listing, width);

        Assert.Contains(lines, line => line.Contains(Id, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("codecraft-builder-of-the-north", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
    }

    [Fact]
    public void A_row_that_fits_stands_in_one_line()
    {
        var listing = new Listing("thread", "n", "why") { Numbers = ["n"] };
        listing.Add("a", "7", "short");
        listing.Add("b", "1234", "short");

        Assert.Equal(
            ["thread     n  why", "a          7  short", "b       1234  short"],
            Write(listing, 80).Select(line => line.TrimEnd()));
    }

    [Fact]
    public void A_narrow_table_leaves_out_what_can_be_spared_before_it_becomes_blocks()
    {
        var listing = new Listing("agent", "company", "zone", "state") { Spare = ["zone", "company"] };
        listing.Add("codecraft-builder", "codecraft", "internal", "away");

        Assert.Equal("agent              company    zone      state", Write(listing, 60)[0].TrimEnd());
        Assert.Equal("agent              company    state", Write(listing, 40)[0].TrimEnd());
        Assert.Equal("agent              state", Write(listing, 30)[0].TrimEnd());
    }

    [Fact]
    public void In_a_narrow_terminal_ids_are_as_long_as_it_takes_to_tell_them_apart()
    {
        string[] ids = [Id, "0f8fad5b-d9cc-469f-a165-70867728950e", "1f8fad5b-d9cb-469f-a165-70867728950e"];

        Assert.Equal(13, Listing.LengthOfIds(Console(80, out _), ids));
        Assert.Equal(8, Listing.LengthOfIds(Console(80, out _), [ids[0], ids[2]]));
        Assert.Equal(36, Listing.LengthOfIds(Console(200, out _), ids));
    }

    private static string[] Write(Listing listing, int width)
    {
        listing.WriteTo(Console(width, out var output));
        return output.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n');
    }

    private static Spectre.Console.IAnsiConsole Console(int width, out StringWriter output)
    {
        output = new StringWriter();
        var console = new Terminal(output, TextWriter.Null, false, false).Out;
        console.Profile.Width = width;
        return console;
    }
}
