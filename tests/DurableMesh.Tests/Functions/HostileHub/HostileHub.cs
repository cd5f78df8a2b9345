using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.HostileHub;

/// <summary>
/// A task hub that takes every liberty which Durable Functions' own providers take under crashes, from a seed: an episode's
/// activities run although the episode is never committed; the episode runs again with another clock and more events; answers
/// come late, twice, or belong to an episode that never was; a worker dies while its host lives, and the activity is reported as
/// failed whatever it has done. Sub-orchestrations are started, and answer, before the episode that does it is committed; one
/// that runs is not started again, one that has ended is. Orchestrators run on the official core
/// (<see cref="TaskOrchestrationExecutor"/>).
/// </summary>
/// <param name="findOrchestrator">The code of an orchestration.</param>
/// <param name="findActivity">The code of an activity, on any host.</param>
/// <param name="converter">The app's serializer.</param>
/// <param name="time">The clock, which each episode reads a little wrong.</param>
/// <param name="random">The seed's choices.</param>
internal sealed class HostileHub(
    Func<string, ITaskOrchestrator> findOrchestrator,
    Func<string, ITaskActivity> findActivity,
    DataConverter converter,
    FakeTimeProvider time,
    Random random)
{
    /// <summary>The liberty that is none of a host's: an orchestration was ended from outside.</summary>
    public const string Terminated = "an orchestration that somebody terminated";

    private readonly Dictionary<string, HostileInstance> _instances = [];
    private readonly List<WorkItem> _work = [];
    private readonly DurableTaskShimFactory _shims = new(
        new DurableTaskWorkerOptions { DataConverter = converter }, NullLoggerFactory.Instance);

    /// <summary>Whether anything goes wrong at all.</summary>
    public bool IsHostile { get; set; } = true;

    /// <summary>How often each liberty was taken.</summary>
    public Dictionary<string, int> Taken { get; } = [];

    /// <summary>Every instance, as it is.</summary>
    public IEnumerable<HostileInstance> Instances => _instances.Values;

    public HostileInstance? Find(string instanceId) => _instances.GetValueOrDefault(instanceId);

    /// <summary>Starts an instance, if none of its id runs. Answers whether it did.</summary>
    public bool Start(string orchestrator, string instanceId, object input) =>
        Start(orchestrator, instanceId, converter.Serialize(input), parent: null);

    /// <summary>Somebody ends an instance from outside; its sub-orchestrations go on.</summary>
    public void Terminate(string instanceId)
    {
        Count(Terminated);
        Find(instanceId)?.Terminate();
    }

    /// <summary>Raises an event. Answers whether there is an instance that runs.</summary>
    public bool Raise(string instanceId, string name, object payload)
    {
        if (Find(instanceId) is not { IsOver: false } instance)
        {
            return false;
        }

        instance.Raise(name, converter.Serialize(payload));
        return true;
    }

    /// <summary>Lets one thing happen. Answers whether there was anything to do but wait for a timer.</summary>
    public async Task<bool> StepAsync()
    {
        var now = time.GetUtcNow().UtcDateTime;
        HostileInstance[] ready = [.. _instances.Values.Where(one => !one.IsOver && one.Deliverable(now).Any())];
        var episodes = ready.Length > 0;
        if (episodes && (_work.Count == 0 || random.Next(2) == 0))
        {
            RunEpisode(ready[random.Next(ready.Length)], now);
            return true;
        }

        if (_work.Count == 0)
        {
            return false;
        }

        // Two hosts may run two activities at once, even of one instance.
        var many = IsHostile && random.Next(4) == 0 ? 2 : 1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(many, _work.Count)).Select(_ => TakeWork()).ToList().Select(RunAsync));
        return true;
    }

    private void RunEpisode(HostileInstance instance, DateTime now)
    {
        List<HostileMessage> batch = [.. instance.Deliverable(now)];
        if (IsHostile && random.Next(3) == 0)
        {
            batch = batch[..random.Next(1, batch.Count + 1)];
        }

        var clock = now + TimeSpan.FromMilliseconds(IsHostile ? random.Next(-1500, 1500) : 0);
        var result = instance.Execute(
            _shims.CreateOrchestration(instance.Orchestrator, findOrchestrator(instance.Orchestrator)), batch, clock);

        // Providers send what an episode has scheduled before they commit it.
        var fate = IsHostile ? random.Next(10) : 9;
        if (fate >= 1)
        {
            instance.SetTimers(result);
            _work.AddRange(result.Actions.OfType<ScheduleTaskOrchestratorAction>()
                .Select(task => new WorkItem(instance, instance.ExecutionId, task.Id, task.Name!, task.Input)));
            foreach (var child in result.Actions.OfType<CreateSubOrchestrationAction>())
            {
                var waiting = new HostileParent(instance, instance.ExecutionId, child.Id);
                if (!Start(child.Name!, child.InstanceId!, child.Input, waiting))
                {
                    Count("a sub-orchestration that ran already");
                }
            }

            instance.AnswerParent(result);
        }

        if (fate >= 4)
        {
            instance.Commit(batch, result, clock);
        }
        else
        {
            Count(fate >= 1 ? "activities of an episode that was never committed" : "an episode that was never committed");
        }
    }

    private bool Start(string orchestrator, string instanceId, string? input, HostileParent? parent)
    {
        lock (_instances)
        {
            if (Find(instanceId) is { IsOver: false })
            {
                return false;
            }

            _instances[instanceId] = new HostileInstance(orchestrator, instanceId, input, parent);
            return true;
        }
    }

    private WorkItem TakeWork()
    {
        var item = _work[IsHostile ? random.Next(_work.Count) : 0];
        _work.Remove(item);
        return item;
    }

    private async Task RunAsync(WorkItem item)
    {
        var fate = IsHostile ? random.Next(12) : 11;
        if (fate == 0)
        {
            Count("a worker that died before its activity");
            item.Fail(WorkerDied());
            return;
        }

        if (fate == 1)
        {
            Count("a storage that was away");
            item.Fail(new FailureDetails("DurableMesh.Functions.Store.StoreUnavailableException", "away", null, null, false));
            return;
        }

        var activity = _shims.CreateActivity(item.Name, findActivity(item.Name));
        var context = new TaskContext(new OrchestrationInstance { InstanceId = item.Instance.Id });
        string? output;
        try
        {
            output = await activity.RunAsync(context, item.Input);
        }
        catch (Exception error)
        {
            item.Fail(new FailureDetails(error.InnerException ?? error));
            return;
        }

        switch (fate)
        {
            case 2:
                Count("a worker that died after its activity");
                item.Fail(WorkerDied());
                break;
            case 3:
                Count("an activity that ran and whose answer was lost");
                Again(item);
                break;
            case 4:
                Count("an activity that was answered and runs again");
                item.Complete(output);
                Again(item);
                break;
            default:
                item.Complete(output);
                break;
        }
    }

    // As the official host reports it (FINDINGS, D2).
    private static FailureDetails WorkerDied() => new(
        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
        "Exception while executing function: Functions.RecordThreadStep",
        null,
        new FailureDetails("Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException", "exited", null, null, false),
        false);

    private void Again(WorkItem item)
    {
        lock (_work)
        {
            _work.Add(item);
        }
    }

    private void Count(string liberty)
    {
        lock (Taken)
        {
            Taken[liberty] = Taken.GetValueOrDefault(liberty) + 1;
        }
    }

    private sealed record WorkItem(HostileInstance Instance, string ExecutionId, int TaskId, string Name, string? Input)
    {
        public void Complete(string? output) =>
            Instance.Answer(ExecutionId, TaskId, () => new TaskCompletedEvent(-1, TaskId, output));

        public void Fail(FailureDetails failure) =>
            Instance.Answer(ExecutionId, TaskId, () => new TaskFailedEvent(-1, TaskId, failure.ErrorMessage, null, failure));
    }
}
