namespace Microsoft.DurableTask;

/// <summary>An answer that arrives in pages and can be read as one sequence.</summary>
/// <typeparam name="T">What the answer is made of.</typeparam>
public abstract class AsyncPageable<T> : IAsyncEnumerable<T>
    where T : notnull
{
    /// <summary>The answer page by page.</summary>
    /// <param name="continuationToken">Where to begin, from an earlier page; null for the beginning.</param>
    /// <param name="pageSizeHint">How many values a page should hold; null leaves it to the source.</param>
    public abstract IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = default, int? pageSizeHint = default);

    /// <summary>The values one by one, over all pages.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        await foreach (Page<T> page in AsPages().WithCancellation(cancellationToken))
        {
            foreach (T value in page.Values)
            {
                yield return value;
            }
        }
    }
}
