using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Evidence;

public sealed class EvidenceFileTests
{
    [Fact]
    public void It_says_who_what_and_how_it_ended()
    {
        var file = EvidenceSample.File;
        Assert.Equal((true, EndState.Pass, EndReason.Verified), (file.Final, file.EndState!.Value, file.Reason!.Value));
        Assert.Equal((Dialogue.Builder, Dialogue.Verifier, "101959"), (file.Initiator, file.Responder, file.McTask));
        Assert.Equal((9, 6, 1), (file.Messages, file.Turns, file.Findings));
        Assert.Equal(GateOutcome.Approved, file.Gate.Outcome);
    }

    [Fact]
    public void It_lists_the_rounds_with_their_checks()
    {
        var rounds = EvidenceSample.File.Rounds;
        Assert.Equal(
            [(1, 2, 1, 4, Verdict.Fail), (2, 7, 0, 9, Verdict.Pass)],
            rounds.Select(round => (round.Round, round.Submission, round.Findings, round.Verdict!.Value, round.Result!.Value)));
        Assert.Equal(["AC-1", "AC-2"], rounds[0].Checks.Select(check => check.Id));
        Assert.All(rounds, round => Assert.True(round.JudgedAt > round.SubmittedAt));
    }

    [Fact]
    public void It_adds_up_what_each_agent_spent_on_each_model()
    {
        var usage = EvidenceSample.File.Usage;
        Assert.Equal(0.25m + 0.006m, usage.Total.CostUsd);
        Assert.Equal(
            [(Dialogue.Builder, "m", 0, 0.006m), (Dialogue.Builder, null, 0, 0.25m), (Dialogue.Verifier, "unknown", 1, 0m)],
            usage.Agents.Select(agent => (agent.Agent, agent.Model, agent.Unpriced, agent.Totals.CostUsd)));
    }

    [Fact]
    public void It_says_how_long_each_party_had_the_move()
    {
        var timings = EvidenceSample.File.Timings;
        Assert.Equal(
            [(Dialogue.Builder, 3, TimeSpan.FromSeconds(4)), (Dialogue.Verifier, 3, TimeSpan.FromSeconds(5))],
            timings.Agents.Select(agent => (agent.Agent, agent.Turns, agent.HadTheMove)));
        Assert.Equal(TimeSpan.FromSeconds(10), timings.Elapsed);
        Assert.Equal(timings.EndedAt, Dialogue.Start + timings.Elapsed);
    }

    [Fact]
    public void An_open_thread_has_evidence_that_is_not_final()
    {
        var file = EvidenceFile.Of([.. EvidenceSample.Entries.Take(5)]);
        Assert.False(file.Final);
        Assert.Null(file.EndState);
        Assert.Equal(5, file.Chain.Entries);
        Assert.True(EvidenceVerifier.Verify(file.ToUtf8()).Holds);
    }

    [Fact]
    public void A_denied_thread_has_evidence_with_every_objection()
    {
        var dialogue = new Dialogue();
        dialogue.Decide(new GateEvaluated(new GateReport(GateOutcome.Denied, [new("r", GateOutcome.Denied, "No.")])));
        var file = EvidenceFile.Of(dialogue.Last.Entries);
        Assert.Equal((true, EndReason.GateDenied, "No."), (file.Final, file.Reason!.Value, file.Gate.Rules[0].Explanation));
        Assert.True(EvidenceVerifier.Verify(file.ToUtf8()).Holds);
    }

    [Fact]
    public void A_transcript_begins_with_its_opening()
    {
        Assert.Throws<ArgumentException>(() => EvidenceFile.Of([]));
        Assert.Throws<ArgumentException>(() => EvidenceFile.Of([.. EvidenceSample.Entries.Skip(1)]));
    }

    [Fact]
    public void Each_hash_covers_the_one_before()
    {
        var entries = EvidenceSample.Entries;
        Assert.Equal(ContentHash.Genesis, entries[0].Prev);
        Assert.Equal(entries.Take(entries.Count - 1).Select(entry => entry.Hash), entries.Skip(1).Select(entry => entry.Prev));
        Assert.Equal(Enumerable.Range(0, entries.Count), entries.Select(entry => entry.Ordinal));
        Assert.Equal(entries[^1].Hash, EvidenceSample.File.Chain.Head);
    }
}
