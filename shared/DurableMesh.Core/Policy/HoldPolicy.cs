using DurableMesh.Core.Gate;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Policy;

/// <summary>What waits for a person, and for how long.</summary>
/// <param name="Priorities">Threads of these priorities are held.</param>
/// <param name="ExpiresAfter">
/// How long a hold waits at most; a thread with a shorter time to live waits no longer than that.
/// </param>
/// <param name="RemindBefore">How long before the expiry a reminder is recorded.</param>
public sealed record HoldPolicy(IReadOnlyList<Priority> Priorities, TimeSpan ExpiresAfter, TimeSpan RemindBefore)
{
    /// <summary>High priority waits for a person, a day at most, and is reminded of an hour before.</summary>
    public static HoldPolicy Standard { get; } = new([Priority.H], TimeSpan.FromDays(1), TimeSpan.FromHours(1));

    /// <summary>How long a thread waits that is held now.</summary>
    /// <param name="now">The present instant.</param>
    /// <param name="ttl">The thread's time to live, which starts anew when a person approves.</param>
    /// <returns>The terms; the reminder comes at half time where <see cref="RemindBefore"/> leaves no room.</returns>
    public HoldTerms TermsAt(DateTimeOffset now, TimeSpan ttl)
    {
        var waits = ttl < ExpiresAfter ? ttl : ExpiresAfter;
        return new HoldTerms(now + waits, now + waits - (RemindBefore < waits ? RemindBefore : waits / 2));
    }
}
