namespace DurableMesh.Core.Experiments.Statistics;

/// <summary>
/// Wilcoxon's signed-rank test (F. Wilcoxon, Biometrics Bulletin 1, 1945) with the estimate of J. L. Hodges and E. L. Lehmann
/// (Annals of Mathematical Statistics 34, 1963), as in M. Hollander and D. A. Wolfe, "Nonparametric statistical methods",
/// chapter 3. Zeros are left out, as Wilcoxon does; equal sizes share the mean of their ranks, and the distribution is the exact
/// one for the ranks that there are.
/// </summary>
public static class WilcoxonSignedRank
{
    /// <summary>So many differences are counted exactly; for more the normal distribution stands in.</summary>
    public const int MostExact = 200;

    /// <summary>The sum of the ranks of positive differences, and how likely one so far from its middle is by chance.</summary>
    /// <param name="differences">The differences, zeros too.</param>
    public static SignedRanks Of(IEnumerable<double> differences)
    {
        double[] sizes = [.. differences.Where(difference => difference != 0).OrderBy(Math.Abs)];
        var doubled = DoubledRanks(sizes);
        var positive = sizes.Zip(doubled).Where(pair => pair.First > 0).Sum(pair => pair.Second);
        var p = sizes.Length <= MostExact ? Exact(doubled, positive) : ByNormal(doubled, positive);
        return new SignedRanks(sizes.Length, positive / 2.0, p, sizes.Length <= MostExact);
    }

    /// <summary>The estimate of Hodges and Lehmann: the median of the means of all pairs, each value with itself too.</summary>
    /// <param name="differences">The differences, zeros too.</param>
    /// <returns>Null where there are none.</returns>
    public static double? HodgesLehmann(IReadOnlyList<double> differences) => Percentiles.Median(
        Enumerable.Range(0, differences.Count).SelectMany(
            i => Enumerable.Range(i, differences.Count - i).Select(j => (differences[i] + differences[j]) / 2)));

    /// <summary>Twice each rank, which is a whole number where equal sizes share a mean.</summary>
    private static int[] DoubledRanks(double[] sizes)
    {
        var ranks = new int[sizes.Length];
        for (var first = 0; first < sizes.Length;)
        {
            var next = first + 1;
            while (next < sizes.Length && Math.Abs(sizes[next]) == Math.Abs(sizes[first]))
            {
                next++;
            }

            Array.Fill(ranks, first + 1 + next, first, next - first);
            first = next;
        }

        return ranks;
    }

    /// <summary>
    /// Each rank is positive or not, with the same chance: the chances of all sums, one rank after the other.
    /// </summary>
    private static double Exact(int[] ranks, int positive)
    {
        var total = ranks.Sum();
        var chances = new double[total + 1];
        chances[0] = 1;
        var most = 0;
        foreach (var rank in ranks)
        {
            most += rank;
            for (var sum = most; sum >= 0; sum--)
            {
                chances[sum] = (chances[sum] + (sum >= rank ? chances[sum - rank] : 0)) / 2;
            }
        }

        return Math.Min(1, 2 * chances.Take(Math.Min(positive, total - positive) + 1).Sum());
    }

    private static double ByNormal(int[] ranks, int positive)
    {
        var spread = Math.Sqrt(ranks.Sum(rank => (double)rank * rank) / 4);
        var away = Math.Abs(positive - (ranks.Sum(rank => (double)rank) / 2));
        return Math.Min(1, 2 * NormalDistribution.Cumulative(-Math.Max(0, away - 1) / spread));
    }
}

/// <summary>A signed-rank test.</summary>
/// <param name="Count">Differences that are no zeros.</param>
/// <param name="Statistic">The sum of the ranks of the positive ones.</param>
/// <param name="P">The two-sided p-value; 1 where there are none.</param>
/// <param name="Exact">Whether it was counted exactly.</param>
public sealed record SignedRanks(int Count, double Statistic, double P, bool Exact);
