using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Threads;

public sealed class LimitsTests
{
    [Fact]
    public void The_last_turn_is_accepted_and_then_the_thread_ends()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxTurns = 3 });
        dialogue.Submit();
        dialogue.Judge(Verdict.Fail, Dialogue.Fail("AC-1"));
        var receipt = dialogue.Submit();
        Assert.Equal((ReceiptKind.Accepted, 4, ThreadPhase.Ended), (receipt.Kind, receipt.Sequence!.Value, receipt.ThreadState));
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.MaxTurns);
    }

    [Fact]
    public void A_limit_after_a_verdict_with_a_pass_is_partial()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxTurns = 2 });
        dialogue.Submit();
        dialogue.Judge(Verdict.Fail, Dialogue.Pass("AC-1"), Dialogue.Fail("AC-2"));
        EndingsTests.AssertEnded(dialogue, EndState.Partial, EndReason.MaxTurns);
    }

    [Fact]
    public void A_pass_of_an_optional_criterion_makes_no_partial()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxTurns = 2 });
        dialogue.Submit();
        dialogue.Judge(Verdict.Fail, Dialogue.Pass("AC-3"), Dialogue.Fail("AC-2"));
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.MaxTurns);
    }

    [Fact]
    public void A_pass_on_the_last_turn_wins()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxTurns = 2, CostCapUsd = 0.01m });
        dialogue.Submit();
        dialogue.Send(new()
        {
            MessageId = "v",
            From = Dialogue.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Pass,
            Checks = [Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2")],
            Usage = new Usage { CostUsd = 1 },
        });
        EndingsTests.AssertEnded(dialogue, EndState.Pass, EndReason.Verified);
    }

    [Theory]
    [InlineData(0.5, ThreadPhase.Open)]
    [InlineData(0.500000001, ThreadPhase.Ended)]
    public void The_thread_ends_as_soon_as_its_cost_exceeds_the_cap(double second, ThreadPhase phase)
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { CostCapUsd = 1m });
        dialogue.Submit(0.5m);
        var receipt = dialogue.Send(Dialogue.Verifier, MessageKind.Finding, cost: (decimal)second);
        Assert.Equal((ReceiptKind.Accepted, phase), (receipt.Kind, receipt.ThreadState));
        if (phase == ThreadPhase.Ended)
        {
            EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.CostCap);
        }
    }

    [Fact]
    public void Findings_and_notes_have_a_cap_per_turn()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxFindingsPerTurn = 2 });
        dialogue.Submit();
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(Dialogue.Verifier, MessageKind.Finding).Kind);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(Dialogue.Builder, MessageKind.Note).Kind);
        Assert.Equal(RejectReason.FindingsCap, dialogue.Send(Dialogue.Verifier, MessageKind.Finding).Reason);
        Assert.Equal(RejectReason.FindingsCap, dialogue.Send(Dialogue.Builder, MessageKind.Note).Reason);
        dialogue.Judge(Verdict.Fail);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Send(Dialogue.Verifier, MessageKind.Finding).Kind);
    }

    [Fact]
    public void No_progress_for_two_rounds_ends_the_thread()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxRoundsWithoutProgress = 2 });
        Round(dialogue, "AC-1", "AC-2");
        Round(dialogue, "AC-1", "AC-2");
        Assert.Equal(ThreadPhase.Open, dialogue.State.Phase);
        Round(dialogue, "AC-1", "AC-2");
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.NoProgress);
    }

    [Fact]
    public void Fewer_failing_checks_are_progress_and_start_the_count_again()
    {
        var dialogue = Dialogue.Opened(
            Dialogue.Generous with { MaxRoundsWithoutProgress = 2 },
            [.. Enumerable.Range(1, 4).Select(i => new AcceptanceCriterion($"AC-{i}", "t"))]);
        Round(dialogue, "AC-1", "AC-2", "AC-3", "AC-4");
        Round(dialogue, "AC-1", "AC-2", "AC-3", "AC-4");
        Round(dialogue, "AC-2", "AC-3");
        Assert.Equal(0, dialogue.State.RoundsWithoutProgress);
        Round(dialogue, "AC-2", "AC-1");
        Round(dialogue, "AC-2");
        Assert.Equal(ThreadPhase.Open, dialogue.State.Phase);
    }

    [Fact]
    public void A_round_that_could_try_little_is_no_better_than_one_that_failed_more()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxRoundsWithoutProgress = 1 });
        dialogue.Submit();
        dialogue.Judge(
            Verdict.Fail,
            new Check { Id = "AC-1", Status = CheckStatus.Fail },
            new Check { Id = "AC-2", Status = CheckStatus.Skipped, Detail = "it does not build" });
        Round(dialogue, "AC-2");
        Assert.Equal((ThreadPhase.Open, 0), (dialogue.State.Phase, dialogue.State.RoundsWithoutProgress));
    }

    [Fact]
    public void Going_back_and_forth_is_no_progress()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxRoundsWithoutProgress = 3 });
        Round(dialogue, "AC-1");
        Round(dialogue, "AC-1", "AC-2");
        Round(dialogue, "AC-2");
        Round(dialogue, "AC-1", "AC-2");
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.NoProgress);
    }

    [Fact]
    public void Verdicts_that_name_no_failing_check_are_no_progress()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxRoundsWithoutProgress = 2 });
        Round(dialogue);
        Round(dialogue);
        Round(dialogue);
        EndingsTests.AssertEnded(dialogue, EndState.Blocked, EndReason.NoProgress);
    }

    [Fact]
    public void Failing_optional_checks_do_not_count()
    {
        var dialogue = Dialogue.Opened(Dialogue.Generous with { MaxRoundsWithoutProgress = 1 });
        Round(dialogue, "AC-1", "AC-2", "AC-3");
        Round(dialogue, "AC-1", "AC-3", "AC-9");
        Assert.Equal((ThreadPhase.Open, 1), (dialogue.State.Phase, dialogue.State.ChecksFailed));
    }

    private static void Round(Dialogue dialogue, params string[] failing)
    {
        Assert.Equal(ReceiptKind.Accepted, dialogue.Submit().Kind);
        Assert.Equal(ReceiptKind.Accepted, dialogue.Judge(Verdict.Fail, [.. failing.Select(Dialogue.Fail)]).Kind);
    }
}
