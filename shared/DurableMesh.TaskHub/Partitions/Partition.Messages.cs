using System.Diagnostics;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.Partitions;

/// <content>Facts on their way from instance to instance.</content>
internal sealed partial class Partition
{
    /// <summary>
    /// Sends a fact: inside the partition in the same commit as its cause, to another partition through the outbox.
    /// </summary>
    private void Send(InstanceMessage message)
    {
        int destination = Routing.NumberFor(message.InstanceId, _hub.Count);
        if (destination == _number)
        {
            Deliver(message);
            return;
        }

        long number = _mail.NextNumber(destination);
        _mail.Sent(new SentMessage(destination, number, message));
        _open.Records.MessageSent(destination, number, message);
        _open.OnCommitted(() => Forward(destination, number, message));
    }

    private void Forward(int destination, long number, InstanceMessage message) =>
        _hub[destination].Receive(this, number, message);

    /// <summary>Takes in a message of another partition, once, and acknowledges it when that is durable.</summary>
    private void Receive(Partition source, long number, InstanceMessage message) => Post(() =>
    {
        if (_mail.IsNew(source._number, number))
        {
            _mail.Received(source._number, number);
            _open.Records.MessageReceived(source._number, number);
            Deliver(message);
        }

        // Acknowledging with the open batch is late enough for a repeated message too: its first copy was in an earlier one.
        _open.OnCommitted(() => source.Post(() => source.Acknowledge(_number, number)));
    });

    private void Acknowledge(int destination, long number)
    {
        _mail.Acknowledged(destination, number);
        _acknowledgements[destination] = number;
    }

    /// <summary>Gives a fact to its instance when that is in memory. What caused it is durable, or will happen again.</summary>
    private void DeliverWhenBack(InstanceMessage message) => With(message.InstanceId, _ => Deliver(message));

    /// <summary>
    /// Gives a fact to its instance, in the same commit as its cause; holds it, in that commit, for an instance that is away. One
    /// for an execution that is over is dropped.
    /// </summary>
    private void Deliver(InstanceMessage message)
    {
        if (_returning.ContainsKey(message.InstanceId) || IsAway(message.InstanceId))
        {
            long number = _mail.NextHeld;
            _mail.Hold(number, message);
            _open.Records.MessageHeld(number, message);
            Release(number, message);
            return;
        }

        if (message.Fact is ExecutionStarted start)
        {
            StartChild(message.InstanceId, start, message.Cause);
            return;
        }

        Instance? instance = message.Fact is EventRaised
            ? Obtain(message.InstanceId)
            : _instances.GetValueOrDefault(message.InstanceId);
        if (instance is null || instance.State.IsEnded
            || (message.ExecutionId is { } execution && execution != instance.State.ExecutionId))
        {
            return;
        }

        if (message.Fact is not ExecutionTerminated)
        {
            Accept(instance, message.Fact, message.Cause);
        }
        else if (instance.State.Exists)
        {
            EndInstance(instance, message.Fact);
        }
    }

    private void Release(long number, InstanceMessage message) => With(message.InstanceId, _ =>
    {
        _mail.Release(number);
        _open.Records.MessageReleased(number);
        Deliver(message);
    });

    private void StartChild(string instanceId, ExecutionStarted start, Activity? cause)
    {
        if (_instances.TryGetValue(instanceId, out Instance? existing) && existing.State is { Exists: true, IsEnded: false })
        {
            var failure = new TaskFailureDetails(
                "OrchestrationAlreadyExists",
                $"An orchestration with the instance id '{instanceId}' is running already.",
                null,
                null,
                null);
            Send(new InstanceMessage(
                start.Parent!.InstanceId, start.Parent.ExecutionId, new SubOrchestrationFailed(start.Parent.TaskId, failure)));
            return;
        }

        Begin(instanceId, start, cause);
    }

    /// <summary>Creates an instance, in the place of an ended one where there is one.</summary>
    private Instance Begin(string instanceId, ExecutionStarted start, Activity? cause)
    {
        if (_instances.TryGetValue(instanceId, out Instance? ended) && ended.State.IsEnded)
        {
            Purge(instanceId);
        }

        Instance instance = Obtain(instanceId);
        instance.Waiters ??= ended?.Waiters;
        _ids.Add(instanceId);
        instance.CausedBy(cause);
        Record(instance, start);
        Flush(instance);
        if (start.ScheduledStart is { } due)
        {
            _timers.Add(new DueTimer(instanceId, start.ExecutionId, DueTimer.Start), due);
        }
        else
        {
            Enqueue(instance);
        }

        return instance;
    }

    /// <summary>The instance, or a new place for events that come before their instance is started.</summary>
    private Instance Obtain(string instanceId)
    {
        if (!_instances.TryGetValue(instanceId, out Instance? instance))
        {
            Admit(instance = new Instance(instanceId));
        }

        return instance;
    }

    private void Purge(string instanceId)
    {
        _open.Records.InstancePurged(instanceId);
        Remove(instanceId);
    }

    private void Remove(string instanceId)
    {
        if (_instances.TryGetValue(instanceId, out Instance? instance))
        {
            Dismiss(instance);
        }

        _shelf.Purge(instanceId);
        _ids.Remove(instanceId);
    }
}
