using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>
/// Which messages of the inbox are done. Threads go on side by side, so messages are done out of order: the position that is
/// written down moves only over pages that are done altogether.
/// </summary>
internal sealed class InboxLedger
{
    private readonly Lock _gate = new();
    private readonly Queue<Page> _pages = new();
    private readonly HashSet<MessageKey> _done;
    private readonly Action<AgentProgress> _save;
    private string? _after;

    /// <summary>Goes on from what was written down.</summary>
    public InboxLedger(AgentProgress progress, Action<AgentProgress> save)
    {
        _after = Position = progress.After;
        _done = [.. progress.Done];
        _save = save;
    }

    /// <summary>The position from which to read on.</summary>
    public string? Position { get; private set; }

    /// <summary>Takes a page of the inbox in.</summary>
    /// <returns>The messages that are not done yet.</returns>
    public IReadOnlyList<MessageView> Take(InboxPage inbox)
    {
        lock (_gate)
        {
            Position = inbox.NextAfter;
            var open = inbox.Messages.Where(message => !_done.Contains(KeyOf(message))).ToList();
            if (inbox.Messages.Count > 0)
            {
                _pages.Enqueue(new Page(inbox.NextAfter, [.. inbox.Messages.Select(KeyOf)]));
                Advance();
            }

            return open;
        }
    }

    /// <summary>Writes down that a message is done.</summary>
    public void Finish(MessageKey message)
    {
        lock (_gate)
        {
            _done.Add(message);
            Advance();
            _save(new AgentProgress(_after, [.. _done]));
        }
    }

    /// <summary>Whether a message is done, as far as is still remembered.</summary>
    public bool IsDone(MessageKey message)
    {
        lock (_gate)
        {
            return _done.Contains(message);
        }
    }

    /// <summary>Begins again with the inbox's first message: the position is one the mesh does not know any more.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            Position = _after = null;
            _pages.Clear();
            _save(new AgentProgress(_after, [.. _done]));
        }
    }

    private void Advance()
    {
        while (_pages.TryPeek(out var oldest) && oldest.Messages.All(_done.Contains))
        {
            _after = _pages.Dequeue().NextAfter;
            _done.ExceptWith(oldest.Messages);
        }
    }

    private static MessageKey KeyOf(MessageView message) => new(message.ThreadId, message.Sequence);

    private sealed record Page(string NextAfter, IReadOnlyList<MessageKey> Messages);
}
