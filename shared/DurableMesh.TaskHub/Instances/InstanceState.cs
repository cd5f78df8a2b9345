using DurableMesh.TaskHub.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Instances;

/// <summary>
/// What the engine must know of an instance without running its code: a fold over its history, the same while it runs and at
/// recovery.
/// </summary>
internal sealed partial class InstanceState
{
    private readonly Dictionary<int, HistoryEvent> _waitingFor = [];
    private bool _hasInput;
    private bool _hasBegun;

    /// <summary>Whether the instance was started; before that it is only a place for early events.</summary>
    public bool Exists { get; private set; }

    /// <summary>The orchestrator's name.</summary>
    public string Name { get; private set; } = string.Empty;

    /// <summary>
    /// Distinguishes the executions of one instance (continue-as-new, restart): an answer to an older one is ignored.
    /// </summary>
    public string ExecutionId { get; private set; } = string.Empty;

    /// <summary>Durable Task's status.</summary>
    public OrchestrationRuntimeStatus Status { get; private set; } = OrchestrationRuntimeStatus.Pending;

    /// <summary>When it was created (UTC).</summary>
    public DateTime CreatedAt { get; private set; }

    /// <summary>When its code ran last, or it was ended (UTC).</summary>
    public DateTime LastUpdatedAt { get; private set; }

    /// <summary>When its code shall run first, while it has not.</summary>
    public DateTime? ScheduledStart { get; private set; }

    /// <summary>Serialised input of the current execution.</summary>
    public string? Input { get; private set; }

    /// <summary>Serialised output, once it has ended.</summary>
    public string? Output { get; private set; }

    /// <summary>Serialised custom status.</summary>
    public string? CustomStatus { get; private set; }

    /// <summary>Why it failed, if it did.</summary>
    public TaskFailureDetails? Failure { get; private set; }

    /// <summary>The orchestration's version.</summary>
    public string? Version { get; private set; }

    /// <summary>Who waits for it.</summary>
    public ParentLink? Parent { get; private set; }

    /// <summary>Its tags, or null.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; private set; }

    /// <summary>
    /// Whether its code is to run: something happened that it has not seen, and it is neither suspended nor due later.
    /// </summary>
    public bool IsReady(DateTime now) => _hasInput && Exists && !IsEnded
        && Status != OrchestrationRuntimeStatus.Suspended && (ScheduledStart is null || ScheduledStart <= now);

    /// <summary>
    /// Whether it has something to do that nothing from outside will remind it of: input that its code has not seen, or an
    /// activity under way.
    /// </summary>
    public bool IsBusy => Exists && !IsEnded
        && ((_hasInput && Status != OrchestrationRuntimeStatus.Suspended && ScheduledStart is null)
            || _waitingFor.Values.Any(pending => pending is ActivityScheduled));

    /// <summary>Whether the instance has come to its end.</summary>
    public bool IsEnded => IsEnd(Status);

    /// <summary>Whether an instance in this status has come to its end.</summary>
    public static bool IsEnd(OrchestrationRuntimeStatus status) => status is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    /// <summary>Whether the instance was started and has not ended.</summary>
    public bool IsOpen => Exists && !IsEnded;

    /// <summary>The activities, timers and sub-orchestrations that were scheduled and have not answered.</summary>
    public IEnumerable<HistoryEvent> WaitingFor => _waitingFor.Values;

    /// <summary>Whether task <paramref name="taskId"/> of the current execution is still waited for.</summary>
    public bool WaitsFor(int taskId) => _waitingFor.ContainsKey(taskId);

    /// <summary>Takes in one fact.</summary>
    public void Apply(HistoryEvent fact)
    {
        _hasInput = fact is not EpisodeStarted && (_hasInput || fact is GenerationStarted
            || (!fact.IsOutput && fact is not ExecutionRewound));
        switch (fact)
        {
            case ExecutionStarted e:
                Exists = true;
                (Name, ExecutionId, Input, CreatedAt, LastUpdatedAt) = (e.Name, e.ExecutionId, e.Input, e.CreatedAt, e.CreatedAt);
                (Version, ScheduledStart, Parent, Tags) = (e.Version, e.ScheduledStart, e.Parent, e.Tags);
                break;
            case EpisodeStarted e:
                LastUpdatedAt = e.At;
                _hasBegun = true;
                ScheduledStart = null;
                Status = Status == OrchestrationRuntimeStatus.Pending ? OrchestrationRuntimeStatus.Running : Status;
                break;
            case ActivityScheduled e:
                _waitingFor.Add(e.Id, e);
                break;
            case TimerCreated e:
                _waitingFor.Add(e.Id, e);
                break;
            case SubOrchestrationScheduled e:
                _waitingFor.Add(e.Id, e);
                break;
            case ActivityCompleted { Id: var id }:
                _waitingFor.Remove(id);
                break;
            case ActivityFailed { Id: var id }:
                _waitingFor.Remove(id);
                break;
            case TimerFired { Id: var id }:
                _waitingFor.Remove(id);
                break;
            case TimerCanceled { Id: var id }:
                _waitingFor.Remove(id);
                break;
            case SubOrchestrationCompleted { Id: var id }:
                _waitingFor.Remove(id);
                break;
            case SubOrchestrationFailed { Id: var id }:
                _waitingFor.Remove(id);
                break;
            case CustomStatusSet e:
                CustomStatus = e.Status;
                break;
            case GenerationStarted e:
                _waitingFor.Clear();
                (ExecutionId, Input, Version) = (e.ExecutionId, e.Input, e.Version);
                break;
            case ExecutionCompleted e:
                (Output, Failure) = (e.Output, e.Failure);
                End(e.Failure is null ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Failed);
                break;
            case ExecutionTerminated e:
                Output = e.Output;
                End(OrchestrationRuntimeStatus.Terminated);
                break;
            case ExecutionRewound { ExecutionId: { } executionId } e:
                _waitingFor.Clear();
                (ExecutionId, Parent) = (executionId, e.Parent ?? Parent);
                (Status, Output, Failure) = (OrchestrationRuntimeStatus.Pending, null, null);
                (_hasInput, _hasBegun) = (false, false);
                break;
            case ExecutionRewound e:
                Parent = e.Parent;
                break;
            case ExecutionSuspended when !IsEnded:
                Status = OrchestrationRuntimeStatus.Suspended;
                break;
            case ExecutionResumed when Status == OrchestrationRuntimeStatus.Suspended:
                Status = _hasBegun ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending;
                break;
        }
    }

    private void End(OrchestrationRuntimeStatus status)
    {
        Status = status;
        _waitingFor.Clear();
    }
}
