using DurableMesh.Simulation.Workload;
using DurableMesh.TaskHub.History;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace DurableMesh.Simulation.Invariants;

/// <summary>One instance as its durable facts tell it. Every fact must be possible after the ones before.</summary>
internal sealed class ReferenceInstance(string id, ReferenceHub hub)
{
    private readonly Dictionary<int, HistoryEvent> _waitingFor = [];
    private readonly List<InstanceVersion> _versions = [default];
    private readonly List<EventRaised> _arrived = [];
    private readonly Dictionary<string, long> _starts = [];
    private Script? _script;
    private DateTime _lastEpisode;
    private bool _hasBegun;
    private InstanceVersion _now;

    /// <summary>Its id.</summary>
    public string Id => id;

    /// <summary>What clients may see now.</summary>
    public InstanceVersion Now => _versions[^1];

    /// <summary>When it was started last, by the hub's moments.</summary>
    public long LastStarted { get; private set; } = -1;

    /// <summary>When it was suspended, resumed and purged last, by the hub's moments.</summary>
    public long LastSuspended { get; private set; } = -1;

    /// <inheritdoc cref="LastSuspended"/>
    public long LastResumed { get; private set; } = -1;

    /// <inheritdoc cref="LastSuspended"/>
    public long LastPurged { get; private set; } = -1;

    /// <summary>What the durable facts say it waits for, for people.</summary>
    public string WaitsFor => string.Join("; ", _waitingFor.Values);

    /// <summary>All that clients could see of it at some time from a moment on.</summary>
    public IEnumerable<InstanceVersion> Since(long moment)
    {
        int first = _versions.Count - 1;
        while (first > 0 && _versions[first].Moment > moment)
        {
            first--;
        }

        return _versions.Skip(first);
    }

    /// <summary>When it was started last with a script, by the hub's moments.</summary>
    public long LastStartedWith(string script) => _starts.GetValueOrDefault(script, -1);

    /// <summary>Whether an event has arrived at the present incarnation.</summary>
    public bool HasArrived(string eventId) => _arrived.Any(raised => EventId(raised) == eventId);

    /// <summary>It was purged.</summary>
    public void Purge()
    {
        Must(_now.IsEnded, "only what has ended is purged", "was purged while it was open");
        (_script, _hasBegun, _lastEpisode) = (null, false, default);
        _arrived.Clear();
        _waitingFor.Clear();
        LastPurged = hub.Moment;
        _now = default;
        Publish();
    }

    /// <summary>Takes in a fact.</summary>
    public void Apply(HistoryEvent fact)
    {
        Must(!_now.IsEnded, "an ended instance stays ended", $"met {fact} after its end");
        Must(
            _now.Exists || fact is ExecutionStarted or EventRaised,
            "an instance begins with its start",
            $"met {fact} before its start");
        switch (fact)
        {
            case ExecutionStarted e:
                Must(!_now.Exists, "an instance is started once", "was started while it was open");
                _script = JsonDataConverter.Default.Deserialize<Script>(e.Input);
                LastStarted = _starts[_script!.Name] = hub.Moment;
                _now = new InstanceVersion(0, true, OrchestrationRuntimeStatus.Pending, e.Input, null, null);
                break;
            case EpisodeStarted e:
                Must(
                    e.At >= _lastEpisode && e.At <= hub.Clock.UtcNow,
                    "an instance's clock goes forward",
                    $"ran at {e.At:O} after {_lastEpisode:O}");
                (_lastEpisode, _hasBegun) = (e.At, true);
                _now = _now.Status == OrchestrationRuntimeStatus.Pending
                    ? _now with { Status = OrchestrationRuntimeStatus.Running }
                    : _now;
                break;
            case EventRaised e:
                _arrived.Add(e);
                hub.Arrived(id, EventId(e));
                break;
            case EventSent e:
                hub.Sent(id, e.InstanceId, e.Input!.Trim('"'));
                break;
            case CustomStatusSet e:
                _now = _now with { CustomStatus = e.Status };
                break;
            case GenerationStarted e:
                ContinueAsNew(e);
                break;
            case ExecutionCompleted e:
                End(e.Failure is null ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Failed, e.Output);
                CheckReport(e);
                break;
            case ExecutionTerminated e:
                End(OrchestrationRuntimeStatus.Terminated, e.Output);
                break;
            case ExecutionSuspended:
                LastSuspended = hub.Moment;
                _now = _now with { Status = OrchestrationRuntimeStatus.Suspended };
                break;
            case ExecutionResumed:
                LastResumed = hub.Moment;
                _now = _now.Status != OrchestrationRuntimeStatus.Suspended ? _now
                    : _now with { Status = _hasBegun ? OrchestrationRuntimeStatus.Running : OrchestrationRuntimeStatus.Pending };
                break;
            default:
                ApplyTask(fact);
                break;
        }

        Publish();
    }

    /// <summary>A task was scheduled, or its one answer came.</summary>
    private void ApplyTask(HistoryEvent fact)
    {
        switch (fact)
        {
            case ActivityScheduled e:
                Await(e.Id, e);
                hub.Called(id, JsonDataConverter.Default.Deserialize<Work>(e.Input)!.Key);
                break;
            case TimerCreated e:
                Await(e.Id, e);
                break;
            case SubOrchestrationScheduled e:
                Await(e.Id, e);
                break;
            case ActivityCompleted e:
                Answer<ActivityScheduled>(e.Id, fact);
                break;
            case ActivityFailed e:
                Answer<ActivityScheduled>(e.Id, fact);
                break;
            case SubOrchestrationCompleted e:
                Answer<SubOrchestrationScheduled>(e.Id, fact);
                break;
            case SubOrchestrationFailed e:
                Answer<SubOrchestrationScheduled>(e.Id, fact);
                break;
            case TimerCanceled e:
                // It may have fired in the episode in which the code gave it up.
                _waitingFor.Remove(e.Id);
                break;
            case TimerFired e when Answer<TimerCreated>(e.Id, fact) is { } timer:
                Must(timer.FireAt <= hub.Clock.UtcNow, "a timer is never early", $"was woken at {hub.Clock.UtcNow:O} by {timer}");
                break;
        }
    }

    private void Await(int task, HistoryEvent scheduled) =>
        Must(_waitingFor.TryAdd(task, scheduled), "a task is scheduled once", $"scheduled task {task} again: {scheduled}");

    private T? Answer<T>(int task, HistoryEvent answer)
        where T : HistoryEvent
    {
        bool isWaitedFor = _waitingFor.Remove(task, out HistoryEvent? scheduled) && scheduled is T;
        Must(isWaitedFor, "a completion is applied once", $"met {answer}, which it does not wait for");
        return scheduled as T;
    }

    private void End(OrchestrationRuntimeStatus status, string? output)
    {
        _now = _now with { Status = status, Output = output };
        _waitingFor.Clear();
    }

    /// <summary>What has arrived is either in the report of the generations before, or is carried over.</summary>
    private void ContinueAsNew(GenerationStarted next)
    {
        Script script = JsonDataConverter.Default.Deserialize<Script>(next.Input)!;
        foreach (string name in Scenario.EventNames)
        {
            IEnumerable<string> known = ScriptReport.EventsIn(script.Report, name)
                .Concat(next.Carried.Where(e => e.Name == name).Select(EventId));
            IEnumerable<string> arrived = Arrived(name);
            Must(
                known.SequenceEqual(arrived),
                "no event is lost, doubled or moved at continue-as-new",
                $"had met [{string.Join(' ', arrived)}] of '{name}' and goes on with [{string.Join(' ', known)}]");
        }

        _waitingFor.Clear();
        _now = _now with { Input = next.Input };
    }

    private void CheckReport(ExecutionCompleted end)
    {
        string? report = end.Failure is { } failure
            ? failure.ErrorMessage
            : JsonDataConverter.Default.Deserialize<string>(end.Output);
        Must(
            end.Failure is null != _script!.Throws,
            "an instance comes to its expected end",
            $"ended with {end} for script {_script.Name}");
        string? wrong = ScriptReport.WhatIsWrong(
            _script, (report ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries), Arrived);
        Must(wrong is null, "an instance reports what its script says", $"reports '{report}': {wrong}");
    }

    /// <summary>
    /// The ids of the events of a name that this incarnation has met: those that arrived, behind those that its script reported
    /// already when it was started (a restart begins with the newest input).
    /// </summary>
    private IEnumerable<string> Arrived(string name) =>
        ScriptReport.EventsIn(_script!.Report, name).Concat(_arrived.Where(e => e.Name == name).Select(EventId));

    private static string EventId(EventRaised raised) => raised.Input!.Trim('"');

    private void Publish()
    {
        if (_now with { Moment = 0 } != Now with { Moment = 0 })
        {
            _versions.Add(_now with { Moment = hub.Moment });
        }
    }

    private void Must(bool condition, string invariant, string details)
    {
        if (!condition)
        {
            hub.Violations.Report(invariant, $"{id} {details}");
        }
    }
}
