using DurableMesh.TaskHub.Checkpoints;
using DurableMesh.TaskHub.Log;

namespace DurableMesh.TaskHub.Partitions;

/// <summary>
/// Messages on their way. Those between partitions are delivered exactly once in effect: the sender numbers them per destination
/// and keeps them until they are acknowledged; the receiver takes each number in once, in the same commit as what the message
/// causes. Those for an instance of this partition that is on the shelf are held until it is back, and then delivered in one
/// commit with the word that they are no longer held.
/// </summary>
internal sealed class Mail
{
    private readonly Dictionary<int, long> _sent = [];
    private readonly Dictionary<int, long> _received = [];
    private readonly Dictionary<int, Queue<(long Number, InstanceMessage Message)>> _waiting = [];
    private readonly SortedDictionary<long, InstanceMessage> _held = [];
    private long _lastHeld;

    /// <summary>What was sent and not acknowledged, in order for each destination.</summary>
    public IEnumerable<SentMessage> Unacknowledged =>
        _waiting.SelectMany(pair => pair.Value.Select(sent => new SentMessage(pair.Key, sent.Number, sent.Message)));

    /// <summary>What is held, in the order in which it was sent.</summary>
    public IEnumerable<KeyValuePair<long, InstanceMessage>> Held => _held;

    /// <summary>The number for the next message that is held.</summary>
    public long NextHeld => _lastHeld + 1;

    /// <summary>The number for the next message to <paramref name="destination"/>.</summary>
    public long NextNumber(int destination) => _sent.GetValueOrDefault(destination) + 1;

    /// <summary>A message was sent.</summary>
    public void Sent(SentMessage sent)
    {
        _sent[sent.Destination] = sent.Number;
        if (!_waiting.TryGetValue(sent.Destination, out Queue<(long, InstanceMessage)>? queue))
        {
            _waiting.Add(sent.Destination, queue = new Queue<(long, InstanceMessage)>());
        }

        queue.Enqueue((sent.Number, sent.Message));
    }

    /// <summary>The destination has taken in all messages up to <paramref name="number"/>.</summary>
    public void Acknowledged(int destination, long number)
    {
        if (_waiting.TryGetValue(destination, out Queue<(long Number, InstanceMessage)>? queue))
        {
            while (queue.TryPeek(out (long Number, InstanceMessage) sent) && sent.Number <= number)
            {
                queue.Dequeue();
            }
        }
    }

    /// <summary>
    /// Whether message <paramref name="number"/> of <paramref name="source"/> is new; an older one was taken in already.
    /// </summary>
    public bool IsNew(int source, long number) => number > _received.GetValueOrDefault(source);

    /// <summary>A message was taken in.</summary>
    public void Received(int source, long number) => _received[source] = number;

    /// <summary>A message waits for its instance to come off the shelf.</summary>
    public void Hold(long number, InstanceMessage message)
    {
        _held.Add(number, message);
        _lastHeld = number;
    }

    /// <summary>A message is not held any more.</summary>
    public void Release(long number) => _held.Remove(number);

    /// <summary>All that must not be forgotten.</summary>
    /// <param name="asOf">The last commit whose facts are in it.</param>
    public MailState Capture(long asOf) => new(
        asOf,
        [.. _sent.Select(pair => (pair.Key, pair.Value))],
        [.. _received.Select(pair => (pair.Key, pair.Value))],
        [.. Unacknowledged],
        _lastHeld,
        [.. _held.Select(pair => (pair.Key, pair.Value))]);

    /// <summary>Takes back what was captured.</summary>
    public void Restore(MailState state)
    {
        foreach (SentMessage sent in state.Unacknowledged)
        {
            Sent(sent);
        }

        foreach ((int destination, long number) in state.Sent)
        {
            _sent[destination] = number;
        }

        foreach ((int source, long number) in state.Received)
        {
            _received[source] = number;
        }

        foreach ((long number, InstanceMessage message) in state.Held)
        {
            _held.Add(number, message);
        }

        _lastHeld = state.LastHeld;
    }
}

/// <summary>A message to an instance in another partition.</summary>
/// <param name="Destination">The partition.</param>
/// <param name="Number">Its number among those to that partition, from 1.</param>
/// <param name="Message">The message.</param>
internal sealed record SentMessage(int Destination, long Number, InstanceMessage Message);
