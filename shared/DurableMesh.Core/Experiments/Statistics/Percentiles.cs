namespace DurableMesh.Core.Experiments.Statistics;

/// <summary>Places in a sample.</summary>
public static class Percentiles
{
    /// <summary>
    /// The value below which a share of a sample lies, between two values in proportion (type 7 of R. J. Hyndman and Y. Fan,
    /// "Sample quantiles in statistical packages", The American Statistician 50, 1996); null where the sample is empty.
    /// </summary>
    /// <param name="sorted">The sample, ascending.</param>
    /// <param name="share">
    /// From 0 to 1; what lies outside counts as the nearer end. Beside what is infinite the nearer value is taken.
    /// </param>
    public static double? Of(IReadOnlyList<double> sorted, double share)
    {
        if (sorted.Count == 0)
        {
            return null;
        }

        var place = Math.Clamp(share, 0, 1) * (sorted.Count - 1);
        var below = (int)Math.Floor(place);
        var (low, high) = (sorted[below], sorted[Math.Min(below + 1, sorted.Count - 1)]);
        var rest = place - below;
        return rest == 0 || low == high ? low
            : double.IsFinite(low) && double.IsFinite(high) ? low + (rest * (high - low))
            : rest < 0.5 ? low : high;
    }

    /// <summary>The middle of a sample in any order; null where it is empty.</summary>
    /// <param name="sample">The sample.</param>
    public static double? Median(IEnumerable<double> sample) => Of([.. sample.Order()], 0.5);
}
