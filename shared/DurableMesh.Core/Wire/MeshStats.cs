namespace DurableMesh.Core.Wire;

/// <summary>The answer to <c>GET /stats</c>: the whole mesh in numbers.</summary>
public sealed record MeshStats
{
    /// <summary>Registered agents.</summary>
    public required int Agents { get; init; }

    /// <summary>Registered companies.</summary>
    public required int Companies { get; init; }

    /// <summary>All threads, also those that the gate denied.</summary>
    public required int Threads { get; init; }

    /// <summary>All accepted messages, briefs included.</summary>
    public required long Messages { get; init; }

    /// <summary>Threads whose dialogue runs.</summary>
    public required int Open { get; init; }

    /// <summary>Threads that wait for a person's decision.</summary>
    public required int Held { get; init; }

    /// <summary>Threads that ended as PASS.</summary>
    public required int Pass { get; init; }

    /// <summary>Threads that ended as PARTIAL.</summary>
    public required int Partial { get; init; }

    /// <summary>Threads that ended as BLOCKED.</summary>
    public required int Blocked { get; init; }

    /// <summary>Advisory threads that ended as ANSWERED.</summary>
    public int Answered { get; init; }

    /// <summary>Why threads ended, as far as any did for that reason.</summary>
    public required IReadOnlyDictionary<EndReason, int> ByReason { get; init; }

    /// <summary>All that was spent, in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>The part of it that was spent today, by UTC.</summary>
    public required decimal CostTodayUsd { get; init; }

    /// <summary>All input and output tokens.</summary>
    public required long Tokens { get; init; }

    /// <summary>Messages with a usage that has no known price and counts as zero.</summary>
    public required int Unpriced { get; init; }
}
