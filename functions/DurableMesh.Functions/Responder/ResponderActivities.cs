using DurableMesh.Core.Agents;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Responder;

/// <summary>Finds the messages that the mesh answers itself, and starts their orchestrations.</summary>
public sealed partial class ResponderActivities(
    IEventFeed feed,
    IAgentDirectory agents,
    IThreadLog log,
    TaskHubCalls hub,
    TimeProvider time,
    ILogger<ResponderActivities> logger)
{
    private const int PageLength = 200;
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(20);
    private static readonly EventFilter Delivered = new() { Types = [EventTypes.MessageDelivered] };

    /// <summary>
    /// Starts the answers to what was delivered after a position, and waits for more for some seconds. Done again, it starts
    /// nothing that was started.
    /// </summary>
    /// <param name="after">The position.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>How far it has come.</returns>
    [Function(nameof(StartReplies))]
    public async Task<EventCursor> StartReplies(
        [ActivityTrigger] EventCursor after, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        for (var began = time.GetTimestamp(); ;)
        {
            var change = feed.NextChange(Delivered);
            EventPage page;
            try
            {
                page = await feed.ReadAsync(after, Delivered, PageLength, cancellation);
            }
            catch (EventsExpiredException expired)
            {
                LogMissed(expired.Message);
                return await feed.EndAsync(cancellation);
            }

            await StartAsync(page, client, cancellation);
            after = page.Next;
            var left = Watch - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return after;
            }

            if (page.IsLast)
            {
                try
                {
                    await change.WaitAsync(left, time, cancellation);
                }
                catch (TimeoutException)
                {
                    return after;
                }
            }
        }
    }

    /// <summary>Starts the answers to what waits for an agent in all threads where it has the move.</summary>
    /// <param name="waiting">The agent.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(StartWaitingReplies))]
    public async Task StartWaitingReplies(
        [ActivityTrigger] WaitingFor waiting, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        if ((await agents.ReadAsync(cancellation)).Find(waiting.Agent) is not { Enabled: true, Adapter.IsServerSide: true } agent)
        {
            return;
        }

        LogPosition? before = null;
        do
        {
            var page = await log.ListRunningAsync(
                thread => thread.State == ThreadPhase.Open && thread.Awaiting == agent.Id, PageLength, before, cancellation);
            foreach (var thread in page.Threads)
            {
                var to = new ReplyTo(thread.ThreadId, await HandOverAsync(thread.ThreadId, cancellation), agent.Id);
                await hub.TryStartAsync(
                    client, nameof(ReplyOrchestrator), ReplyOrchestrator.InstanceOf(to), to, cancellation, waiting.IsChanged);
            }

            before = page.Next;
        }
        while (before is not null);
    }

    /// <summary>The message that gave the move to whoever has it.</summary>
    private async ValueTask<int> HandOverAsync(string threadId, CancellationToken cancellation)
    {
        var (last, after) = (0, 0);
        while (await log.ReadMessagesAsync(threadId, after, PageLength, cancellation) is { Count: > 0 } messages)
        {
            foreach (var message in messages.Select(stored => stored.Accepted.Message))
            {
                after = message.Sequence;
                var givesMove = message.Kind == MessageKind.Brief || MessageKinds.HandsOver(message.Kind, message.Verdict);
                last = givesMove ? message.Sequence : last;
            }
        }

        return last;
    }

    private async Task StartAsync(EventPage page, DurableTaskClient client, CancellationToken cancellation)
    {
        if (page.Events.Count == 0)
        {
            return;
        }

        var registry = await agents.ReadAsync(cancellation);
        foreach (var happened in page.Events)
        {
            if (happened.Event is { ThreadId: { } threadId, Data: MessageHead head }
                && await AnswererAsync(threadId, head, registry, cancellation) is { } agent)
            {
                var to = new ReplyTo(threadId, head.Sequence, agent);
                await hub.TryStartAsync(client, nameof(ReplyOrchestrator), ReplyOrchestrator.InstanceOf(to), to, cancellation);
            }
        }
    }

    /// <summary>Who answers a message through the mesh; null where nobody does.</summary>
    private async ValueTask<string?> AnswererAsync(
        string threadId, MessageHead head, AgentRegistry registry, CancellationToken cancellation)
    {
        // The brief is sent for the initiator, whose move it is.
        var mover = head.Kind == MessageKind.Brief ? head.From : head.HandsOver ? head.To : null;
        if (mover is null || registry.Find(mover) is not { Enabled: true } agent)
        {
            return null;
        }

        return agent.Adapter is { IsServerSide: true } || await IsSignOfLifeAsync(threadId, head, cancellation) ? agent.Id : null;
    }

    private async ValueTask<bool> IsSignOfLifeAsync(string threadId, MessageHead head, CancellationToken cancellation) =>
        head is { Kind: MessageKind.Question, Body.Size: <= SignOfLife.MaxBytes }
        && await log.ReadMessagesAsync(threadId, head.Sequence - 1, limit: 1, cancellation) is [var stored]
        && SignOfLife.IsAskedFor(stored.Accepted.Message.View(threadId, stored.Accepted.At));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages may have been missed that the mesh answers itself. {Why}")]
    private partial void LogMissed(string why);
}
