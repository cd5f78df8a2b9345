using DurableMesh.Core.Gate;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using Microsoft.DurableTask;
using Moq;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>
/// A mocked orchestration context that delivers events as Durable Task does: to the waiter if there is one, otherwise into a
/// buffer that the next wait empties. Everything runs on the test's thread.
/// </summary>
internal sealed class OrchestrationHarness
{
    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly Queue<InboxEnvelope?> _buffered = new();
    private readonly TaskCompletionSource _deadline = new();
    private readonly Queue<Action> _held = new();
    private TaskCompletionSource<InboxEnvelope?>? _waiter;
    private CancellationToken _timer;

    public OrchestrationHarness()
    {
        _context.Setup(one => one.CurrentUtcDateTime).Returns(() => Now.UtcDateTime);
        _context.Setup(one => one.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>()))
            .Returns((DateTime fireAt, CancellationToken cancellation) =>
            {
                (FireAt, _timer) = (fireAt, cancellation);
                return _deadline.Task;
            });
        _context.Setup(one => one.WaitForExternalEvent<InboxEnvelope?>(InboxEnvelope.EventName, It.IsAny<CancellationToken>()))
            .Returns(WaitAsync);
        _context.Setup(
            one => one.CallActivityAsync<GateReport>(nameof(EvaluateGate), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns(() => Gate());
        _context.Setup(one => one.CallActivityAsync<StepAnswer?>(
                nameof(ThreadActivities.RecordThreadStep), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName _, object record, TaskOptions options) =>
            {
                Retries.Add(options.Retry!.Policy!);
                return RecordAsync((ThreadRecord)record);
            });
        _context.Setup(one => one.CallActivityAsync(
                nameof(ThreadActivities.WriteEvidence), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName _, object threadId, TaskOptions _) =>
            {
                Evidence.Add((string)threadId);
                return DuringEvidence();
            });
        _context.Setup(one => one.CallActivityAsync(
                nameof(TaskActivities.MoveTask), It.IsAny<object>(), It.IsAny<TaskOptions>()))
            .Returns((TaskName _, object outcome, TaskOptions _) =>
            {
                Assert.NotEmpty(Evidence);
                Outcomes.Add((ThreadOutcome)outcome);
                return Task.CompletedTask;
            });
        _context.Setup(one => one.ContinueAsNew(It.IsAny<object>(), It.IsAny<bool>()))
            .Callback((object state, bool preserve) =>
            {
                Assert.True(preserve);
                Assert.Null(_waiter);
                Carried = (ThreadState)state;
            });
    }

    public DateTimeOffset Now { get; set; } = SampleThread.Noon;

    public Func<Task<GateReport>> Gate { get; set; } = () => Task.FromResult(SampleThread.Approval);

    /// <summary>What happens while the evidence is written.</summary>
    public Func<Task> DuringEvidence { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether a record waits for <see cref="Acknowledge"/>.</summary>
    public bool HoldRecords { get; set; }

    /// <summary>Which records fail for good.</summary>
    public Predicate<ThreadRecord> RefuseRecord { get; set; } = _ => false;

    /// <summary>What the store says of a record, instead of having it.</summary>
    public Func<ThreadRecord, StepAnswer?> Answer { get; set; } = record => new StepAnswer(record.Id, null);

    public List<ThreadRecord> Records { get; } = [];

    /// <summary>What the orchestrator said about trying again.</summary>
    public List<RetryPolicy> Retries { get; } = [];

    public List<string> Evidence { get; } = [];

    /// <summary>What the task was told of.</summary>
    public List<ThreadOutcome> Outcomes { get; } = [];

    public ThreadState? Carried { get; private set; }

    public DateTime FireAt { get; private set; }

    public bool TimerCancelled => _timer.IsCancellationRequested;

    public int Buffered => _buffered.Count;

    public IEnumerable<RequestReceipt> Receipts => Records.SelectMany(record => record.Receipts);

    /// <summary>The input of a thread that the app started, as far as the harness cares.</summary>
    public static ThreadState Input { get; } = ThreadState.Starting(SampleThread.StartOf("thread")) with { Seal = "a seal" };

    public Task<ThreadStatus> Start() => Run(Input);

    public Task<ThreadStatus> Run(ThreadState state) => ThreadOrchestrator.RunAsync(_context.Object, state);

    public void Raise(string requestId, InboxInput input) => Raise(new InboxEnvelope(requestId, input));

    public void Raise(InboxEnvelope? envelope)
    {
        if (_waiter is { } waiting)
        {
            _waiter = null;
            waiting.SetResult(envelope);
        }
        else
        {
            _buffered.Enqueue(envelope);
        }
    }

    public void ReachDeadline()
    {
        Now = FireAt;
        _deadline.SetResult();
    }

    public void FireTimerEarly() => _deadline.SetResult();

    /// <summary>Completes the oldest held record.</summary>
    public void Acknowledge() => _held.Dequeue()();

    private Task<StepAnswer?> RecordAsync(ThreadRecord record)
    {
        if (RefuseRecord(record))
        {
            throw new TaskFailedException(
                "RecordThreadStep", 0, new TaskFailureDetails("System.FormatException", "no such number", null, null, null));
        }

        Records.Add(record);
        var answer = Answer(record);
        if (!HoldRecords)
        {
            return Task.FromResult(answer);
        }

        var acknowledgement = new TaskCompletionSource<StepAnswer?>();
        _held.Enqueue(() => acknowledgement.SetResult(answer));
        return acknowledgement.Task;
    }

    private Task<InboxEnvelope?> WaitAsync()
    {
        if (_buffered.TryDequeue(out var envelope))
        {
            return Task.FromResult(envelope);
        }

        Assert.Null(_waiter);
        _waiter = new TaskCompletionSource<InboxEnvelope?>();
        return _waiter.Task;
    }
}
