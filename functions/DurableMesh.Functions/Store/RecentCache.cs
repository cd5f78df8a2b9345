using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace DurableMesh.Functions.Store;

/// <summary>The newest values up to a number of bytes; the oldest leave first.</summary>
internal sealed class RecentCache<TKey, TValue>(long maximumBytes)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _values = new();
    private readonly Queue<(TKey Key, int Bytes)> _order = new();
    private readonly Lock _gate = new();
    private long _bytes;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    /// <summary>Adds a value of about <paramref name="size"/> bytes; does nothing when the key is there.</summary>
    public void Add(TKey key, TValue value, int size)
    {
        if (!_values.TryAdd(key, value))
        {
            return;
        }

        lock (_gate)
        {
            _order.Enqueue((key, size));
            _bytes += size;
            while (_bytes > maximumBytes && _order.TryDequeue(out var oldest))
            {
                _bytes -= oldest.Bytes;
                _values.TryRemove(oldest.Key, out _);
            }
        }
    }
}
