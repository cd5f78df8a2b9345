using System.Diagnostics;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Orchestrations;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.TaskHub.Partitions;

/// <content>Running orchestrators: inputs become episodes, episodes become records and effects.</content>
internal sealed partial class Partition
{
    private readonly LogWriter _facts = new();
    private readonly List<InstanceMessage> _messages = [];
    private int _rememberFrom;
    private Activity? _cause;

    /// <summary>Takes in something that happened to an instance: recorded now, seen by the code in its next episode.</summary>
    private void Accept(Instance instance, HistoryEvent input, Activity? cause = null)
    {
        if (IsStale(instance.State, input))
        {
            return;
        }

        Record(instance, input);
        Flush(instance);
        instance.Executor?.Accept(input);
        instance.CausedBy(cause);
        Enqueue(instance);
    }

    private void Enqueue(Instance instance)
    {
        if (!instance.IsQueued)
        {
            instance.IsQueued = true;
            _ready.Enqueue(instance);
        }
    }

    /// <summary>
    /// Runs every instance that has input, each once; what they set going among themselves comes in the next round.
    /// </summary>
    private void RunReady()
    {
        for (int count = _ready.Count; count > 0; count--)
        {
            Instance instance = _ready.Dequeue();
            instance.IsQueued = false;
            if (instance.State.IsReady(UtcNow))
            {
                using Activity? span = EngineTracing.StartEpisode(instance, out _cause);
                RunEpisode(instance);
                span?.Conclude(instance.State);
                _services.Metrics.Turn(_number, instance.State.Name);
                _cause = null;
            }

            if (_open.Buffer.Length >= BatchBytes)
            {
                _closed.Enqueue(CloseBatch());
            }
        }

        if (_ready.Count > 0)
        {
            Post(static () => { });
        }
    }

    private void RunEpisode(Instance instance)
    {
        DateTime now = Now(instance.State);
        List<HistoryEvent> outputs;
        try
        {
            instance.Executor ??= Revive(instance);
            outputs = instance.Executor.RunEpisode(now, _services.NewExecutionId);
            CheckHistory(instance);
        }
        catch (Exception error)
        {
            // Whatever the code does (diverge, throw from an async void), it ends its own instance and no other.
            FailInstance(instance, error);
            return;
        }

        Record(instance, new EpisodeStarted(now));
        foreach (HistoryEvent output in outputs)
        {
            Record(instance, output);
            TakeEffect(instance, output);
        }

        Flush(instance);
    }

    private void CheckHistory(Instance instance)
    {
        if (instance.History.Length > _services.Options.MaximumHistoryBytes)
        {
            throw new InvalidOperationException(
                $"The history of orchestration '{instance.State.Name}' ({instance.Id}) has grown to "
                + $"{instance.History.Length:N0} bytes; {_services.Options.MaximumHistoryBytes:N0} are allowed. "
                + "Call ContinueAsNew from time to time, and keep large data in a store.");
        }
    }

    /// <summary>
    /// An answer to something that is no longer waited for, such as the second answer of an activity that ran twice.
    /// </summary>
    private static bool IsStale(InstanceState state, HistoryEvent input) => input switch
    {
        ActivityCompleted e => !state.WaitsFor(e.Id),
        ActivityFailed e => !state.WaitsFor(e.Id),
        TimerFired e => !state.WaitsFor(e.Id),
        SubOrchestrationCompleted e => !state.WaitsFor(e.Id),
        SubOrchestrationFailed e => !state.WaitsFor(e.Id),
        _ => false,
    };

    private OrchestrationExecutor Revive(Instance instance)
    {
        InstanceState state = instance.State;
        OrchestrationExecutor? executor = null;
        executor = new OrchestrationExecutor(
            state.Name,
            instance.Id,
            state.Parent,
            _services.FindOrchestrator,
            _services.Converter,
            _services.LoggerFactory,
            error => Post(() =>
            {
                if (instance.Executor == executor && !instance.State.IsEnded)
                {
                    FailInstance(instance, error);
                }
            }));
        executor.Replay(instance.History);
        return executor;
    }

    private void FailInstance(Instance instance, Exception error)
    {
        LogInstanceFailed(instance.State.Name, instance.Id, error.Message);
        EndInstance(instance, new ExecutionCompleted(null, TaskFailureDetails.FromException(error)));
    }

    /// <summary>Ends an instance without asking its code.</summary>
    private void EndInstance(Instance instance, HistoryEvent end)
    {
        Record(instance, new EpisodeStarted(Now(instance.State)));
        Record(instance, end);
        TakeEffect(instance, end);
        Flush(instance);
    }

    /// <summary>Applies a fact and adds it to what <see cref="Flush"/> will write.</summary>
    private void Record(Instance instance, HistoryEvent fact)
    {
        if (fact is GenerationStarted)
        {
            instance.Forget();
            _rememberFrom = _facts.Length;
        }

        bool wasOpen = instance.State.IsOpen;
        instance.State.Apply(fact);
        _openInstances += (instance.State.IsOpen ? 1 : 0) - (wasOpen ? 1 : 0);
        HistoryCodec.Write(_facts, fact);
    }

    /// <summary>Puts the recorded facts into the open batch, then sends what they address to other instances.</summary>
    private void Flush(Instance instance)
    {
        if (_facts.Length > 0)
        {
            _open.Records.InstanceEvents(instance.Id, _facts.Written.Span);
            instance.LastCommit = _open.Number;
            instance.Remember(_facts.Written.Span[_rememberFrom..]);
            if (instance.State.IsEnded)
            {
                instance.Executor = null;
            }

            _facts.Clear();
            _rememberFrom = 0;
            Touch(instance);
            MarkDirty(instance);
            AnswerWaiters(instance);
        }

        if (_messages.Count > 0)
        {
            InstanceMessage[] messages = [.. _messages];
            _messages.Clear();
            foreach (InstanceMessage message in messages)
            {
                Send(message);
            }
        }
    }

    private void TakeEffect(Instance instance, HistoryEvent output)
    {
        InstanceState state = instance.State;
        string executionId = state.ExecutionId;
        switch (output)
        {
            case ActivityScheduled e:
                Activity? episode = _cause;
                _open.OnCommitted(() => Dispatch(instance.Id, executionId, e, episode));
                break;
            case TimerCreated e:
                _timers.Add(new DueTimer(instance.Id, executionId, e.Id), e.FireAt);
                break;
            case SubOrchestrationScheduled e:
                var parent = new ParentLink(state.Name, instance.Id, executionId, e.Id);
                _messages.Add(new InstanceMessage(e.InstanceId, null, new ExecutionStarted(
                    e.Name, _services.NewExecutionId(), e.Input, Now(state), e.Version, Parent: parent), _cause));
                break;
            case EventSent e:
                _messages.Add(new InstanceMessage(e.InstanceId, null, new EventRaised(e.Name, e.Input), _cause));
                break;
            case GenerationStarted:
                instance.Executor = null;
                instance.CausedBy(_cause);
                Enqueue(instance);
                break;
            case ExecutionCompleted or ExecutionTerminated when state.Parent is { } waiting:
                _messages.Add(
                    new InstanceMessage(waiting.InstanceId, waiting.ExecutionId, AnswerToParent(waiting, output), _cause));
                break;
        }
    }

    private static HistoryEvent AnswerToParent(ParentLink parent, HistoryEvent end) => end switch
    {
        ExecutionCompleted { Failure: null } e => new SubOrchestrationCompleted(parent.TaskId, e.Output),
        ExecutionCompleted e => new SubOrchestrationFailed(parent.TaskId, e.Failure!),
        _ => new SubOrchestrationFailed(parent.TaskId, new TaskFailureDetails(
            "OrchestrationTerminated", "The sub-orchestration was terminated.", null, null, null)),
    };

    private void Dispatch(string instanceId, string executionId, ActivityScheduled call, Activity? cause)
    {
        long started = _services.Time.GetTimestamp();
        _services.Activities.Dispatch(new ActivityCall(instanceId, call.Id, call.Name, call.Input, cause, Answer));

        void Answer(string? result, TaskFailureDetails? failure, Activity? run) => Post(() =>
        {
            DeliverWhenBack(new InstanceMessage(
                instanceId,
                executionId,
                failure is null ? new ActivityCompleted(call.Id, result) : new ActivityFailed(call.Id, failure),
                run));

            // What took longer to make than it may linger is worth an append of its own: it would have to be made again.
            _open.IsAwaited |= !_open.IsEmpty && _services.Time.GetElapsedTime(started) > _services.Options.CommitLinger;
        });
    }

    private void FireTimers()
    {
        foreach (DueTimer timer in _timers.TakeDue())
        {
            if (timer.TaskId != DueTimer.Start)
            {
                DeliverWhenBack(new InstanceMessage(timer.InstanceId, timer.ExecutionId, new TimerFired(timer.TaskId)));
            }
            else
            {
                With(timer.InstanceId, instance =>
                {
                    if (instance?.State.ExecutionId == timer.ExecutionId)
                    {
                        Enqueue(instance);
                    }
                });
            }
        }
    }

    private DateTime UtcNow => _services.Time.GetUtcNow().UtcDateTime;

    /// <summary>An instance's clock never goes back, whatever the machine's does.</summary>
    private DateTime Now(InstanceState state) => UtcNow is var now && now > state.LastUpdatedAt ? now : state.LastUpdatedAt;
}
