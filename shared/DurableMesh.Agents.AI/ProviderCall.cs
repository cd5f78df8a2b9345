using System.Globalization;

namespace DurableMesh.Agents.AI;

/// <summary>
/// One call of a model over HTTP, as the flow of control that makes it knows it: which key it is made with, and what the answer's
/// header said that a provider's client does not show.
/// </summary>
public sealed class ProviderCall
{
    private static readonly AsyncLocal<ProviderCall?> Flow = new();

    private ProviderCall(string idempotencyKey) => IdempotencyKey = idempotencyKey;

    /// <summary>The key that every try of this call has in common.</summary>
    public string IdempotencyKey { get; }

    /// <summary>When to try again, as the provider said; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>The call that is made now; null where nobody said.</summary>
    internal static ProviderCall? Current => Flow.Value;

    /// <summary>Begins a call; it is over when the method that began it returns.</summary>
    /// <param name="idempotencyKey">The key, visible ASCII.</param>
    public static ProviderCall Begin(string idempotencyKey) => Flow.Value = new ProviderCall(idempotencyKey);

    /// <summary>
    /// A client for providers: it follows no redirect, which would take the key along, keeps no cookies, and carries the key of
    /// the call.
    /// </summary>
    /// <param name="time">The clock.</param>
    public static HttpClient CreateHttp(TimeProvider time) => new(new Carrier(time))
    {
        // Each call has its own limit of time.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>A header <c>Retry-After</c>, bounded; null where it says nothing that can be read.</summary>
    /// <param name="value">Seconds, or an instant.</param>
    /// <param name="now">The present.</param>
    internal static TimeSpan? ReadRetryAfter(string? value, DateTimeOffset now)
    {
        var isSeconds = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds);
        var wait = isSeconds && seconds <= 1e6
            ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? at - now
                : (TimeSpan?)null;
        return wait is { } some ? TimeSpan.FromTicks(Math.Clamp(some.Ticks, 0, LongestWait.Ticks)) : null;
    }

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private sealed class Carrier(TimeProvider time) : DelegatingHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = Current;
            if (call is not null)
            {
                request.Headers.TryAddWithoutValidation("Idempotency-Key", call.IdempotencyKey);
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (call is not null && response.Headers.TryGetValues("Retry-After", out var values))
            {
                call.RetryAfter = ReadRetryAfter(string.Concat(values), time.GetUtcNow());
            }

            return response;
        }
    }
}
