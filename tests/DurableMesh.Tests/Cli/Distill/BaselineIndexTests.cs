using DurableMesh.Cli.Distill;
using DurableMesh.Core.Distillation;

namespace DurableMesh.Tests.Cli.Distill;

public sealed class BaselineIndexTests
{
    private static readonly QuestionAnswer[] Baseline =
    [
        new("B-1", "How long is an invoice kept?", "For five years."),
        new("B-2", "May a builder verify its own work?", "No."),
        new("B-3", "How are invoices numbered?", "Without gaps."),
    ];

    [Theory]
    [InlineData("For how many years must invoices be kept?", "B-1")]
    [InlineData("Verifying work", "B-2")]
    [InlineData("\"numbered\" NEAR( - * ^ {", "B-3")]
    public void The_entry_that_is_most_like_a_draft_comes_first(string question, string expected)
    {
        using var index = new BaselineIndex(Baseline);

        Assert.Equal(expected, index.Nearest(new QuestionAnswer("D", question, ""), 2)[0].Id);
    }

    [Theory]
    [InlineData("?!")]
    [InlineData("zebra")]
    public void What_is_like_nothing_finds_nothing(string question)
    {
        using var index = new BaselineIndex(Baseline);

        Assert.Empty(index.Nearest(new QuestionAnswer("D", question, ""), 2));
    }
}
