using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>Shows stored messages as the API does, large bodies included.</summary>
public sealed class ThreadMessages(IBodyStore bodies)
{
    /// <summary>How many messages a page has at most.</summary>
    public const int PageLength = 200;

    /// <summary>A page ends with the message that brings its bodies over this, in bytes.</summary>
    public const int PageBytes = 4 * 1024 * 1024;

    /// <summary>The first messages of a page as the API shows them: as many as fit.</summary>
    /// <param name="messages">As they are stored.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<IReadOnlyList<MessageView>> ShowAsync(
        IReadOnlyList<StoredMessage> messages, CancellationToken cancellation)
    {
        var views = new List<MessageView>(messages.Count);
        var size = 0;
        foreach (var (threadId, _, accepted) in messages)
        {
            var body = accepted.Message.Body;
            var large = body is { Inline: null } ? await FindAsync(body.Sha256, cancellation) : null;
            views.Add(accepted.Message.View(threadId, accepted.At, large));
            size += body?.Size ?? 0;
            if (size > PageBytes)
            {
                break;
            }
        }

        return views;
    }

    /// <summary>The last messages of a page as people see them, oldest first: as many as fit.</summary>
    /// <param name="messages">As they are stored.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public ValueTask<IReadOnlyList<MessageView>> ShowNewestAsync(
        IReadOnlyList<StoredMessage> messages, CancellationToken cancellation)
    {
        var (first, size) = (messages.Count, 0);
        while (first > 0 && (size += messages[first - 1].Accepted.Message.Body?.Size ?? 0) <= PageBytes)
        {
            first--;
        }

        return ShowAsync([.. messages.Skip(first)], cancellation);
    }

    private async ValueTask<JsonText?> FindAsync(string sha256, CancellationToken cancellation) =>
        await bodies.FindAsync(sha256, cancellation) is { } body ? JsonText.Parse(body.Span) : null;
}
