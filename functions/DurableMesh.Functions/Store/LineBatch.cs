using System.Threading.Channels;

namespace DurableMesh.Functions.Store;

/// <summary>The lines that go out in one append. Once sent it never changes: that is how a lost answer is recognised.</summary>
internal sealed class LineBatch<T>
{
    private readonly List<PendingLine<T>> _waiting = [];

    /// <summary>The lines to be written, in order.</summary>
    public IEnumerable<PendingLine<T>> Lines => _waiting.Where(pending => !pending.Line.IsEmpty);

    /// <summary>
    /// The lines as they are written, each with its line feed; empty when the batch only wants a look at the storage.
    /// </summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>Whether the storage holds it.</summary>
    public bool Written { get; set; }

    /// <summary>
    /// Takes what waits in <paramref name="queue"/>, in order, until <paramref name="maximumBytes"/> are reached.
    /// </summary>
    public static LineBatch<T> Gather(ChannelReader<PendingLine<T>> queue, int maximumBytes)
    {
        var batch = new LineBatch<T>();
        var total = 0;
        while (queue.TryPeek(out var next) && (total == 0 || total + next.Line.Length < maximumBytes))
        {
            queue.TryRead(out _);
            if (next.Done.IsCompleted)
            {
                continue;
            }

            batch._waiting.Add(next);
            total += next.Line.IsEmpty ? 0 : next.Line.Length + 1;
        }

        batch.Bytes = batch.Join(total);
        return batch;
    }

    /// <summary>Tells every waiter that its line is durable.</summary>
    public void Complete()
    {
        foreach (var pending in _waiting)
        {
            pending.Complete();
        }
    }

    /// <summary>Tells every waiter that the log has stopped.</summary>
    public void Fail(Exception failure)
    {
        foreach (var pending in _waiting)
        {
            pending.Fail(failure);
        }
    }

    private byte[] Join(int total)
    {
        var bytes = new byte[total];
        var end = 0;
        foreach (var pending in Lines)
        {
            pending.Line.CopyTo(bytes.AsMemory(end));
            end += pending.Line.Length + 1;
            bytes[end - 1] = (byte)'\n';
        }

        return bytes;
    }
}

/// <summary>A line whose writer waits for it to become durable; an empty one only waits for a look at the storage.</summary>
internal sealed class PendingLine<T>(T record, ReadOnlyMemory<byte> line)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public T Record => record;

    public ReadOnlyMemory<byte> Line => line;

    public Task Done => _done.Task;

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception failure) => _done.TrySetException(failure);

    /// <summary>Nobody waits any more: unless it is under way already it need not be written.</summary>
    public void Abandon() => _done.TrySetCanceled();
}
