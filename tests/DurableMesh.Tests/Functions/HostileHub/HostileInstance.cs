using System.Globalization;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>
/// An instance: its committed history, and what waits for it. Events are made anew for each run, which marks them.
/// </summary>
internal sealed class HostileInstance
{
    private List<Func<HistoryEvent>> _history = [];
    private HashSet<int> _tasks = [];
    private HashSet<int> _timers = [];
    private int _generation;

    private readonly HostileParent? _parent;

    public HostileInstance(string orchestrator, string id, string? input, HostileParent? parent = null)
    {
        (Orchestrator, Id, Input, _parent) = (orchestrator, id, input, parent);
        Begin(input);
    }

    public string Orchestrator { get; }

    public string Id { get; }

    /// <summary>What it was started with.</summary>
    public string? Input { get; }

    public string ExecutionId => _generation.ToString(CultureInfo.InvariantCulture);

    /// <summary>How it ended; null while it runs.</summary>
    public OrchestrationStatus? End { get; private set; }

    public bool IsOver => End is not null;

    public string? Output { get; private set; }

    /// <summary>What has arrived and was not taken in by a committed episode.</summary>
    public List<HostileMessage> Inbox { get; } = [];

    /// <summary>What an episode may take in now: answers only to what the history knows, whatever episode asked for it.</summary>
    public IEnumerable<HostileMessage> Deliverable(DateTime now) => Inbox.Where(message =>
        message.VisibleAt <= now
        && (message.TaskId is not { } task || _tasks.Contains(task))
        && (message.TimerId is not { } timer || _timers.Contains(timer)));

    /// <summary>An event.</summary>
    public void Raise(string name, string? json)
    {
        lock (Inbox)
        {
            Inbox.Add(new HostileMessage(() => new EventRaisedEvent(-1, json) { Name = name }));
        }
    }

    /// <summary>An answer; one to an execution that is over is dropped.</summary>
    public void Answer(string executionId, int taskId, Func<HistoryEvent> answer)
    {
        lock (Inbox)
        {
            if (executionId == ExecutionId)
            {
                Inbox.Add(new HostileMessage(answer) { TaskId = taskId });
            }
        }
    }

    /// <summary>Tells whoever waits for it how it ended, if it has.</summary>
    public void AnswerParent(OrchestratorExecutionResult result)
    {
        if (result.Actions.OfType<OrchestrationCompleteOrchestratorAction>().SingleOrDefault() is { } end
            && end.OrchestrationStatus != OrchestrationStatus.ContinuedAsNew)
        {
            AnswerParent(end.OrchestrationStatus, end.Result, end.FailureDetails);
        }
    }

    /// <summary>Somebody ends it from outside.</summary>
    public void Terminate()
    {
        (End, Output) = (OrchestrationStatus.Terminated, "by a test");
        AnswerParent(OrchestrationStatus.Terminated, null, new FailureDetails("Terminated", "by a test", null, null, false));
    }

    /// <summary>The timers of an episode, which is committed or not.</summary>
    public void SetTimers(OrchestratorExecutionResult result) => Inbox.AddRange(
        result.Actions.OfType<CreateTimerOrchestratorAction>().Select(timer =>
            new HostileMessage(() => new TimerFiredEvent(-1) { TimerId = timer.Id, FireAt = timer.FireAt })
            {
                TimerId = timer.Id,
                VisibleAt = timer.FireAt,
            }));

    public OrchestratorExecutionResult Execute(TaskOrchestration orchestration, IEnumerable<HostileMessage> batch, DateTime clock)
    {
        var state = new OrchestrationRuntimeState([.. _history.Select(make => make())]);
        state.AddEvent(new OrchestratorStartedEvent(-1) { Timestamp = clock });
        foreach (var message in batch)
        {
            state.AddEvent(message.Make());
        }

        return new TaskOrchestrationExecutor(
            state, orchestration, BehaviorOnContinueAsNew.Carryover, ErrorPropagationMode.UseFailureDetails).Execute();
    }

    public void Commit(IReadOnlyCollection<HostileMessage> batch, OrchestratorExecutionResult result, DateTime clock)
    {
        Inbox.RemoveAll(batch.Contains);
        _history.Add(() => new OrchestratorStartedEvent(-1) { Timestamp = clock });
        _history.AddRange(batch.Select(message => message.Make));
        foreach (var action in result.Actions)
        {
            switch (action)
            {
                case ScheduleTaskOrchestratorAction task:
                    _tasks.Add(task.Id);
                    _history.Add(() => new TaskScheduledEvent(task.Id) { Name = task.Name, Input = task.Input });
                    break;
                case CreateSubOrchestrationAction child:
                    _tasks.Add(child.Id);
                    _history.Add(() => new SubOrchestrationInstanceCreatedEvent(child.Id)
                    {
                        Name = child.Name,
                        InstanceId = child.InstanceId,
                        Input = child.Input,
                    });
                    break;
                case CreateTimerOrchestratorAction timer:
                    _timers.Add(timer.Id);
                    _history.Add(() => new TimerCreatedEvent(timer.Id) { FireAt = timer.FireAt });
                    break;
                case OrchestrationCompleteOrchestratorAction { OrchestrationStatus: OrchestrationStatus.ContinuedAsNew } next:
                    ContinueAsNew(next);
                    return;
                case OrchestrationCompleteOrchestratorAction end:
                    (End, Output) = (end.OrchestrationStatus, end.FailureDetails?.ToString() ?? end.Result);
                    return;
                default:
                    throw new NotSupportedException($"The hostile hub knows no {action.OrchestratorActionType}.");
            }
        }

        _history.Add(() => new OrchestratorCompletedEvent(-1));
    }

    private void AnswerParent(OrchestrationStatus status, string? result, FailureDetails? failure)
    {
        if (_parent is { } parent)
        {
            parent.Instance.Answer(parent.ExecutionId, parent.TaskId, () => status == OrchestrationStatus.Completed
                ? new SubOrchestrationInstanceCompletedEvent(-1, parent.TaskId, result)
                : new SubOrchestrationInstanceFailedEvent(-1, parent.TaskId, failure?.ErrorMessage, null, failure));
        }
    }

    private void ContinueAsNew(OrchestrationCompleteOrchestratorAction next)
    {
        // Timers and answers of the execution before are none of the next one's; events are.
        Inbox.RemoveAll(message => message.TaskId is not null || message.TimerId is not null);
        HostileMessage[] waiting = [.. Inbox];
        Inbox.Clear();
        (_history, _tasks, _timers) = ([], [], []);
        Begin(next.Result);
        foreach (var carried in next.CarryoverEvents.Cast<EventRaisedEvent>())
        {
            Inbox.Add(new HostileMessage(() => new EventRaisedEvent(-1, carried.Input) { Name = carried.Name }));
        }

        Inbox.AddRange(waiting);
    }

    private void Begin(string? input)
    {
        var execution = (++_generation).ToString(CultureInfo.InvariantCulture);
        Inbox.Add(new HostileMessage(() => new ExecutionStartedEvent(-1, input)
        {
            Name = Orchestrator,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = Id, ExecutionId = execution },
            ParentInstance = _parent is null ? null : new ParentInstance
            {
                Name = _parent.Instance.Orchestrator,
                OrchestrationInstance = new OrchestrationInstance
                {
                    InstanceId = _parent.Instance.Id,
                    ExecutionId = _parent.ExecutionId,
                },
                TaskScheduleId = _parent.TaskId,
            },
        }));
    }
}

/// <summary>Who waits for an instance.</summary>
/// <param name="Instance">The orchestration.</param>
/// <param name="ExecutionId">Its execution; a later one hears nothing.</param>
/// <param name="TaskId">What it scheduled.</param>
internal sealed record HostileParent(HostileInstance Instance, string ExecutionId, int TaskId);

/// <summary>What waits for an instance.</summary>
/// <param name="Make">Makes the event.</param>
internal sealed record HostileMessage(Func<HistoryEvent> Make)
{
    /// <summary>The task that it answers; null where it answers none.</summary>
    public int? TaskId { get; init; }

    /// <summary>The timer that it is; null where it is none.</summary>
    public int? TimerId { get; init; }

    public DateTime VisibleAt { get; init; } = DateTime.MinValue;
}
