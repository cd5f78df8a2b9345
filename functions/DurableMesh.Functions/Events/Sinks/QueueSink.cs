using Azure;
using Azure.Storage.Queues;
using DurableMesh.Core.Events;

namespace DurableMesh.Functions.Events.Sinks;

/// <summary>An Azure Storage queue: a message for each event, as queue triggers read them.</summary>
internal sealed class QueueSink(QueueClient queue, EventFilter filter) : IEventSink
{
    private volatile bool _created;

    public string Id => WebhookBook.Queue;

    public string Address => $"queue {queue.Name}";

    public EventFilter Filter => filter;

    public EventCursor? From => null;

    public async Task<SinkAnswer> TellAsync(StoredEvent happened, CancellationToken cancellation)
    {
        try
        {
            if (!_created)
            {
                await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
                _created = true;
            }

            await queue.SendMessageAsync(BinaryData.FromBytes(happened.Json), cancellationToken: cancellation);
            return SinkAnswer.Taken;
        }
        catch (RequestFailedException e)
        {
            _created = false;
            return new SinkAnswer($"The queue answered {e.Status} {e.ErrorCode}.");
        }
    }
}
