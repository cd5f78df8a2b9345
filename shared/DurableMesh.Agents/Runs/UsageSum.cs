using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>Adds up what several calls cost.</summary>
internal static class UsageSum
{
    /// <summary>The sum; null where nothing was spent.</summary>
    /// <remarks>
    /// The model is named where it is one and the same; where one part has no cost then, the mesh works out the sum from that
    /// model's price. Of different models, or one that is not named, the costs add up that are known.
    /// </remarks>
    public static Usage? Of(Usage? one, Usage? other)
    {
        if (one is null || other is null)
        {
            return one ?? other;
        }

        var sameModel = one.Model == other.Model;
        return new Usage
        {
            Model = sameModel ? one.Model : null,
            InputTokens = one.InputTokens + other.InputTokens,
            CachedInputTokens = one.CachedInputTokens + other.CachedInputTokens,
            CacheWriteTokens = one.CacheWriteTokens + other.CacheWriteTokens,
            OutputTokens = one.OutputTokens + other.OutputTokens,
            CostUsd = (one.CostUsd, other.CostUsd) switch
            {
                ({ } first, { } second) => first + second,
                var (first, second) => sameModel && one.Model is not null ? null : first ?? second,
            },
        };
    }
}
