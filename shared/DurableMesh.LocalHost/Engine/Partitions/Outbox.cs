using DurableMesh.LocalHost.Engine.Log;

namespace DurableMesh.LocalHost.Engine.Partitions;

/// <summary>
/// Messages between partitions, delivered exactly once in effect: the sender numbers them per destination and keeps them until
/// they are acknowledged; the receiver takes each number in once, in the same commit as what the message causes.
/// </summary>
internal sealed class Outbox
{
    private readonly Dictionary<int, long> _sent = [];
    private readonly Dictionary<int, long> _received = [];
    private readonly Dictionary<int, Queue<(long Number, InstanceMessage Message)>> _waiting = [];

    /// <summary>What was sent and not acknowledged, in order for each destination.</summary>
    public IEnumerable<(int Destination, long Number, InstanceMessage Message)> Unacknowledged =>
        _waiting.SelectMany(pair => pair.Value.Select(sent => (pair.Key, sent.Number, sent.Message)));

    /// <summary>The number for the next message to <paramref name="destination"/>.</summary>
    public long NextNumber(int destination) => _sent.GetValueOrDefault(destination) + 1;

    /// <summary>A message was sent.</summary>
    public void Sent(int destination, long number, InstanceMessage message)
    {
        _sent[destination] = number;
        if (!_waiting.TryGetValue(destination, out Queue<(long, InstanceMessage)>? queue))
        {
            _waiting.Add(destination, queue = new Queue<(long, InstanceMessage)>());
        }

        queue.Enqueue((number, message));
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
}
