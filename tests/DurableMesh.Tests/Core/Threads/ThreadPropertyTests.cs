using System.Text.Json;
using CsCheck;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using Check = DurableMesh.Core.Wire.Check;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Threads;

public sealed class ThreadPropertyTests
{
    private const int MaxStateBytes = 96 * 1024;

    private static readonly Gen<Check[]> Checks = Gen.Select(
        Gen.Int[1, 4],
        Gen.Enum<CheckStatus>(),
        Gen.Bool,
        Gen.Bool,
        (id, status, required, detail) => new Check
        {
            Id = $"AC-{id}",
            Status = status,
            Required = required,
            Detail = detail ? "seen" : null,
        }).Array[0, 5];

    private static readonly Gen<SendMessageRequest> Messages = Gen.Select(
        Gen.Int[0, 40],
        Gen.Int[0, 20],
        Gen.Enum<MessageKind>(),
        Gen.Enum<Verdict>(),
        Checks,
        Gen.Int[-1, 30]).Select((id, from, kind, verdict, checks, cost) => new SendMessageRequest
        {
            MessageId = $"m-{id}",
            From = from == 0 ? "stranger" : from % 2 == 0 ? Dialogue.Builder : Dialogue.Verifier,
            Kind = kind,
            Verdict = kind == MessageKind.Verdict ? verdict : null,
            Checks = checks,
            Usage = cost < 0 ? null : new Usage { CostUsd = cost / 100m },
        });

    private static readonly Gen<ThreadInput> Inputs = Gen.Frequency(
        (40, Messages.Select(request => (ThreadInput)new MessageArrived(IncomingMessage.Of(
            request,
            PriceTable.Empty,
            Dialogue.Start)))),
        (6, Gen.Select(
            Gen.Int[0, 2].Select(n => new[] { Dialogue.Builder, Dialogue.Verifier, "stranger" }[n]),
            Gen.Int[0, 120],
            (agent, cents) => (ThreadInput)new ReservationAsked(agent, ReservationTests.Usd(cents / 100m)))),
        (1, Gen.Const((ThreadInput)new CancelRequested("me", "enough"))),
        (2, Gen.Enum<HoldDecision>().Select(decision => (ThreadInput)new GateDecided("anna", decision, "because"))),
        (2, Gen.Const((ThreadInput)new AlarmRang())),
        (1, Gen.Const((ThreadInput)new SystemFault(EndReason.InternalError, "broken"))),
        (2, Gen.Enum<GateOutcome>().Select(outcome => (ThreadInput)new GateEvaluated(Report(outcome)))));

    private static readonly Gen<(ThreadInput Input, int Seconds)[]> Histories = Gen.Select(Inputs, Gen.Int[0, 60]).Array[0, 80];

    [Fact]
    public void Whatever_comes_in_the_invariants_hold() => Histories.Sample(history =>
    {
        var (state, now) = (ThreadState.Starting(Dialogue.StartOf()), Dialogue.Start);
        var entries = new List<TranscriptEntry>();
        (ThreadInput Input, int Seconds)[] opened = [(new GateEvaluated(Report(GateOutcome.Approved)), 0), .. history];
        foreach (var (input, seconds) in history.Length % 4 == 0 ? history : opened)
        {
            now = now.AddSeconds(seconds);
            var decision = ThreadRules.Decide(state, input, now);
            CheckStep(state, input, decision);
            state = decision.State;
            entries.AddRange(decision.Entries);
        }

        CheckWhole(state, entries);
    });

    [Fact]
    public void The_state_stays_bounded_however_long_the_thread_runs()
    {
        var limits = Dialogue.Generous with { MaxTurns = 100_000, MaxFindingsPerTurn = 100_000, Ttl = TimeSpan.FromDays(300) };
        var dialogue = Dialogue.Opened(limits);
        for (var i = 0; i < 600; i++)
        {
            dialogue.Send(Dialogue.Builder, MessageKind.Question, "?", id: $"{new string('q', 120)}{i}");
            dialogue.Send(Dialogue.Verifier, MessageKind.Answer, "!", id: $"{new string('a', 120)}{i}");
        }

        Assert.Equal(1200, dialogue.State.Turns);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(dialogue.State, MeshJson.Options).Length, 1, MaxStateBytes);
    }

    private static void CheckStep(ThreadState before, ThreadInput input, ThreadDecision decision)
    {
        var after = decision.State;
        var accepted = decision.Events.OfType<MessageAccepted>().ToList();
        Assert.Equal(before.Messages + accepted.Count, after.Messages);
        Assert.Equal(decision.Events, decision.Entries.Select(entry => entry.Event));
        if (before.Phase == ThreadPhase.Ended)
        {
            Assert.Empty(decision.Events);
            Assert.Equal(before, after);
        }

        Assert.Equal(
            after.Phase == ThreadPhase.Ended && before.Phase != ThreadPhase.Ended,
            decision.Events.OfType<ThreadEnded>().Any());
        if (after.EndState == EndState.Pass && before.EndState is null)
        {
            var verdict = accepted.Single().Message;
            Assert.Equal((Dialogue.Verifier, Verdict.Pass), (verdict.From, verdict.Verdict!.Value));
            Assert.True(VerdictAssessment.Of(after.Start.Acceptance, verdict.Checks).AllPassed);
            Assert.True(before.SubmissionPending);
        }

        if (input is ReservationAsked { WorstCase.CostUsd: > 0 } && decision.Events.Count > 0 && after.Phase == ThreadPhase.Open)
        {
            Assert.InRange(
                after.TotalUsage().CostUsd + after.Reserved!.Initiator + after.Reserved.Responder,
                0,
                after.Start.Limits.CostCapUsd);
        }

        if (input is MessageArrived arrived)
        {
            CheckReceipt(arrived.Message, decision, accepted);
        }
    }

    private static void CheckReceipt(IncomingMessage message, ThreadDecision decision, List<MessageAccepted> accepted)
    {
        var receipt = decision.Receipt!;
        Assert.Equal((message.MessageId, decision.State.Phase), (receipt.MessageId, receipt.ThreadState));
        switch (receipt.Kind)
        {
            case ReceiptKind.Accepted:
                Assert.Equal(
                    (receipt.Sequence, decision.State.Messages),
                    (accepted.Single().Message.Sequence, decision.State.Messages));
                Assert.Null(receipt.Reason);
                break;
            case ReceiptKind.Duplicate:
                Assert.Empty(accepted);
                Assert.InRange(receipt.Sequence!.Value, 1, decision.State.Messages);
                break;
            default:
                Assert.Equal(ReceiptKind.Rejected, receipt.Kind);
                Assert.Empty(accepted);
                Assert.NotNull(receipt.Reason);
                Assert.Null(receipt.Sequence);
                break;
        }
    }

    private static void CheckWhole(ThreadState state, List<TranscriptEntry> entries)
    {
        var json = JsonSerializer.Serialize(state, MeshJson.Options);
        Assert.Equal(
            json,
            JsonSerializer.Serialize(JsonSerializer.Deserialize<ThreadState>(json, MeshJson.Options), MeshJson.Options));
        Assert.InRange(json.Length, 1, MaxStateBytes);
        Assert.Equal(
            Enumerable.Range(1, state.Messages),
            entries.Select(entry => entry.Event).OfType<MessageAccepted>().Select(accepted => accepted.Message.Sequence));
        foreach (var entry in entries)
        {
            var text = JsonSerializer.Serialize(entry, MeshJson.Options);
            var read = JsonSerializer.Deserialize<TranscriptEntry>(text, MeshJson.Options)!;
            Assert.Equal(text, JsonSerializer.Serialize(read, MeshJson.Options));
            Assert.Equal(entry.Hash, TranscriptEntry.HashOf(JsonSerializer.SerializeToUtf8Bytes(read, MeshJson.Options)));
        }

        if (entries.Count > 0)
        {
            var report = EvidenceVerifier.Verify(EvidenceFile.Of(entries).ToUtf8());
            Assert.Empty(report.Findings);
            Assert.Equal((state.EndState, state.Head), (report.EndState, report.Head));
        }
    }

    private static GateReport Report(GateOutcome outcome) => outcome == GateOutcome.NotEvaluated
        ? Report(GateOutcome.Denied)
        : new GateReport(outcome, [new("rule", outcome, "Because.")]);
}
