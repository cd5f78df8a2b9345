using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>Shows stored messages as the API does, large bodies included.</summary>
public sealed class ThreadMessages(IBodyStore bodies)
{
    /// <summary>The messages as the API shows them.</summary>
    /// <param name="messages">As they are stored.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<IReadOnlyList<MessageView>> ShowAsync(
        IReadOnlyList<StoredMessage> messages, CancellationToken cancellation)
    {
        var views = new MessageView[messages.Count];
        for (var n = 0; n < views.Length; n++)
        {
            var (message, acceptedAt) = (messages[n].Accepted.Message, messages[n].Accepted.At);
            var large = message.Body is { Inline: null, Sha256: var sha256 }
                ? JsonText.Parse((await bodies.FindAsync(sha256, cancellation) ?? default).Span)
                : null;
            views[n] = message.View(messages[n].ThreadId, acceptedAt, large);
        }

        return views;
    }
}
