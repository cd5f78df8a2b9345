namespace DurableMesh.Simulation.Faults;

/// <summary>How likely each fault of the storage is, for each call.</summary>
internal sealed record StorageMood
{
    /// <summary>Nothing happens, and the caller is told that it cannot know.</summary>
    public double FailBefore { get; init; }

    /// <summary>It happens, and the caller is told that it cannot know.</summary>
    public double FailAfter { get; init; }

    /// <summary>An append is cut short.</summary>
    public double Tear { get; init; }

    /// <summary>The lease is taken away.</summary>
    public double LoseLease { get; init; }

    /// <summary>The host dies some steps after the call has begun.</summary>
    public double Crash { get; init; }

    /// <summary>What is read from a checkpoint comes late.</summary>
    public double SlowRead { get; init; }

    /// <summary>The longest time that a call takes in quiet times.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The names of the faults.</summary>
    public static IReadOnlyList<string> Faults { get; } =
        [nameof(FailBefore), nameof(FailAfter), nameof(Tear), nameof(LoseLease), nameof(Crash)];

    /// <summary>The same, but some faults never happen.</summary>
    public StorageMood Without(IReadOnlySet<string> faults) => this with
    {
        FailBefore = faults.Contains(nameof(FailBefore)) ? 0 : FailBefore,
        FailAfter = faults.Contains(nameof(FailAfter)) ? 0 : FailAfter,
        Tear = faults.Contains(nameof(Tear)) ? 0 : Tear,
        LoseLease = faults.Contains(nameof(LoseLease)) ? 0 : LoseLease,
        Crash = faults.Contains(nameof(Crash)) ? 0 : Crash,
    };
}
