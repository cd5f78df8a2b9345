namespace DurableMesh.Functions.Store;

/// <summary>Sequences that go down.</summary>
internal static class Descending
{
    /// <summary>Two sequences as one; each is read no further than it must.</summary>
    public static IEnumerable<T> Merge<T, TKey>(IEnumerable<T> left, IEnumerable<T> right, Func<T, TKey> key)
        where TKey : IComparable<TKey>
    {
        using var one = left.GetEnumerator();
        using var other = right.GetEnumerator();
        var (hasOne, hasOther) = (one.MoveNext(), other.MoveNext());
        while (hasOne || hasOther)
        {
            if (hasOne && (!hasOther || key(one.Current).CompareTo(key(other.Current)) >= 0))
            {
                yield return one.Current;
                hasOne = one.MoveNext();
            }
            else
            {
                yield return other.Current;
                hasOther = other.MoveNext();
            }
        }
    }
}
