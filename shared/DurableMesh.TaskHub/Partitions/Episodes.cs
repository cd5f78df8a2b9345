using System.Diagnostics;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using DurableMesh.TaskHub.Orchestrations;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Runs orchestrators: inputs become episodes, episodes become facts and effects. Owns the queue of the instances that are to
/// run, and the messages of the episode that runs.
/// </summary>
internal sealed partial class Episodes(
    PartitionScope scope,
    CommitPipeline commits,
    FactRecorder recorder,
    InstanceCatalog catalog,
    Residency residency,
    ScheduledTasks tasks,
    MessageExchange exchange,
    ILogger logger)
{
    private readonly PartitionServices _services = scope.Services;
    private readonly Queue<Instance> _ready = new();

    /// <summary>What the facts that are being recorded address to other instances.</summary>
    private readonly List<InstanceMessage> _messages = [];

    /// <summary>The span of the episode that runs.</summary>
    private Activity? _cause;

    /// <summary>Creates an instance, in the place of an ended one where there is one.</summary>
    public Instance Start(string instanceId, ExecutionStarted start, Activity? cause)
    {
        Instance? ended = residency.Find(instanceId);
        if (ended is { State.IsEnded: true })
        {
            recorder.Purge(instanceId);
        }

        Instance instance = residency.Obtain(instanceId);
        instance.Waiters ??= ended?.Waiters;
        catalog.Add(instanceId);
        instance.CausedBy(cause);
        recorder.Record(instance, start);
        recorder.Flush(instance);
        if (start.ScheduledStart is { } due)
        {
            tasks.SetStart(instanceId, start.ExecutionId, due);
        }
        else
        {
            Enqueue(instance);
        }

        return instance;
    }

    /// <summary>Takes in something that happened to an instance: recorded now, seen by the code in its next episode.</summary>
    public void Accept(Instance instance, HistoryEvent input, Activity? cause = null)
    {
        if (IsStale(instance.State, input))
        {
            return;
        }

        recorder.Record(instance, input);
        recorder.Flush(instance);
        instance.Executor?.Accept(input);
        instance.CausedBy(cause);
        Enqueue(instance);
    }

    /// <summary>Ends an instance without asking its code.</summary>
    /// <param name="instance">Which.</param>
    /// <param name="end">How.</param>
    /// <param name="first">What is sent before the word to its parent.</param>
    public void End(Instance instance, HistoryEvent end, IEnumerable<InstanceMessage>? first = null)
    {
        _messages.AddRange(first ?? []);
        recorder.Record(instance, new EpisodeStarted(Now(instance.State)));
        recorder.Record(instance, end);
        TakeEffect(instance, end);
        Flush(instance);
    }

    /// <summary>Lets a failed instance, and the failed sub-orchestrations that it waited for, try again.</summary>
    public void Rewind(Instance instance, ExecutionRewound rewound)
    {
        InstanceState state = instance.State;
        List<HistoryEvent> facts = [.. Rewinding.Of(instance.History, rewound.ExecutionId!, rewound.Parent)];
        recorder.Record(instance, rewound);
        facts.ForEach(fact => recorder.Record(instance, fact));
        foreach (HistoryEvent pending in state.WaitingFor)
        {
            if (pending is SubOrchestrationScheduled child)
            {
                var waiting = new ParentLink(state.Name, instance.Id, state.ExecutionId, child.Id);
                _messages.Add(new InstanceMessage(
                    child.InstanceId, null, new ExecutionRewound(_services.NewExecutionId(), rewound.Reason, waiting)));
            }
            else
            {
                TakeEffect(instance, pending);
            }
        }

        Flush(instance);
        Enqueue(instance);
    }

    /// <summary>
    /// The orchestration that waits for an instance was rewound: the instance too if it has failed; if it runs it is told whom to
    /// answer, and if it has ended it answers again.
    /// </summary>
    public void RewindChild(string instanceId, ExecutionRewound rewound)
    {
        ParentLink waiting = rewound.Parent!;
        Instance? child = residency.Find(instanceId);
        if (child?.State is not { Exists: true, Parent: { } parent } state || parent.InstanceId != waiting.InstanceId)
        {
            Answer(new SubOrchestrationFailed(waiting.TaskId, new TaskFailureDetails(
                "OrchestrationNotFound", $"The sub-orchestration '{instanceId}' is not there any more.", null, null, null)));
        }
        else if (!state.IsEnded)
        {
            recorder.Record(child, rewound with { ExecutionId = null });
            recorder.Flush(child);
        }
        else if (state.Failure is not null && !child.History.IsEmpty)
        {
            Rewind(child, rewound);
        }
        else
        {
            Answer(AnswerToParent(waiting, state.Status == OrchestrationRuntimeStatus.Terminated
                ? new ExecutionTerminated(state.Output)
                : new ExecutionCompleted(state.Output, state.Failure)));
        }

        void Answer(HistoryEvent end) => exchange.Send(new InstanceMessage(waiting.InstanceId, waiting.ExecutionId, end));
    }

    /// <summary>Lets an instance's code run in the next round.</summary>
    public void Enqueue(Instance instance)
    {
        if (!instance.IsQueued)
        {
            instance.IsQueued = true;
            _ready.Enqueue(instance);
        }
    }

    /// <summary>Sets an instance in memory going again after a recovery: its code, and what it waits for.</summary>
    public void Resume(Instance instance)
    {
        InstanceState state = instance.State;
        if (!state.IsOpen)
        {
            return;
        }

        if (state.ScheduledStart is { } start)
        {
            tasks.SetStart(instance.Id, state.ExecutionId, start);
        }
        else
        {
            Enqueue(instance);
        }

        tasks.Resume(instance);
    }

    /// <summary>
    /// Runs every instance that has input, each once; what they set going among themselves comes in the next round.
    /// </summary>
    public void RunReady()
    {
        for (int count = _ready.Count; count > 0; count--)
        {
            Instance instance = _ready.Dequeue();
            instance.IsQueued = false;
            if (instance.State.IsReady(UtcNow))
            {
                using Activity? span = EngineTracing.StartEpisode(instance, out _cause);
                Run(instance);
                span?.Conclude(instance.State);
                _services.Metrics.Turn(scope.Number, instance.State.Name);
                _cause = null;
            }

            commits.CloseIfLarge();
        }

        if (_ready.Count > 0)
        {
            scope.Mailbox.Post(static () => { });
        }
    }

    private void Run(Instance instance)
    {
        if (_services.Tasks.Refuse(instance.State.Version) is { } refusal)
        {
            Refuse(instance, refusal);
            return;
        }

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
            Fail(instance, error);
            return;
        }

        foreach (HistoryEvent output in outputs)
        {
            recorder.Record(instance, output);
            TakeEffect(instance, output);
        }

        Flush(instance);
    }

    /// <summary>Fails an instance whose version the worker does not run, or leaves it to a worker that does.</summary>
    private void Refuse(Instance instance, TaskFailureDetails refusal)
    {
        LogVersionRefused(instance.State.Name, instance.Id, refusal.ErrorMessage);
        if (_services.Tasks.FailsWrongVersions)
        {
            End(instance, new ExecutionCompleted(null, refusal));
        }
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
            _services.Tasks.CreateOrchestrator(state.Name, state.Version),
            _services.Tasks,
            _services.Converter,
            _services.LoggerFactory,
            error => scope.Mailbox.Post(() =>
            {
                if (instance.Executor == executor && !instance.State.IsEnded)
                {
                    Fail(instance, error);
                }
            }));
        executor.Replay(instance.History);
        return executor;
    }

    private void Fail(Instance instance, Exception error)
    {
        LogInstanceFailed(instance.State.Name, instance.Id, error.Message);
        End(instance, new ExecutionCompleted(null, _services.Tasks.Failures.OfOrchestrator(error)));
    }

    /// <summary>Writes what was recorded, then sends what it addresses to other instances.</summary>
    private void Flush(Instance instance)
    {
        recorder.Flush(instance);
        if (_messages.Count > 0)
        {
            // What is delivered here may send in its turn.
            InstanceMessage[] messages = [.. _messages];
            _messages.Clear();
            foreach (InstanceMessage message in messages)
            {
                exchange.Send(message);
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
                string? version = state.Version;
                commits.OnCommitted(() => tasks.Dispatch(instance.Id, executionId, version, e, episode));
                break;
            case TimerCreated e:
                tasks.SetTimer(instance.Id, executionId, e);
                break;
            case SubOrchestrationScheduled e:
                var parent = new ParentLink(state.Name, instance.Id, executionId, e.Id);
                _messages.Add(new InstanceMessage(e.InstanceId, null, new ExecutionStarted(
                    e.Name,
                    _services.NewExecutionId(),
                    e.Input,
                    Now(state),
                    e.Version ?? _services.Tasks.DefaultVersion,
                    Parent: parent,
                    Tags: e.Tags), _cause));
                break;
            case EventSent e:
                using (Activity? sent = EngineTracing.StartSent(instance.Id, e, _cause))
                {
                    _messages.Add(new InstanceMessage(e.InstanceId, null, new EventRaised(e.Name, e.Input), sent ?? _cause));
                }

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

    private DateTime UtcNow => _services.Time.GetUtcNow().UtcDateTime;

    /// <summary>An instance's clock never goes back, whatever the machine's does.</summary>
    private DateTime Now(InstanceState state) => UtcNow is var now && now > state.LastUpdatedAt ? now : state.LastUpdatedAt;
}
