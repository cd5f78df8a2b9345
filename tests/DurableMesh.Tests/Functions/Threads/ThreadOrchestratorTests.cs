using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.TaskHub.Orchestrations;
using Microsoft.DurableTask;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.Threads;

public sealed class ThreadOrchestratorTests
{
    private readonly OrchestrationHarness _harness = new();

    [Fact]
    public void An_approved_thread_records_its_opening_and_its_brief_and_waits()
    {
        var run = _harness.Start();

        var record = Assert.Single(_harness.Records);
        Assert.False(run.IsCompleted);
        Assert.Equal(["ThreadOpening", "MessageAccepted"], record.Entries.Select(entry => entry.Event.GetType().Name));
        Assert.Equal(ThreadPhase.Open, record.View.State);
        Assert.Equal(record.View.Deadline.UtcDateTime, _harness.FireAt);
    }

    [Fact]
    public async Task A_denied_thread_ends_with_evidence()
    {
        _harness.Gate = () => Task.FromResult(new GateReport(
            GateOutcome.Denied, [new GateFinding("parties_differ", GateOutcome.Denied, "They are the same.")]));

        var status = await _harness.Start();

        Assert.Equal(new ThreadStatus(ThreadPhase.Ended, EndState.Blocked, 0, _harness.Records[^1].View.Evidence.Head), status);
        Assert.Equal(EndReason.GateDenied, _harness.Records[^1].View.Reason);
        Assert.Equal(["thread"], _harness.Evidence);
        Assert.True(Assert.Single(_harness.Outcomes).Refused);
        Assert.Equal(default, _harness.FireAt);
    }

    [Fact]
    public async Task A_gate_that_fails_ends_the_thread_as_internal_error()
    {
        _harness.Gate = () => throw new TaskFailedException(
            "EvaluateGate", 0, new TaskFailureDetails("System.FormatException", "broken", null, null, null));

        var status = await _harness.Start();

        Assert.Equal(EndState.Blocked, status.EndState);
        Assert.Equal(EndReason.InternalError, _harness.Records[^1].View.Reason);
        Assert.Contains("broken", _harness.Records[^1].View.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_held_thread_opens_when_a_person_approves()
    {
        _harness.Gate = () => Task.FromResult(new GateReport(
            GateOutcome.Held, [new GateFinding("high_priority", GateOutcome.Held, "A person decides.")]));
        _ = _harness.Start();
        Assert.Equal(ThreadPhase.Held, _harness.Records[^1].View.State);

        _harness.Raise("r-1", new GateDecided("a person", HoldDecision.Approve, "fine"));

        Assert.Equal(ThreadPhase.Open, _harness.Records[^1].View.State);
        Assert.Equal(ReceiptKind.Accepted, Assert.Single(_harness.Receipts).Receipt.Kind);
    }

    [Fact]
    public void Events_that_are_there_already_share_one_record()
    {
        _harness.HoldRecords = true;
        _ = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));
        _harness.Raise("r-2", Note("n-2"));
        _harness.Raise("r-3", Note("n-2"));
        _harness.Raise("r-4", Note("n-3", from: "a stranger"));

        _harness.Acknowledge();

        Assert.Equal(2, _harness.Records.Count);
        Assert.Equal(
            ["r-1 Accepted", "r-2 Accepted", "r-3 Duplicate", "r-4 Rejected"],
            _harness.Records[1].Receipts.Select(one => $"{one.RequestId} {one.Receipt.Kind}"));
        Assert.Equal([2, 3], _harness.Records[1].Entries.Select(entry => entry.Ordinal));
    }

    [Fact]
    public async Task The_deadline_ends_a_thread_that_nobody_answers()
    {
        var run = _harness.Start();

        _harness.ReachDeadline();
        var status = await run;

        Assert.Equal(EndState.Blocked, status.EndState);
        Assert.Equal(EndReason.TtlExpired, _harness.Records[^1].View.Reason);
        Assert.Equal(["thread"], _harness.Evidence);
        Assert.Equal(("101959", EndReason.TtlExpired), (_harness.Outcomes.Single().TaskId, _harness.Outcomes.Single().Reason));
    }

    [Fact]
    public async Task A_clock_that_lags_behind_the_timer_ends_the_thread_all_the_same()
    {
        var run = _harness.Start();

        _harness.FireTimerEarly();

        Assert.Equal(EndState.Blocked, (await run).EndState);
    }

    [Fact]
    public async Task A_supported_pass_ends_the_thread_as_PASS()
    {
        var run = _harness.Start();

        _harness.Raise("r-1", Message(SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission)));
        _harness.Raise("r-2", Message(SampleThread.PassOf("v-1")));
        var status = await run;

        Assert.Equal(new ThreadStatus(ThreadPhase.Ended, EndState.Pass, 3, _harness.Records[^1].View.Evidence.Head), status);
        Assert.All(_harness.Receipts, one => Assert.Equal(ReceiptKind.Accepted, one.Receipt.Kind));
        Assert.True(_harness.TimerCancelled);
    }

    [Fact]
    public async Task Events_under_way_at_the_end_are_still_answered()
    {
        _harness.DuringEvidence = () =>
        {
            _harness.Raise("r-4", Note("too late"));
            return Task.CompletedTask;
        };
        _harness.HoldRecords = true;
        var run = _harness.Start();
        _harness.Acknowledge();
        _harness.Raise("r-1", new CancelRequested("a person", "enough"));
        _harness.Raise("r-2", Note("late"));
        _harness.Raise("r-3", new CancelRequested("another person", "enough"));
        _harness.HoldRecords = false;
        _harness.Acknowledge();
        await run;

        var late = _harness.Receipts.ToDictionary(one => one.RequestId, one => one.Receipt);
        Assert.Equal(RejectReason.ThreadEnded, late["r-2"].Reason);
        Assert.Equal(ReceiptKind.Accepted, late["r-3"].Kind);
        Assert.Equal(RejectReason.ThreadEnded, late["r-4"].Reason);
        Assert.Single(_harness.Evidence);
    }

    [Fact]
    public async Task After_many_steps_the_history_starts_anew_and_no_event_is_lost()
    {
        _harness.HoldRecords = true;
        var run = _harness.Start();
        _harness.Acknowledge();
        for (var step = 1; step <= ThreadOrchestrator.StepsPerRun; step++)
        {
            _harness.Raise($"r-{step}", Note($"n-{step}"));
            if (step < ThreadOrchestrator.StepsPerRun)
            {
                _harness.Acknowledge();
            }
        }

        _harness.Raise("next 1", Note("next 1"));
        _harness.Raise("next 2", Note("next 2"));
        _harness.Acknowledge();
        await run;

        Assert.Equal(ThreadOrchestrator.StepsPerRun + 1, _harness.Carried?.Messages);
        Assert.Equal(2, _harness.Buffered);
        Assert.True(_harness.TimerCancelled);
        Assert.Empty(_harness.Evidence);
    }

    [Fact]
    public void A_carried_state_goes_on_without_asking_the_gate_again()
    {
        var thread = new SampleThread("thread");
        thread.Open();
        _harness.Gate = () => throw new InvalidOperationException("The gate speaks once.");

        _ = _harness.Run(thread.State);
        _harness.Raise("r-1", Note("n-1"));

        Assert.Equal(2, _harness.Records[^1].View.Messages);
        Assert.Equal(2, _harness.Records[^1].Entries[0].Ordinal);
    }

    [Fact]
    public void A_forged_event_whose_step_cannot_even_be_written_is_left_out()
    {
        _harness.RefuseRecord = record => record.Receipts.Any(one => one.RequestId == "forged");
        _harness.Answer = record => new StepAnswer(
            record.Id, Stored: null, record is { Receipts: [], Proof.Arrivals: [{ RequestId: "forged" }] } ? [0] : null);
        var running = _harness.Start();

        _harness.Raise("forged", new CancelRequested("nobody", "because"));
        _harness.Raise("r-1", new CancelRequested("a person", "enough"));

        Assert.True(running.IsCompletedSuccessfully);
        Assert.Equal("r-1", Assert.Single(_harness.Receipts).RequestId);
        Assert.DoesNotContain(_harness.Records, record => record.View.Reason == EndReason.InternalError);
    }

    [Fact]
    public async Task A_step_that_cannot_be_recorded_has_not_happened_and_ends_the_thread()
    {
        _harness.RefuseRecord = record => record.Receipts.Any(one => one.RequestId == "r-2");
        var run = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));

        _harness.Raise("r-2", Note("n-2"));
        await run;

        var last = _harness.Records[^1];
        Assert.Equal((EndReason.InternalError, 2), (last.View.Reason, last.View.Messages));
        Assert.Equal([3], last.Entries.Select(entry => entry.Ordinal));
        Assert.Equal(["r-1"], _harness.Receipts.Select(one => one.RequestId));
    }

    [Theory]
    [InlineData("DurableMesh.Functions.Store.StoreUnavailableException", true)]
    [InlineData("System.IO.IOException", true)]
    [InlineData("(unknown)", true)]
    [InlineData("Microsoft.Azure.WebJobs.Host.FunctionInvocationException", true)]
    [InlineData("System.FormatException", false)]
    public void Only_an_outage_is_worth_another_try(string errorType, bool again)
    {
        _ = _harness.Start();

        var failure = Failures.Core("a", 0, new TaskFailureDetails(errorType, "m", null, null, null), false);
        Assert.NotEmpty(_harness.Retries);
        Assert.All(_harness.Retries, policy => Assert.Equal(again, policy.Handle(failure)));
    }

    [Fact]
    public void A_failure_of_the_functions_own_code_that_the_host_could_not_read_is_a_defect()
    {
        _ = _harness.Start();
        var failure = Failures.Core("a", 0, new TaskFailureDetails(
            "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
            "m",
            null,
            new TaskFailureDetails(
                "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException", "Result: Failure", null, null, null),
            null), ofSubOrchestration: false);

        Assert.All(_harness.Retries, policy => Assert.False(policy.Handle(failure)));
    }

    [Fact]
    public void What_the_store_has_instead_of_a_step_is_what_the_thread_goes_on_from()
    {
        _ = _harness.Start();
        var opened = _harness.Records[0];
        var recorded = Recorded(opened, "n-1", SampleThread.Noon.AddSeconds(-1));
        _harness.Answer = record => record.Receipts.Any(one => one.RequestId == "r-1")
            ? new StepAnswer(record.Id, new StoredSteps(recorded.Entries, ["r-1"]))
            : new StepAnswer(record.Id, null);

        _harness.Raise("r-1", Note("n-1"));
        _harness.Raise("r-2", Note("n-2"));

        var last = _harness.Records[^1];
        Assert.Equal(["r-2"], last.Receipts.Select(one => one.RequestId));
        Assert.Equal(recorded.Entries[^1].Hash, last.Entries[0].Prev);
        Assert.Equal(3, last.View.Messages);
    }

    [Fact]
    public void An_answer_to_another_episodes_step_is_no_answer()
    {
        var foreign = 1;
        _harness.Answer = record => foreign-- > 0 ? new StepAnswer("another", null) : new StepAnswer(record.Id, null);

        _ = _harness.Start();

        Assert.Equal(2, _harness.Records.Count);
        Assert.Equal(_harness.Records[0].Id, _harness.Records[1].Id);
    }

    [Fact]
    public void Histories_from_before_there_were_answers_go_on()
    {
        _harness.Answer = _ => null;

        _ = _harness.Start();
        _harness.Raise("r-1", Note("n-1"));

        Assert.Equal([0, 2], _harness.Records.Select(record => record.Entries[0].Ordinal));
    }

    [Fact]
    public void An_event_that_is_no_envelope_is_ignored()
    {
        _ = _harness.Start();

        _harness.Raise(null);
        _harness.Raise("r-1", null!);
        _harness.Raise("r-2", Note("n-1"));

        Assert.Equal("r-2", Assert.Single(_harness.Receipts).RequestId);
        Assert.Equal(2, _harness.Records.Count);
    }

    /// <summary>What an earlier run of the same episode recorded after a step.</summary>
    private static ThreadRecord Recorded(ThreadRecord step, string noteId, DateTimeOffset at)
    {
        var state = step.Entries.Aggregate(
            ThreadState.Starting(SampleThread.StartOf("thread")), (one, entry) => one.Apply(entry));
        var earlier = new ThreadStep(state);
        earlier.Take(new InboxEnvelope("r-1", Note(noteId)), at);
        return earlier.ToRecord();
    }

    private static MessageArrived Note(string messageId, string from = SampleThread.Builder) =>
        Message(SampleThread.MessageOf(messageId, from, MessageKind.Note));

    private static MessageArrived Message(SendMessageRequest request) => new(SampleThread.Incoming(request));
}
