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
    private int _old;

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
            while (_bytes > maximumBytes && _order.Count > 0)
            {
                RemoveOldest();
            }
        }
    }

    /// <summary>Lets go of what was there at the last trim already: nobody will ask for it soon.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            while (_old > 0)
            {
                RemoveOldest();
            }

            _old = _order.Count;
            _order.TrimExcess();
        }
    }

    private void RemoveOldest()
    {
        var oldest = _order.Dequeue();
        _bytes -= oldest.Bytes;
        _old = Math.Max(0, _old - 1);
        _values.TryRemove(oldest.Key, out _);
    }
}
