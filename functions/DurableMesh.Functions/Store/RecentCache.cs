using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace DurableMesh.Functions.Store;

/// <summary>The newest values up to a number of bytes; the oldest leave first.</summary>
internal sealed class RecentCache<TKey, TValue>(long maximumBytes)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> values = new();
    private readonly Queue<(TKey Key, int Bytes)> order = new();
    private readonly Lock gate = new();
    private long bytes;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => values.TryGetValue(key, out value);

    /// <summary>Adds a value of about <paramref name="size"/> bytes; does nothing when the key is there.</summary>
    public void Add(TKey key, TValue value, int size)
    {
        if (!values.TryAdd(key, value))
        {
            return;
        }

        lock (gate)
        {
            order.Enqueue((key, size));
            bytes += size;
            while (bytes > maximumBytes && order.TryDequeue(out var oldest))
            {
                bytes -= oldest.Bytes;
                values.TryRemove(oldest.Key, out _);
            }
        }
    }
}
