using DurableMesh.TaskHub.History;
using Microsoft.DurableTask;

namespace DurableMesh.TaskHub.Orchestrations;

/// <summary>
/// Matches external events with the code that waits for them, as Durable Task does: names ignore case, an event that nobody
/// waits for is kept, the waiter that came last is served first, and a waiter that was cancelled still takes the next event.
/// </summary>
internal sealed class ExternalEvents
{
    private readonly Dictionary<string, Stack<IDurableSource>> _waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly LinkedList<EventRaised> _unprocessed = [];

    /// <summary>The events that no code has taken, in the order of their arrival.</summary>
    public IReadOnlyList<EventRaised> Unprocessed => [.. _unprocessed];

    /// <summary>A task for the next event of this name.</summary>
    /// <exception cref="ArgumentException">Code waits for the same name with another type.</exception>
    public Task<T> Wait<T>(string name, DataConverter converter, CancellationToken cancellation)
    {
        var source = new DurableSource<T>();
        if (_waiters.TryGetValue(name, out Stack<IDurableSource>? waiters) && waiters.TryPeek(out IDurableSource? waiter)
            && waiter.ResultType != typeof(T))
        {
            throw new ArgumentException(
                $"The code waits for event '{name}' as {waiter.ResultType} already and may not wait for it as {typeof(T)} too.");
        }

        if (TakeUnprocessed(name) is { } raised)
        {
            source.Complete(raised.Input, converter);
            return source.Task;
        }

        if (waiters is null)
        {
            _waiters.Add(name, waiters = []);
        }

        waiters.Push(source);
        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() => source.TrySetCanceled(cancellation));
        }

        return source.Task;
    }

    /// <summary>Gives an event to the last waiter of its name, or keeps it.</summary>
    public void Raise(EventRaised raised, DataConverter converter)
    {
        if (_waiters.TryGetValue(raised.Name, out Stack<IDurableSource>? waiters) && waiters.TryPop(out IDurableSource? waiter))
        {
            waiter.Complete(raised.Input, converter);
        }
        else
        {
            Buffer(raised);
        }
    }

    /// <summary>Keeps an event for a later wait.</summary>
    public void Buffer(EventRaised raised) => _unprocessed.AddLast(raised);

    private EventRaised? TakeUnprocessed(string name)
    {
        for (LinkedListNode<EventRaised>? node = _unprocessed.First; node is not null; node = node.Next)
        {
            if (string.Equals(node.Value.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                _unprocessed.Remove(node);
                return node.Value;
            }
        }

        return null;
    }
}
