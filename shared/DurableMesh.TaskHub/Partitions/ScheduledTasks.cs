using System.Diagnostics;
using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// What orchestrators wait for and the partition brings: activities and timers. Each comes back as a fact for its instance.
/// Owns the timers.
/// </summary>
internal sealed class ScheduledTasks : IDisposable
{
    private readonly PartitionServices _services;
    private readonly Mailbox _mailbox;
    private readonly CommitPipeline _commits;
    private readonly MessageExchange _exchange;
    private readonly TimerQueue _timers;

    /// <param name="scope">Whose they are.</param>
    /// <param name="commits">Which makes durable what they bring.</param>
    /// <param name="exchange">Which takes it to the instances.</param>
    public ScheduledTasks(PartitionScope scope, CommitPipeline commits, MessageExchange exchange)
    {
        (_services, _mailbox, _commits, _exchange) = (scope.Services, scope.Mailbox, commits, exchange);
        _timers = new TimerQueue(scope.Services.Time, () => scope.Mailbox.Post(FireTimers));
    }

    /// <inheritdoc/>
    public void Dispose() => _timers.Dispose();

    /// <summary>Lets an activity run; its result comes back as a fact.</summary>
    /// <param name="instanceId">For whom.</param>
    /// <param name="executionId">For which execution.</param>
    /// <param name="version">Which version that has: the activity's, where the call says no other.</param>
    /// <param name="call">The call.</param>
    /// <param name="cause">The span of the episode that made it, where there is one.</param>
    public void Dispatch(string instanceId, string executionId, string? version, ActivityScheduled call, Activity? cause)
    {
        long started = _services.Time.GetTimestamp();
        _services.Activities.Dispatch(
            new ActivityCall(instanceId, call.Id, call.Name, call.Version ?? version, call.Input, cause, Answer));

        void Answer(string? result, TaskFailureDetails? failure, Activity? run) => _mailbox.Post(() =>
        {
            _exchange.DeliverWhenBack(new InstanceMessage(
                instanceId,
                executionId,
                failure is null ? new ActivityCompleted(call.Id, result) : new ActivityFailed(call.Id, failure),
                run));

            // What took longer to make than it may linger is worth an append of its own: it would have to be made again.
            if (_services.Time.GetElapsedTime(started) > _services.Options.CommitLinger)
            {
                _commits.Hurry();
            }
        });
    }

    /// <summary>Sets a timer of an orchestrator.</summary>
    public void SetTimer(string instanceId, string executionId, TimerCreated timer) =>
        _timers.Add(new DueTimer(instanceId, executionId, timer.Id), timer.FireAt);

    /// <summary>Sets the start of an instance that is scheduled for later.</summary>
    public void SetStart(string instanceId, string executionId, DateTime dueAt) =>
        _timers.Add(new DueTimer(instanceId, executionId, DueTimer.Start), dueAt);

    /// <summary>
    /// Sets going again, after a recovery, what an instance in memory waits for: activities run at least once, timers that fell
    /// due meanwhile fire at once.
    /// </summary>
    public void Resume(Instance instance)
    {
        InstanceState state = instance.State;
        foreach (HistoryEvent pending in state.WaitingFor)
        {
            if (pending is ActivityScheduled activity)
            {
                Dispatch(instance.Id, state.ExecutionId, state.Version, activity, cause: null);
            }
            else if (pending is TimerCreated timer)
            {
                SetTimer(instance.Id, state.ExecutionId, timer);
            }
        }
    }

    /// <summary>Sets, after a recovery, the timers that an instance on the shelf waits for.</summary>
    public void Resume(ShelvedInstance shelved)
    {
        foreach (ShelvedTimer timer in shelved.Timers ?? [])
        {
            _timers.Add(new DueTimer(shelved.Id, timer.ExecutionId, timer.TaskId), timer.DueAt);
        }
    }

    private void FireTimers()
    {
        foreach (DueTimer timer in _timers.TakeDue())
        {
            if (timer.TaskId == DueTimer.Start)
            {
                _exchange.WakeWhenBack(timer.InstanceId, timer.ExecutionId);
            }
            else
            {
                _exchange.DeliverWhenBack(new InstanceMessage(timer.InstanceId, timer.ExecutionId, new TimerFired(timer.TaskId)));
            }
        }
    }
}
