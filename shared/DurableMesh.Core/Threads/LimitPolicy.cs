using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>What limits a thread gets where it asks for none, and how far it may ask.</summary>
/// <param name="Defaults">In force where the request is silent.</param>
/// <param name="Maxima">The gate denies what asks for more.</param>
public sealed record LimitPolicy(Limits Defaults, Limits Maxima)
{
    /// <summary>
    /// Half an hour, 20 turns, 2 US dollars, 50 findings a turn, 2 rounds without progress; at most a day, 500, 100, 1,000, 20.
    /// </summary>
    public static LimitPolicy Standard { get; } = new(
        new Limits(TimeSpan.FromMinutes(30), MaxTurns: 20, CostCapUsd: 2m, MaxFindingsPerTurn: 50, MaxRoundsWithoutProgress: 2),
        new Limits(
            TimeSpan.FromDays(1),
            MaxTurns: 500,
            CostCapUsd: 100m,
            MaxFindingsPerTurn: 1000,
            MaxRoundsWithoutProgress: 20));

    /// <summary>The requested limits over the defaults; the maxima are the gate's business, nothing is cut in silence.</summary>
    /// <param name="request">What the start asks for.</param>
    public Limits Effective(LimitsRequest? request) => new(
        request?.Ttl ?? Defaults.Ttl,
        request?.MaxTurns ?? Defaults.MaxTurns,
        request?.CostCapUsd ?? Defaults.CostCapUsd,
        request?.MaxFindingsPerTurn ?? Defaults.MaxFindingsPerTurn,
        request?.MaxRoundsWithoutProgress ?? Defaults.MaxRoundsWithoutProgress);
}
