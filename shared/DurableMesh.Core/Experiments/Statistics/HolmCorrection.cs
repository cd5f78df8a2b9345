namespace DurableMesh.Core.Experiments.Statistics;

/// <summary>
/// The correction for having several tests: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
/// Journal of Statistics 6, 1979.
/// </summary>
public static class HolmCorrection
{
    /// <summary>
    /// Adjusts p-values: a family of tests keeps its level where each is compared by what it has here. The smallest is multiplied
    /// by how many there are, the next by one less, and so on; none becomes smaller than one before it, or larger than 1.
    /// </summary>
    /// <param name="values">The p-values.</param>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> values)
    {
        var adjusted = new double[values.Count];
        var least = 0.0;
        foreach (var (rank, at) in Enumerable.Range(0, values.Count).OrderBy(at => values[at]).Index())
        {
            least = Math.Min(1, Math.Max(least, values[at] * (values.Count - rank)));
            adjusted[at] = least;
        }

        return adjusted;
    }
}
