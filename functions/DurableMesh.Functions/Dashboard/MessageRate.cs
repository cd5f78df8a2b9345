namespace DurableMesh.Functions.Dashboard;

/// <summary>How many messages come a minute, as seen by those who look.</summary>
internal sealed class MessageRate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<(long At, long Count)> _seen = new();

    /// <summary>The rate by what is counted now and was counted within the last minute; null at the first look.</summary>
    /// <param name="count">All messages so far.</param>
    public int? Next(long count)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            while (_seen.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At, now) > Window)
            {
                _seen.Dequeue();
            }

            int? rate = _seen.TryPeek(out var first) && time.GetElapsedTime(first.At, now) is var passed && passed >= Least
                ? (int)Math.Round((count - first.Count) * (Window / passed))
                : null;
            if (_seen.Count == 0 || time.GetElapsedTime(_seen.Last().At, now) >= Least)
            {
                _seen.Enqueue((now, count));
            }

            return rate;
        }
    }
}
