using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Threads;

/// <summary>Looks, and looks again whenever something may have changed, until there is enough or the time is up.</summary>
internal static class LongPoll
{
    /// <summary>The longest <c>wait</c> that a caller may ask for.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <param name="log">What announces changes.</param>
    /// <param name="id">The thread or agent that is looked at.</param>
    /// <param name="look">Looks once.</param>
    /// <param name="enough">Whether what was seen is worth an answer.</param>
    /// <param name="wait">How long to wait at most; zero looks once.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task<T> UntilAsync<T>(
        IThreadLog log,
        string id,
        Func<ValueTask<T>> look,
        Func<T, bool> enough,
        TimeSpan wait,
        TimeProvider time,
        CancellationToken cancellation)
    {
        for (var started = time.GetTimestamp(); ;)
        {
            var change = log.NextChange(id);
            var seen = await look();
            var left = wait - time.GetElapsedTime(started);
            if (enough(seen) || left <= TimeSpan.Zero)
            {
                return seen;
            }

            try
            {
                await change.WaitAsync(left, time, cancellation);
            }
            catch (TimeoutException)
            {
                return seen;
            }
        }
    }
}
