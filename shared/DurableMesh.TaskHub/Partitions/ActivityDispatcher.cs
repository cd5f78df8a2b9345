using System.Diagnostics;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>An activity that is due to run.</summary>
/// <param name="InstanceId">For whom.</param>
/// <param name="TaskId">As which task of it.</param>
/// <param name="Name">Which activity.</param>
/// <param name="Version">Its version, or null.</param>
/// <param name="Input">Its serialised input.</param>
/// <param name="Cause">The span of the episode that called it, where there is one.</param>
/// <param name="Answer">Takes the serialised result or the failure, and the span of the run.</param>
internal sealed record ActivityCall(
    string InstanceId,
    int TaskId,
    TaskName Name,
    string? Version,
    string? Input,
    Activity? Cause,
    Action<string?, TaskFailureDetails?, Activity?> Answer);

/// <summary>
/// Runs activities, at most so many at once. The others wait, in a line for each instance, and the lines take turns: an instance
/// that calls thousands delays another's single call by one round at most. The order follows from the calls and their ends alone.
/// </summary>
internal sealed class ActivityDispatcher(
    LocalTasks tasks, DataConverter converter, TaskScheduler scheduler, ILogger logger, int maximumConcurrent)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<ActivityCall>> _lines = [];
    private readonly Queue<Queue<ActivityCall>> _turns = new();
    private int _running;
    private int _waiting;

    /// <summary>How many run now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>How many wait for their turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Runs a call now, or when its turn comes.</summary>
    public void Dispatch(ActivityCall call)
    {
        lock (_gate)
        {
            if (_running == maximumConcurrent)
            {
                Queue(call);
                return;
            }

            _running++;
        }

        Start(call);
    }

    private void Queue(ActivityCall call)
    {
        if (!_lines.TryGetValue(call.InstanceId, out Queue<ActivityCall>? line))
        {
            _lines.Add(call.InstanceId, line = new Queue<ActivityCall>());
            _turns.Enqueue(line);
        }

        line.Enqueue(call);
        _waiting++;
    }

    /// <summary>Gives the place of a call that has ended to the next in turn.</summary>
    private void Advance()
    {
        ActivityCall? next;
        lock (_gate)
        {
            if (!_turns.TryDequeue(out Queue<ActivityCall>? line))
            {
                _running--;
                return;
            }

            next = line.Dequeue();
            _waiting--;
            if (line.Count > 0)
            {
                _turns.Enqueue(line);
            }
            else
            {
                _lines.Remove(next.InstanceId);
            }
        }

        Start(next);
    }

    private void Start(ActivityCall call) => _ = Task.Factory.StartNew(
        () => RunAsync(call), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);

    private async Task RunAsync(ActivityCall call)
    {
        await AnswerAsync(call);
        Advance();
    }

    /// <summary>Apart from <see cref="RunAsync"/>, so that what the code leaves in its execution context ends with it.</summary>
    private async Task AnswerAsync(ActivityCall call)
    {
        TaskFailureDetails? refusal = tasks.Refuse(call.Version);
        if (refusal is not null && !tasks.FailsWrongVersions)
        {
            // It stays due, and runs once the hub has a worker for its version.
            return;
        }

        using Activity? span = EngineTracing.StartActivity(call);
        (string? result, TaskFailureDetails? failure) = refusal is null ? await CallAsync(call) : (null, refusal);
        if (failure is not null)
        {
            span?.Fail(failure.ErrorType, failure.ErrorMessage);
        }

        call.Answer(result, failure, span ?? call.Cause);
    }

    private async Task<(string? Result, TaskFailureDetails? Failure)> CallAsync(ActivityCall call)
    {
        try
        {
            ITaskActivity activity = tasks.FindActivity(call.Name, call.Version);
            object? input = call.Input is null ? null : converter.Deserialize(call.Input, activity.InputType);
            WorkerLog.ActivityStarted(logger, call.InstanceId, call.Name.Name);
            string? result = converter.Serialize(await activity.RunAsync(new Context(call), input));
            WorkerLog.ActivityCompleted(logger, call.InstanceId, call.Name.Name);
            return (result, null);
        }
        catch (Exception error)
        {
            // An activity's failure belongs to the orchestration that called it, whatever it is.
            WorkerLog.ActivityFailed(logger, error, call.InstanceId, call.Name.Name);
            return (null, tasks.Failures.OfActivity(error));
        }
    }

    private sealed class Context(ActivityCall call) : TaskActivityContext
    {
        public override TaskName Name => call.Name;

        public override string InstanceId => call.InstanceId;

        public override string Version => call.Version ?? string.Empty;
    }
}
