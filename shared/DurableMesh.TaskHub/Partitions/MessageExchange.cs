using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Log;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Takes facts from instance to instance: inside the partition in the same commit as their cause, to another one by numbered
/// messages. Owns the partition's <see cref="Mail"/>: what is changed in it is said in the same commit.
/// </summary>
internal sealed class MessageExchange(
    PartitionScope scope, IReadOnlyList<Partition> hub, CommitPipeline commits, Residency residency, Mail mail)
{
    private Episodes? _episodes;

    private Episodes Episodes => _episodes ?? throw new InvalidOperationException("Nobody takes in the facts yet.");

    /// <summary>Says who gives the facts that arrive to the instances; once, before the first turn.</summary>
    public void DeliverTo(Episodes episodes) => _episodes = episodes;

    /// <summary>
    /// Sends a fact: inside the partition in the same commit as its cause, to another partition through the outbox.
    /// </summary>
    public void Send(InstanceMessage message)
    {
        int destination = Routing.NumberFor(message.InstanceId, hub.Count);
        if (destination == scope.Number)
        {
            Deliver(message);
            return;
        }

        long number = mail.NextNumber(destination);
        mail.Sent(new SentMessage(destination, number, message));
        commits.Records.MessageSent(destination, number, message);
        commits.OnCommitted(() => Forward(destination, number, message));
    }

    /// <summary>Gives a fact to its instance when that is in memory. What caused it is durable, or will happen again.</summary>
    public void DeliverWhenBack(InstanceMessage message) => residency.With(message.InstanceId, _ => Deliver(message));

    /// <summary>Lets an execution begin whose scheduled start has come, when its instance is in memory.</summary>
    public void WakeWhenBack(string instanceId, string executionId) => residency.With(instanceId, instance =>
    {
        if (instance?.State.ExecutionId == executionId)
        {
            Episodes.Enqueue(instance);
        }
    });

    /// <summary>Sends again, after a recovery, what was not acknowledged, and delivers what is held.</summary>
    public void Resume()
    {
        foreach (SentMessage sent in mail.Unacknowledged)
        {
            Forward(sent.Destination, sent.Number, sent.Message);
        }

        foreach ((long number, InstanceMessage message) in mail.Held.ToList())
        {
            Release(number, message);
        }
    }

    private void Forward(int destination, long number, InstanceMessage message) =>
        hub[destination].Exchange.Receive(this, number, message);

    /// <summary>Takes in a message of another partition, once, and acknowledges it when that is durable.</summary>
    private void Receive(MessageExchange source, long number, InstanceMessage message) => scope.Mailbox.Post(() =>
    {
        if (mail.IsNew(source.Number, number))
        {
            mail.Received(source.Number, number);
            commits.Records.MessageReceived(source.Number, number);
            Deliver(message);
        }

        // Acknowledging with the open batch is late enough for a repeated message too: its first copy was in an earlier one.
        commits.OnCommitted(() => source.PostAcknowledgement(scope.Number, number));
    });

    private int Number => scope.Number;

    private void PostAcknowledgement(int destination, long number) => scope.Mailbox.Post(() =>
    {
        mail.Acknowledged(destination, number);
        commits.Acknowledge(destination, number);
    });

    /// <summary>
    /// Gives a fact to its instance, in the same commit as its cause; holds it, in that commit, for an instance that is away. One
    /// for an execution that is over is dropped.
    /// </summary>
    private void Deliver(InstanceMessage message)
    {
        if (residency.MustWait(message.InstanceId))
        {
            long number = mail.NextHeld;
            mail.Hold(number, message);
            commits.Records.MessageHeld(number, message);
            Release(number, message);
            return;
        }

        if (message.Fact is ExecutionStarted start)
        {
            StartChild(message, start);
            return;
        }

        if (message.Fact is ExecutionRewound rewound)
        {
            Episodes.RewindChild(message.InstanceId, rewound);
            return;
        }

        Instance? instance = message.Fact is EventRaised
            ? residency.Obtain(message.InstanceId)
            : residency.Find(message.InstanceId);
        if (instance is null || instance.State.IsEnded
            || (message.ExecutionId is { } execution && execution != instance.State.ExecutionId))
        {
            return;
        }

        if (message.Fact is not ExecutionTerminated)
        {
            Episodes.Accept(instance, message.Fact, message.Cause);
        }
        else if (instance.State.Exists)
        {
            Episodes.End(instance, message.Fact);
        }
    }

    private void Release(long number, InstanceMessage message) => residency.With(message.InstanceId, _ =>
    {
        mail.Release(number);
        commits.Records.MessageReleased(number);
        Deliver(message);
    });

    private void StartChild(InstanceMessage message, ExecutionStarted start)
    {
        if (residency.Find(message.InstanceId) is not { State: { Exists: true, IsEnded: false } })
        {
            Episodes.Start(message.InstanceId, start, message.Cause);
            return;
        }

        var failure = new TaskFailureDetails(
            "OrchestrationAlreadyExists",
            $"An orchestration with the instance id '{message.InstanceId}' is running already.",
            null,
            null,
            null);
        Send(new InstanceMessage(
            start.Parent!.InstanceId, start.Parent.ExecutionId, new SubOrchestrationFailed(start.Parent.TaskId, failure)));
    }
}
