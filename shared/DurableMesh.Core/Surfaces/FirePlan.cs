namespace DurableMesh.Core.Surfaces;

/// <summary>Which fires of a schedule have a run.</summary>
/// <param name="Fires">Those that have one, the oldest first.</param>
/// <param name="LeftOut">How many have none.</param>
public sealed record FirePlan(IReadOnlyList<DateTimeOffset> Fires, int LeftOut)
{
    /// <summary>The most missed fires that <see cref="MissedFires.All"/> makes up for.</summary>
    public const int MostMissed = 100;

    /// <summary>A fire that is looked at no later than this after it was due was not missed.</summary>
    public static TimeSpan Grace { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Plans the fires that are due.</summary>
    /// <param name="due">All since the last look, the oldest first.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="missed">What becomes of those that were missed.</param>
    public static FirePlan Of(IEnumerable<DateTimeOffset> due, DateTimeOffset now, MissedFires missed)
    {
        var (late, onTime, lates) = (new Queue<DateTimeOffset>(), new List<DateTimeOffset>(), 0);
        var most = missed switch { MissedFires.Skip => 0, MissedFires.Once => 1, _ => MostMissed };
        foreach (var fire in due)
        {
            if (now - fire <= Grace)
            {
                onTime.Add(fire);
                continue;
            }

            lates++;
            late.Enqueue(fire);
            if (late.Count > most)
            {
                late.Dequeue();
            }
        }

        return new FirePlan([.. late, .. onTime], lates - late.Count);
    }
}
