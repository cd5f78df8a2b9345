namespace DurableMesh.Core.Ledger;

/// <summary>Quantiles of what was counted, by the nearest rank: always one of the values, never one between two.</summary>
public static class Quantile
{
    /// <summary>The least value that a share of all values does not exceed.</summary>
    /// <param name="sorted">The values, ascending; at least one.</param>
    /// <param name="share">The share, above 0 and up to 1; the median is 0.5.</param>
    public static T Of<T>(IReadOnlyList<T> sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}
