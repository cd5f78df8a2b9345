using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Threads;

public sealed class TransitionTests
{
    private static readonly ThreadState Starting = ThreadState.Starting(Dialogue.StartOf());
    private static readonly ThreadState Open = Dialogue.Opened().State;
    private static readonly ThreadState Ended = Open.Apply(End(EndState.Blocked, EndReason.Cancelled));

    private static readonly ThreadOpening Opening = new()
    {
        At = Dialogue.Start,
        Thread = Starting.Start,
        Gate = new GateReport(GateOutcome.Approved, []),
    };

    private static readonly HoldDecided Decision = new()
    {
        At = Dialogue.Start,
        By = "anna",
        Decision = HoldDecision.Approve,
        Why = "",
    };

    public static TheoryData<string> Illegal() => new(IllegalOnes.Keys);

    private static Dictionary<string, (ThreadState State, ThreadEvent Event)> IllegalOnes => new()
    {
        ["a message before the opening"] = (Starting, Note(1)),
        ["an end before the opening"] = (Starting, End(EndState.Blocked, EndReason.Cancelled)),
        ["a second opening"] = (Open, Opening),
        ["a decision on an open thread"] = (Open, Decision),
        ["a gap in the sequence"] = (Open, Note(3)),
        ["a sequence again"] = (Open, Note(1)),
        ["a second brief"] = (Open, Note(2, kind: MessageKind.Brief)),
        ["a message of a stranger"] = (Open, Note(2, from: "somebody")),
        ["a message to oneself"] = (Open, Note(2, to: Dialogue.Builder)),
        ["a reservation before the opening"] = (Starting, Reservation(Dialogue.Builder)),
        ["a reservation of a stranger"] = (Open, Reservation("somebody")),
        ["a reservation after the end"] = (Ended, Reservation(Dialogue.Builder)),
        ["a pass without a verdict"] = (Open, End(EndState.Pass, EndReason.Verified)),
        ["a message after the end"] = (Ended, Note(2)),
        ["a second end"] = (Ended, End(EndState.Blocked, EndReason.Cancelled)),
        ["an opening after the end"] = (Ended, Opening),
    };

    [Theory]
    [MemberData(nameof(Illegal))]
    public void An_illegal_transition_is_an_error(string name)
    {
        var (state, threadEvent) = IllegalOnes[name];
        Assert.Throws<IllegalTransitionException>(() => state.Apply(threadEvent));
    }

    [Fact]
    public void An_entry_that_does_not_follow_is_an_error()
    {
        var note = Note(2);
        Assert.Throws<IllegalTransitionException>(() => Open.Apply(TranscriptEntry.Link(Open.Entries + 1, Open.Head, note)));
        Assert.Throws<IllegalTransitionException>(() => Open.Apply(TranscriptEntry.Link(
            Open.Entries,
            ContentHash.Genesis,
            note)));
        Assert.Equal(2, Open.Apply(TranscriptEntry.Link(Open.Entries, Open.Head, note)).Messages);
    }

    [Fact]
    public void The_state_is_the_fold_of_its_entries()
    {
        var dialogue = Dialogue.Opened();
        dialogue.Submit(0.1m);
        dialogue.Send(Dialogue.Verifier, MessageKind.Finding);
        dialogue.Judge(Verdict.Partial, Dialogue.Pass("AC-1"));
        var folded = dialogue.Decisions
            .SelectMany(decision => decision.Entries)
            .Aggregate(ThreadState.Starting(dialogue.State.Start), (state, entry) => state.Apply(entry));
        Assert.Equal(dialogue.State.View(), folded.View());
        Assert.Equal(dialogue.State.Head, folded.Head);
    }

    private static MessageAccepted Note(
        int sequence,
        string from = Dialogue.Builder,
        string to = Dialogue.Verifier,
        MessageKind kind = MessageKind.Note) => new()
        {
            At = Dialogue.Start,
            Message = new Message
            {
                Sequence = sequence,
                MessageId = "n",
                From = from,
                To = to,
                Kind = kind,
                SentAt = Dialogue.Start,
                ContentHash = "",
            },
        };

    private static MoneyReserved Reservation(string agent) =>
        new() { At = Dialogue.Start, Agent = agent, WorstCase = ReservationTests.Usd(0.1m) };

    private static ThreadEnded End(EndState endState, EndReason reason) =>
        new() { At = Dialogue.Start, EndState = endState, Reason = reason };
}
