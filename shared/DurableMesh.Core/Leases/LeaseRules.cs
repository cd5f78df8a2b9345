using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Leases;

/// <summary>
/// Which runner of an agent works on which message of a thread. One holder at a time; a message that one has done with nobody
/// gets again. Pure and total; whoever keeps the lease makes sure that it is still the one that was decided about.
/// </summary>
public static class LeaseRules
{
    /// <summary>The shortest time for which a message is claimed.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>The longest time for which a message is claimed: so long a holder that died keeps others from it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Whether somebody is at work.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="now">The present instant.</param>
    public static bool IsAlive(LeaseView lease, DateTimeOffset now) => lease.ExpiresAt > now;

    /// <summary>Decides about a claim, a renewal, or a word that a message is done with.</summary>
    /// <param name="current">The lease of the agent in the thread; null before the first.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="now">The present instant.</param>
    public static LeaseDecision Decide(LeaseView? current, LeaseRequest request, DateTimeOffset now)
    {
        if (current is not null && request.Sequence <= current.DoneThrough)
        {
            // Whoever says twice that a message is done with has lost the first answer, or come second: it is as he says.
            return new LeaseDecision(current, request.Done ? null : LeaseRefusal.AlreadyDone);
        }

        var held = current is not null && IsAlive(current, now) ? current : null;
        if (held is not null && held.Holder != request.Holder)
        {
            return new LeaseDecision(held, LeaseRefusal.Leased);
        }

        if (held is not null && request.Sequence < held.Sequence)
        {
            // The late renewal of a holder that has moved on.
            return new LeaseDecision(held, LeaseRefusal.AlreadyDone);
        }

        return new LeaseDecision(Granted(current, held, request, now), null);
    }

    private static LeaseView Granted(LeaseView? current, LeaseView? held, LeaseRequest request, DateTimeOffset now)
    {
        var done = current?.DoneThrough ?? 0;
        if (held is not null && request.Sequence > held.Sequence)
        {
            // A holder that moves on has done with the message that it leaves.
            done = held.Sequence;
        }

        return new LeaseView(
            request.Agent,
            request.Holder,
            request.Sequence,
            held?.Sequence == request.Sequence ? held.Since : now,
            request.Done ? now : now + TimeSpan.FromTicks(Math.Clamp(request.For.Ticks, Shortest.Ticks, Longest.Ticks)),
            request.Done ? request.Sequence : done,
            request.Device);
    }
}

/// <summary>What became of a claim.</summary>
/// <param name="Lease">The lease from now on; where it was refused, the one that is in the way.</param>
/// <param name="Refusal">Why it was refused; null where it was not.</param>
public sealed record LeaseDecision(LeaseView Lease, LeaseRefusal? Refusal);

/// <summary>Why a claim is refused.</summary>
public enum LeaseRefusal
{
    /// <summary>Another runner of the agent is at work.</summary>
    Leased,

    /// <summary>A runner of the agent has done with the message, or with a later one.</summary>
    AlreadyDone,
}
