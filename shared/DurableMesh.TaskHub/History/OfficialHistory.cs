using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Orchestrations;
using DurableTask.Core;
using DurableTask.Core.History;
using CoreEvent = DurableTask.Core.History.HistoryEvent;

namespace DurableMesh.TaskHub.History;

/// <summary>
/// The history of an instance as the official runtime tells it: each episode between <see cref="OrchestratorStartedEvent"/> and
/// <see cref="OrchestratorCompletedEvent"/>, with what its code saw and what it decided.
/// </summary>
internal sealed class OfficialHistory
{
    /// <summary>The event id of what the code did not decide.</summary>
    private const int NoId = -1;

    private readonly Instance _instance;
    private readonly List<CoreEvent> _events = [];
    private readonly List<CoreEvent> _unseen = [];
    private readonly Dictionary<int, DateTime> _timers = [];
    private DateTime _now;
    private int _nextId;
    private bool _running;

    private OfficialHistory(Instance instance) => _instance = instance;

    /// <summary>The history of the current execution. What its code has not seen yet is no part of it.</summary>
    public static IList<CoreEvent> Of(Instance instance)
    {
        var history = new OfficialHistory(instance);
        var reader = new LogReader(instance.History);
        while (!reader.AtEnd)
        {
            history.Add(HistoryCodec.Read(ref reader));
        }

        history.EndEpisode();
        return history._events;
    }

    private void Add(HistoryEvent fact)
    {
        switch (fact)
        {
            case EpisodeStarted e:
                EndEpisode();
                _now = e.At;
                _running = true;
                _events.Add(new OrchestratorStartedEvent(NoId) { Timestamp = _now });
                _events.AddRange(_unseen.Select(At));
                _unseen.Clear();
                break;
            case GenerationStarted e:
                _unseen.Add(Started(e.Input, e.Version, e.ExecutionId));
                _unseen.AddRange(e.Carried.Select(Seen));
                break;
            case { IsOutput: true }:
                Decided(fact);
                break;
            case ExecutionTerminated e:
                _events.Add(At(new ExecutionTerminatedEvent(NoId, e.Output)));
                _events.Add(At(new ExecutionCompletedEvent(_nextId++, e.Output, OrchestrationStatus.Terminated)));
                break;
            default:
                EndEpisode();
                _unseen.Add(Seen(fact));
                break;
        }
    }

    private CoreEvent Seen(HistoryEvent input) => input switch
    {
        ExecutionStarted e => Started(e.Input, e.Version, e.ExecutionId, e),
        EventRaised e => new EventRaisedEvent(NoId, e.Input) { Name = e.Name },
        ActivityCompleted e => new TaskCompletedEvent(NoId, e.Id, e.Result),
        ActivityFailed e => new TaskFailedEvent(NoId, e.Id, e.Failure.ErrorMessage, null, Failures.Core(e.Failure)),
        TimerFired e => new TimerFiredEvent(NoId, _timers.GetValueOrDefault(e.Id)) { TimerId = e.Id },
        SubOrchestrationCompleted e => new SubOrchestrationInstanceCompletedEvent(NoId, e.Id, e.Result),
        SubOrchestrationFailed e =>
            new SubOrchestrationInstanceFailedEvent(NoId, e.Id, e.Failure.ErrorMessage, null, Failures.Core(e.Failure)),
        ExecutionSuspended e => new ExecutionSuspendedEvent(NoId, e.Reason),
        ExecutionResumed e => new ExecutionResumedEvent(NoId, e.Reason),
        ExecutionRewound e => new ExecutionRewoundEvent(NoId, e.Reason),
        _ => throw new NotSupportedException($"{input.GetType().Name} has no official form."),
    };

    private void Decided(HistoryEvent output)
    {
        CoreEvent? official = output switch
        {
            ActivityScheduled e => new TaskScheduledEvent(e.Id)
            {
                Name = e.Name,
                Version = e.Version ?? _instance.State.Version ?? "",
                Input = e.Input,
                Tags = e.Tags?.ToDictionary(),
            },
            TimerCreated e => new TimerCreatedEvent(e.Id, _timers[e.Id] = e.FireAt),
            SubOrchestrationScheduled e => new SubOrchestrationInstanceCreatedEvent(e.Id)
            {
                Name = e.Name,
                Version = e.Version,
                InstanceId = e.InstanceId,
                Input = e.Input,
                Tags = e.Tags?.ToDictionary(),
            },
            EventSent e => new EventSentEvent(e.Id) { InstanceId = e.InstanceId, Name = e.Name, Input = e.Input },
            ExecutionCompleted { Failure: null } e =>
                new ExecutionCompletedEvent(_nextId, e.Output, OrchestrationStatus.Completed),
            ExecutionCompleted e =>
                new ExecutionCompletedEvent(_nextId, null, OrchestrationStatus.Failed, Failures.Core(e.Failure!)),

            // A cancelled timer and a custom status have no official event.
            _ => null,
        };
        if (official is not null)
        {
            _nextId = official.EventId + 1;
            _events.Add(At(official));
        }
    }

    private ExecutionStartedEvent Started(string? input, string? version, string executionId, ExecutionStarted? start = null)
    {
        InstanceState state = _instance.State;
        return new ExecutionStartedEvent(NoId, input)
        {
            Name = state.Name,
            Version = version ?? "",
            OrchestrationInstance = new OrchestrationInstance { InstanceId = _instance.Id, ExecutionId = executionId },
            ParentInstance = state.Parent is { } parent
                ? new ParentInstance
                {
                    Name = parent.Name,
                    OrchestrationInstance =
                        new OrchestrationInstance { InstanceId = parent.InstanceId, ExecutionId = parent.ExecutionId },
                    TaskScheduleId = parent.TaskId,
                }
                : null,
            ScheduledStartTime = start?.ScheduledStart,
            Tags = state.Tags?.ToDictionary(),
        };
    }

    private CoreEvent At(CoreEvent one)
    {
        one.Timestamp = _now;
        return one;
    }

    private void EndEpisode()
    {
        if (_running)
        {
            _running = false;
            _events.Add(At(new OrchestratorCompletedEvent(NoId)));
        }
    }
}
