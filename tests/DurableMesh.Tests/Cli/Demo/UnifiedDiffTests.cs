using DurableMesh.Cli.Demo;

namespace DurableMesh.Tests.Cli.Demo;

public sealed class UnifiedDiffTests
{
    private const string Patch = """
        Subject: what it does

        --- a/File.cs
        +++ b/File.cs
        @@ -2,3 +2,4 @@
         two
        -three
        +THREE
        +and a half
         four
        """;

    [Fact]
    public void A_patch_changes_the_lines_it_names()
    {
        var diff = Assert.Single(UnifiedDiff.Parse(Patch));

        Assert.Equal("File.cs", diff.Path);
        Assert.Equal("one\ntwo\nTHREE\nand a half\nfour\nfive\n", diff.Apply("one\ntwo\nthree\nfour\nfive\n"));
    }

    [Fact]
    public void A_hunk_is_found_where_earlier_patches_have_moved_it()
    {
        var diff = Assert.Single(UnifiedDiff.Parse(Patch));

        Assert.Equal("new\nnew\none\ntwo\nTHREE\nand a half\nfour\n", diff.Apply("new\nnew\none\ntwo\nthree\nfour\n"));
    }

    [Fact]
    public void Of_several_places_the_nearest_is_taken()
    {
        var diff = Assert.Single(UnifiedDiff.Parse(Patch));

        Assert.Equal(
            "x\ntwo\nTHREE\nand a half\nfour\ny\ntwo\nthree\nfour",
            diff.Apply("x\ntwo\nthree\nfour\ny\ntwo\nthree\nfour"));
    }

    [Fact]
    public void A_patch_for_other_lines_is_rejected_and_says_for_which_file()
    {
        var diff = Assert.Single(UnifiedDiff.Parse(Patch));

        var rejected = Assert.Throws<PatchRejectedException>(() => diff.Apply("one\ntwo\nthree and more\nfour\n"));

        Assert.Contains("File.cs", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_hunks_and_files_are_read()
    {
        const string First = "--- a/A\n+++ b/A\n@@ -1 +1 @@\n-a\n+b\n@@ -3 +3,2 @@\n c\n+d\n";
        const string Second = "--- a/B\n+++ b/B\n@@ -1 +1 @@\n-x\n+y\n";

        var diffs = UnifiedDiff.Parse(First + Second);

        Assert.Equal(["A", "B"], diffs.Select(diff => diff.Path));
        Assert.Equal("b\n\nc\nd", diffs[0].Apply("a\n\nc"));
        Assert.Equal("y", diffs[1].Apply("x"));
    }
}
