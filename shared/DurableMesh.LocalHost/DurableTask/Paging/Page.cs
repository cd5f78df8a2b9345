namespace Microsoft.DurableTask;

/// <summary>One page of a longer answer.</summary>
/// <typeparam name="T">What the answer is made of.</typeparam>
public sealed class Page<T>
    where T : notnull
{
    /// <summary>Makes a page.</summary>
    /// <param name="values">What is on the page; may be none even where more pages follow.</param>
    /// <param name="continuationToken">Where the next page begins, or null on the last page.</param>
    public Page(IReadOnlyList<T> values, string? continuationToken = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        Values = values;
        ContinuationToken = continuationToken;
    }

    /// <summary>What is on the page.</summary>
    public IReadOnlyList<T> Values { get; }

    /// <summary>Where the next page begins, or null on the last page.</summary>
    public string? ContinuationToken { get; }
}
