using System.Collections.Concurrent;

namespace DurableMesh.Functions.Store;

/// <summary>The accounts of threads by their numbers: those in memory, and of the past those that are asked for.</summary>
internal sealed class ThreadAccounts(IPast past)
{
    private readonly ConcurrentDictionary<int, ThreadAccount> _accounts = [];

    /// <summary>Keeps an account that has a number.</summary>
    public void Add(ThreadAccount account) => _accounts[account.Number!.Value] = account;

    /// <summary>Lets go of an account.</summary>
    public void Remove(ThreadAccount account)
    {
        if (account.Number is { } number)
        {
            _accounts.TryRemove(number, out _);
        }
    }

    /// <summary>The accounts of threads, from the highest number down.</summary>
    /// <param name="first">The lowest number that is wanted.</param>
    /// <param name="last">The highest one.</param>
    public IEnumerable<ThreadAccount> Descend(int first, int last)
    {
        // It reads nothing until it is asked for the first.
        using var ended = past.EndedAccounts(first, last).GetEnumerator();
        bool? hasMore = null;
        for (var n = last; n >= first; n--)
        {
            if (_accounts.TryGetValue(n, out var account))
            {
                yield return account;
                continue;
            }

            for (hasMore ??= ended.MoveNext(); hasMore == true && ended.Current.Number > n;)
            {
                hasMore = ended.MoveNext();
            }

            if (hasMore == true && ended.Current.Number == n)
            {
                yield return ended.Current;
            }
        }
    }
}
