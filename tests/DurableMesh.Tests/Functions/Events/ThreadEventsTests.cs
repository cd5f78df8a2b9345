using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Tests.Functions.Events;

public sealed class ThreadEventsTests
{
    [Fact]
    public void A_dialogue_tells_what_happened_in_its_order()
    {
        var thread = new SampleThread();
        ThreadRecord[] records =
        [
            thread.Open(),
            thread.Send(SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission)),
            thread.Send(SampleThread.MessageOf("f-1", SampleThread.Verifier, MessageKind.Finding)),
            thread.Reserve(SampleThread.Verifier, 0.1m),
            thread.Send(SampleThread.PassOf("v-1")),
        ];

        var events = records.SelectMany(Of).ToList();

        Assert.Equal(
            [
                "mesh.thread.started", "mesh.message.delivered", "mesh.message.delivered", "mesh.finding.streamed",
                "mesh.message.delivered", "mesh.thread.ended",
            ],
            events.Select(one => one.Type));
        Assert.Equal(events.Count, events.Select(one => one.Id).Distinct().Count());
        Assert.Equal(events.Select(one => one.Sequence), events.Select(one => one.Sequence).Order(StringComparer.Ordinal));
        Assert.All(events, one => Assert.Equal(
            (thread.Id, $"/threads/{thread.Id}"), (one.ThreadId, one.Source)));
        var submission = Assert.IsType<MessageHead>(events[2].Data);
        Assert.Equal((2, "b-1", true), (submission.Sequence, submission.MessageId, submission.HandsOver));
        var end = Assert.IsType<ThreadHead>(events[^1].Data);
        Assert.Equal((EndState.Pass, EndReason.Verified), (end.EndState, end.Reason));
    }

    [Fact]
    public void No_text_of_a_message_stands_in_an_event()
    {
        var thread = new SampleThread();
        var json = string.Concat(((ThreadRecord[])[thread.Open(), thread.Note("n-1", body: "the secret recipe")])
            .SelectMany(Of).Select(one => JsonSerializer.Serialize(one, MeshJson.Options)));

        Assert.DoesNotContain("recipe", json, StringComparison.Ordinal);
        Assert.DoesNotContain("quoted newline", json, StringComparison.Ordinal);
        Assert.Contains("\"specversion\":\"1.0\"", json, StringComparison.Ordinal);
        Assert.Contains($"\"threadid\":\"{thread.Id}\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thread_that_is_held_and_let_in_is_held_decided_and_started()
    {
        var (held, decided) = Held(HoldDecision.Approve);

        Assert.Equal(["mesh.thread.held"], held.Select(one => one.Type));
        Assert.Equal(["mesh.thread.decided", "mesh.thread.started"], decided.Select(one => one.Type));
        Assert.Equal("ann", Assert.IsType<ThreadHead>(decided[0].Data).By);
        Assert.True(string.CompareOrdinal(decided[0].Sequence, decided[1].Sequence) < 0);
    }

    [Fact]
    public void A_thread_that_is_held_and_denied_never_started()
    {
        var (_, decided) = Held(HoldDecision.Deny);

        Assert.Equal(["mesh.thread.decided"], decided.Select(one => one.Type));
    }

    [Fact]
    public void A_thread_that_the_gate_denied_only_ended()
    {
        Assert.Equal(["mesh.thread.ended"], Of(new SampleThread().Open(GateOutcome.Denied)).Select(one => one.Type));
    }

    [Fact]
    public void Turns_and_dollars_are_near_once_at_the_step_that_crosses_four_fifths()
    {
        var thread = new SampleThread(request: SampleThread.RequestOf() with
        {
            Limits = new LimitsRequest { MaxTurns = 5, CostCapUsd = 1m },
        });
        thread.Open();
        var near = new List<string>();
        for (var n = 1; n <= 4; n++)
        {
            var record = thread.Send(SampleThread.MessageOf($"q-{n}", n % 2 == 1 ? SampleThread.Builder : SampleThread.Verifier,
                n % 2 == 1 ? MessageKind.Question : MessageKind.Answer) with
            {
                Usage = new Usage { CostUsd = 0.24m },
            });
            near.AddRange(Of(record).Where(one => one.Type == EventTypes.LimitNear).Select(one =>
                FormattableString.Invariant($"{n}: {((LimitHead)one.Data).Limit} {((LimitHead)one.Data).Used}")));
        }

        Assert.Equal(["4: Turns 4", "4: Cost 0.96"], near);
    }

    [Fact]
    public void What_the_mesh_notes_about_the_time_is_an_event_after_the_entry_that_it_follows()
    {
        var thread = new SampleThread(ttl: TimeSpan.FromMinutes(10));
        var record = thread.Open();
        var noted = new ThreadNotice(LimitKind.Ttl, SampleThread.Noon.AddMinutes(8), record.Entries[^1].Ordinal);

        var near = Assert.Single(ThreadEvents.Of(thread.State.View(), [], noted));

        var head = Assert.IsType<LimitHead>(near.Data);
        Assert.Equal((LimitKind.Ttl, 8m, 10m), (head.Limit, head.Used, head.Most));
        Assert.True(string.CompareOrdinal(Of(record)[^1].Sequence, near.Sequence) < 0);
    }

    private static IReadOnlyList<MeshEvent> Of(ThreadRecord record) =>
        ThreadEvents.Of(record.View, record.Entries, record.Notice);

    private static (IReadOnlyList<MeshEvent> Held, IReadOnlyList<MeshEvent> Decided) Held(HoldDecision decision)
    {
        var view = new SampleThread().Open().View;
        var opening = new ThreadOpening
        {
            At = SampleThread.Noon,
            Thread = SampleThread.StartOf(view.ThreadId),
            Gate = new GateReport(GateOutcome.Held, []),
        };
        var decided = new HoldDecided { At = SampleThread.Noon, By = "ann", Decision = decision, Why = "because" };
        return (
            ThreadEvents.Of(view with { State = ThreadPhase.Held }, [TranscriptEntry.Link(0, "", opening)]),
            ThreadEvents.Of(view, [TranscriptEntry.Link(1, "", decided)]));
    }
}
