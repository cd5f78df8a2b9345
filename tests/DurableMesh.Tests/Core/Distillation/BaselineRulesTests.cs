using DurableMesh.Core.Distillation;

namespace DurableMesh.Tests.Core.Distillation;

public sealed class BaselineRulesTests
{
    private static readonly QuestionAnswer[] Baseline =
    [
        new("B-1", "How long is an invoice kept?", "An invoice is kept for 5 years after the end of the financial year."),
        new("B-2", "May a builder verify its own work?", "A builder may not verify its own work; another agent does."),
        new("B-3", "How many findings may a turn have?", "A turn may have 1,000 findings and notes. Send the rest later."),
    ];

    [Theory]
    [InlineData("Can a thread be cancelled?", "Yes, at any time.")]
    [InlineData("How long is an invoice kept in Norway?", "The books follow another law there.")]
    [InlineData("How long is an invoice kept?", "For as long as the law says, which differs from land to land.")]
    [InlineData("How many invoices were sent?", "There were 7 of them.")]
    public void What_the_baseline_says_nothing_of_passes(string question, string answer) =>
        Assert.Equal(DraftOutcome.Pass, Judge(question, answer).Outcome);

    [Theory]
    [InlineData("How long is an invoice kept?", "An invoice is kept for 5 years after the end of the financial year.")]
    [InlineData("how long are invoices kept", "Invoices are kept for 5 years after the financial year's end.")]
    [InlineData("How many findings may a turn have?", "A turn may have 1000 findings and notes. Send the rest later.")]
    public void What_the_baseline_says_already_is_dropped(string question, string answer)
    {
        var judgement = Judge(question, answer);

        Assert.Equal(DraftOutcome.Drop, judgement.Outcome);
        Assert.Equal(DraftReason.Duplicate, Assert.Single(judgement.Reasons).Code);
    }

    [Theory]
    [InlineData("How long is an invoice kept?", "An invoice is kept for 7 years.", "An invoice is kept for 5 years.")]
    [InlineData(
        "Is there an end to keeping?",
        "There is. An invoice is kept for 7.5 years after the end of the financial year! Shred it then.",
        "There is. An invoice is kept for 5 years after the end of the financial year! Shred it then.")]
    [InlineData(
        "How many findings may a turn have?",
        "A turn may have 80 findings and notes.",
        "A turn may have 1,000 findings and notes.")]
    public void Another_number_for_the_same_thing_is_mended(string question, string answer, string mended)
    {
        var judgement = Judge(question, answer);

        Assert.Equal((DraftOutcome.Mend, mended), (judgement.Outcome, judgement.Proposal));
        Assert.Equal(DraftReason.OtherNumber, Assert.Single(judgement.Reasons).Code);
    }

    [Theory]
    [InlineData("May a builder verify its own work?", "A builder may verify its own work.")]
    [InlineData("Who verifies?", "Another agent does that. A builder may verify its own work, though.")]
    public void The_opposite_of_the_baseline_is_to_be_mended_and_nobody_guesses_how(string question, string answer)
    {
        var judgement = Judge(question, answer);

        Assert.Equal((DraftOutcome.Mend, null), (judgement.Outcome, judgement.Proposal));
        var reason = Assert.Single(judgement.Reasons);
        Assert.Equal((DraftReason.Opposite, "B-2"), (reason.Code, reason.BaselineId));
    }

    [Fact]
    public void A_double_denial_denies_nothing() => Assert.Equal(
        DraftOutcome.Mend,
        Judge("May a builder verify its own work?", "It is not so that a builder may never verify its own work.").Outcome);

    [Theory]
    [InlineData("", "An answer.")]
    [InlineData("A question?", " \n")]
    public void A_draft_of_nothing_is_dropped(string question, string answer) =>
        Assert.Equal(DraftReason.Empty, Assert.Single(Judge(question, answer).Reasons).Code);

    [Fact]
    public void Of_two_contradictions_nothing_is_proposed_that_mends_only_one()
    {
        var judgement = Judge(
            "What are the numbers?",
            "An invoice is kept for 7 years after the end of the financial year. A turn may have 80 findings and notes.");

        Assert.Equal(2, judgement.Reasons.Count);
        Assert.Null(judgement.Proposal);
    }

    private static DraftJudgement Judge(string question, string answer) =>
        BaselineRules.Judge(new QuestionAnswer("D", question, answer), Baseline);
}
