using System.Collections.Concurrent;
using Microsoft.DurableTask;

namespace DurableMesh.LocalHost.Engine.Partitions;

/// <summary>An activity that is due to run.</summary>
/// <param name="InstanceId">For whom.</param>
/// <param name="Name">Which activity.</param>
/// <param name="Input">Its serialised input.</param>
/// <param name="Answer">Takes the serialised result, or the failure.</param>
internal sealed record ActivityCall(string InstanceId, TaskName Name, string? Input, Action<string?, TaskFailureDetails?> Answer);

/// <summary>Runs activities, at most so many at once; the others wait in line.</summary>
internal sealed class ActivityDispatcher(
    Func<TaskName, ITaskActivity?> find, DataConverter converter, TaskScheduler scheduler, int maximumConcurrent)
{
    private readonly ConcurrentQueue<ActivityCall> _line = new();
    private int _running;

    /// <summary>Runs a call now or as soon as another has ended.</summary>
    public void Dispatch(ActivityCall call)
    {
        _line.Enqueue(call);
        Advance();
    }

    private void Advance()
    {
        while (!_line.IsEmpty)
        {
            if (Interlocked.Increment(ref _running) > maximumConcurrent || !_line.TryDequeue(out ActivityCall? call))
            {
                Interlocked.Decrement(ref _running);
                if (Volatile.Read(ref _running) >= maximumConcurrent || _line.IsEmpty)
                {
                    return;
                }

                continue;
            }

            _ = Task.Factory.StartNew(
                () => RunAsync(call), CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler);
        }
    }

    private async Task RunAsync(ActivityCall call)
    {
        string? result = null;
        TaskFailureDetails? failure = null;
        try
        {
            ITaskActivity activity = find(call.Name) ?? throw new InvalidOperationException(
                $"No activity named '{call.Name}' is registered with this host.");
            object? input = call.Input is null ? null : converter.Deserialize(call.Input, activity.InputType);
            result = converter.Serialize(await activity.RunAsync(new Context(call), input));
        }
        catch (Exception error)
        {
            // An activity's failure belongs to the orchestration that called it, whatever it is.
            failure = TaskFailureDetails.FromException(error);
        }

        Interlocked.Decrement(ref _running);
        call.Answer(result, failure);
        Advance();
    }

    private sealed class Context(ActivityCall call) : TaskActivityContext
    {
        public override TaskName Name => call.Name;

        public override string InstanceId => call.InstanceId;
    }
}
