using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>
/// How far an agent's runner has come in its inbox. Threads go on side by side, so messages are done out of order: the position
/// that is
/// written down moves only over pages that are done altogether. What a restart takes up again costs a question to the mesh, which
/// knows what is answered.
/// </summary>
internal sealed class InboxLedger(string? position, Action<string?> save)
{
    private readonly Lock _gate = new();
    private readonly Queue<Page> _pages = new();

    /// <summary>The position from which to read on; null for the beginning.</summary>
    public string? Position { get; private set; } = position;

    /// <summary>Takes a page of the inbox in.</summary>
    /// <returns>Its messages.</returns>
    public IReadOnlyList<MessageView> Take(InboxPage inbox)
    {
        lock (_gate)
        {
            Position = inbox.NextAfter;
            if (inbox.Messages.Count > 0)
            {
                _pages.Enqueue(new Page(inbox.NextAfter, [.. inbox.Messages.Select(MessageKey.Of)]));
            }

            return inbox.Messages;
        }
    }

    /// <summary>Notes that a message is done.</summary>
    public void Finish(MessageView message)
    {
        lock (_gate)
        {
            foreach (var page in _pages)
            {
                page.Open.Remove(MessageKey.Of(message));
            }

            string? done = null;
            while (_pages.TryPeek(out var oldest) && oldest.Open.Count == 0)
            {
                done = _pages.Dequeue().NextAfter;
            }

            if (done is not null)
            {
                save(done);
            }
        }
    }

    /// <summary>Begins again with the inbox's first message: the position is one that the mesh does not know.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            Position = null;
            _pages.Clear();
            save(null);
        }
    }

    private readonly record struct MessageKey(string ThreadId, int Sequence)
    {
        public static MessageKey Of(MessageView message) => new(message.ThreadId, message.Sequence);
    }

    private sealed record Page(string NextAfter, HashSet<MessageKey> Open);
}
