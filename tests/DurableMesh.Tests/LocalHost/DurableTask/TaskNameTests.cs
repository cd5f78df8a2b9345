using CsCheck;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class TaskNameTests
{
    [Fact]
    public void Names_that_differ_in_case_only_are_the_same() => Gen.String[Gen.Char.AlphaNumeric, 1, 20].Sample(text =>
    {
        TaskName upper = text.ToUpperInvariant();
        TaskName lower = text.ToLowerInvariant();
        return upper == lower && upper.GetHashCode() == lower.GetHashCode() && upper.Equals((object)lower);
    });

    [Fact]
    public void A_name_is_kept_as_it_was_written()
    {
        TaskName name = "MeshThread";
        string text = name;

        Assert.Equal("MeshThread", text);
        Assert.Equal("MeshThread", name.ToString());
        Assert.True(name != "MeshThreads");
    }

    [Fact]
    public void Null_and_empty_text_name_nothing()
    {
        Assert.Equal(default, (TaskName)"");
        Assert.Equal(default, (TaskName)(string)null!);
        Assert.Equal(default(TaskName).GetHashCode(), new TaskName(null!).GetHashCode());
    }

    [Fact]
    public void No_version_is_the_empty_one()
    {
        Assert.Equal(TaskVersion.Unversioned, new TaskVersion(""));
        Assert.Equal(TaskVersion.Unversioned, (TaskVersion)(string?)null);
        Assert.Equal("", (string)default(TaskVersion));
        Assert.Equal(default(TaskVersion).GetHashCode(), new TaskVersion("").GetHashCode());
    }

    [Fact]
    public void Versions_ignore_case_and_refuse_white_space()
    {
        Assert.True(new TaskVersion("V1") == new TaskVersion("v1"));
        Assert.True(new TaskVersion("v1") != new TaskVersion("v2"));
        Assert.Throws<ArgumentException>(() => new TaskVersion("  "));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "1.0", -1)]
    [InlineData("1.0", " ", 1)]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("2.0.1", "2.0", 1)]
    [InlineData("beta", "ALPHA", 1)]
    [InlineData("beta", "BETA", 0)]
    public void Versions_go_by_their_numbers_where_they_have_some_and_else_by_their_text(string one, string other, int order) =>
        Assert.Equal(order, Math.Sign(TaskOrchestrationVersioningUtils.CompareVersions(one, other)));
}
