using System.Threading.RateLimiting;

namespace DurableMesh.Functions.Identity;

/// <summary>
/// Counts the keys that did not work, by client address. Only these are limited: agents share addresses, and one with a dead key
/// must not shut the others out.
/// </summary>
internal sealed class FailedAttempts : IDisposable
{
    /// <summary>How many may fail in a <see cref="Window"/>.</summary>
    public const int Limit = 10;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetFixedWindowLimiter(
            address, _ => new FixedWindowRateLimiterOptions { PermitLimit = Limit, Window = Window }));

    /// <summary>Counts one more.</summary>
    /// <param name="address">Where it came from.</param>
    /// <returns>How long the client should wait where it was one too many; null otherwise.</returns>
    public TimeSpan? Count(string address)
    {
        using var lease = _limiter.AttemptAcquire(address);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : Window;
    }

    public void Dispose() => _limiter.Dispose();
}
