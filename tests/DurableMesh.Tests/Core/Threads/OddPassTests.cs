using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Threads;

/// <summary>Passes that a reader would not take for one.</summary>
public sealed class OddPassTests
{
    private static readonly Check[] Both = [Dialogue.Pass("AC-1"), Dialogue.Pass("AC-2")];

    public static TheoryData<string, Check[]> Odd => new()
    {
        {
            "a required check of its own is skipped",
            [.. Both, new Check { Id = "X", Status = CheckStatus.Skipped, Required = true }]
        },
        { "a check of its own fails", [.. Both, new Check { Id = "X", Status = CheckStatus.Fail }] },
        { "and is called optional", [.. Both, new Check { Id = "X", Status = CheckStatus.Fail, Required = false }] },
        { "what looks like a criterion fails", [.. Both, Dialogue.Fail("ac-1")] },
        {
            "the evidence is nothing to be seen",
            [Dialogue.Pass("AC-1", "\u200B"), Dialogue.Pass("AC-2", "\u2060\uFE0F \u3164\u0301")]
        },
        { "the evidence is of what was not tried", [Dialogue.Pass("AC-1", null), Dialogue.Pass("AC-2", null),
            new Check { Id = "AC-3", Status = CheckStatus.Skipped, Detail = "no time" }] },
    };

    [Theory]
    [MemberData(nameof(Odd))]
    public void An_odd_pass_is_none(string why, Check[] checks)
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();

        var receipt = dialogue.Judge(Verdict.Pass, checks);

        Assert.True(receipt.Reason == RejectReason.UnsupportedPass, why);
        Assert.Equal(ThreadPhase.Open, dialogue.State.Phase);
    }

    [Fact]
    public void A_check_of_its_own_that_passed_or_was_not_required_and_skipped_is_no_odd_pass()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Judge(
            Verdict.Pass,
            [.. Both, Dialogue.Pass("X"), Dialogue.Fail("AC-3"), new Check { Id = "Y", Status = CheckStatus.Skipped }]);
        EndingsTests.AssertEnded(dialogue, EndState.Pass, EndReason.Verified);
    }

    [Theory]
    [MemberData(nameof(Odd))]
    public void A_thread_from_before_is_judged_by_the_rules_that_it_began_with(string why, Check[] checks)
    {
        var entries = new List<TranscriptEntry>();
        var state = ThreadState.Starting(Dialogue.StartOf() with { Rules = 2 });
        Decide(new GateEvaluated(new GateReport(GateOutcome.Approved, [])));
        Decide(Arrived(new() { MessageId = "b", From = Dialogue.Builder, Kind = MessageKind.Submission }));
        Decide(Arrived(new()
        {
            MessageId = "v",
            From = Dialogue.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Pass,
            Checks = checks,
        }));

        Assert.True(state.EndState == EndState.Pass, why);
        Assert.Empty(EvidenceVerifier.Verify(EvidenceFile.Of(entries).ToUtf8()).Findings);

        void Decide(ThreadInput input)
        {
            var decision = ThreadRules.Decide(state, input, Dialogue.Start);
            state = decision.State;
            entries.AddRange(decision.Entries);
        }
    }

    [Fact]
    public void A_stranger_hears_that_it_is_one_also_of_a_thread_that_has_ended()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Decide(new CancelRequested("operator:ann", "enough"));

        var receipt = dialogue.Send("somebody", MessageKind.Note);

        Assert.Equal(RejectReason.NotAParty, receipt.Reason);
        Assert.DoesNotContain("BLOCKED", receipt.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Dialogue.Verifier, receipt.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_party_that_ends_a_thread_is_on_record_as_an_agent()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit();
        dialogue.Judge(Verdict.Pass, Both);

        Assert.Equal("agent:" + Dialogue.Verifier, dialogue.Last.Events.OfType<ThreadEnded>().Single().By);
    }

    private static MessageArrived Arrived(SendMessageRequest request) =>
        new(IncomingMessage.Of(request, PriceTable.Empty, Dialogue.Start));
}
