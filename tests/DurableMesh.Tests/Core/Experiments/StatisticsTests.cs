using CsCheck;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Experiments.Statistics;

namespace DurableMesh.Tests.Core.Experiments;

/// <summary>The statistics beside published examples, each with its source, and beside counting by hand.</summary>
public sealed class StatisticsTests
{
    // Spatial perception of 26 neurologically impaired children, test A: Efron and Tibshirani 1993, table 14.1.
    private static readonly double[] Spatial =
    [
        48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
    ];

    // The Hamilton depression scale factor IV before and after a tranquilizer: Hollander and Wolfe, example 3.1.
    private static readonly double[] Before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
    private static readonly double[] After = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];

    private static double[] Depression => [.. Before.Zip(After, (before, after) => before - after)];

    [Fact]
    public void The_random_numbers_are_those_of_the_published_vectors()
    {
        // Of the reference implementation by S. Vigna, as Rosetta Code's task "Pseudo-random numbers/Splitmix64" lists them.
        var random = new SplitMix64(1234567);
        ulong[] expected =
        [
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
        ];
        Assert.Equal(expected, Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void A_bound_is_kept_and_all_below_it_come_up_alike()
    {
        var random = new SplitMix64(7);
        var counts = new int[6];
        for (var i = 0; i < 60_000; i++)
        {
            counts[random.Below(6)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    // By Python's statistics.NormalDist, which is another implementation.
    [Theory]
    [InlineData(0.975, 1.9599639845400536)]
    [InlineData(0.9, 1.2815515655446008)]
    [InlineData(0.1, -1.2815515655446008)]
    [InlineData(0.3, -0.5244005127080409)]
    [InlineData(1e-10, -6.361340902404056)]
    public void Normal_quantiles_are_those_of_the_table(double probability, double value) =>
        Assert.Equal(value, NormalDistribution.Quantile(probability), 12);

    [Theory]
    [InlineData(1.96, 0.9750021048517795)]
    [InlineData(-3, 0.0013498980316301035)]
    [InlineData(0.5, 0.6914624612740131)]
    [InlineData(0, 0.5)]
    [InlineData(-40, 0)]
    [InlineData(40, 1)]
    public void Normal_probabilities_are_those_of_the_table(double value, double probability) =>
        Assert.Equal(probability, NormalDistribution.Cumulative(value), 14);

    [Fact]
    public void Quantile_and_probability_undo_one_another() => Gen.Double[1e-12, 1 - 1e-12].Sample(probability =>
        Math.Abs(NormalDistribution.Cumulative(NormalDistribution.Quantile(probability)) - probability) < 1e-14);

    [Fact]
    public void The_interval_for_a_variance_is_that_of_Efron_and_Tibshirani()
    {
        // Page 186: the estimate 171.5, z0 = 0.146, a = 0.061, 90 % BCa interval (115.8, 259.6) from 2000 resamples.
        var interval = BcaBootstrap.Of(Spatial.Length, VarianceOfSpatial, 0.90, 50_000, seed: 1)!;
        Assert.Equal(171.5, interval.Estimate, 0.05);
        Assert.Equal(0.061, interval.Acceleration, 0.0005);
        Assert.Equal(0.146, interval.Bias, 0.06);
        Assert.Equal(115.8, interval.Lower, 4.0);
        Assert.Equal(259.6, interval.Upper, 8.0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval_and_another_one_another()
    {
        var one = BcaBootstrap.Of(Spatial.Length, VarianceOfSpatial, 0.90, 500, seed: 3);
        Assert.Equal(one, BcaBootstrap.Of(Spatial.Length, VarianceOfSpatial, 0.90, 500, seed: 3));
        Assert.NotEqual(one, BcaBootstrap.Of(Spatial.Length, VarianceOfSpatial, 0.90, 500, seed: 4));
    }

    [Fact]
    public void A_sample_of_one_has_no_interval_and_a_constant_one_has_a_point()
    {
        Assert.Null(BcaBootstrap.Of(1, _ => 5, 0.95, 200, seed: 1));
        Assert.Null(BcaBootstrap.Of([5, 1], _ => 5, 0.95, 200, seed: 1));
        Assert.Equal(new BcaInterval(5, 5, 5, 0, 0), BcaBootstrap.Of(4, _ => 5, 0.95, 200, seed: 1));
    }

    [Fact]
    public void Samples_are_drawn_each_from_itself()
    {
        var draws = new List<int[]>();
        BcaBootstrap.Of(
            [3, 5],
            drawn =>
            {
                draws.Add([.. drawn]);
                return drawn.Sum();
            },
            0.9,
            200,
            seed: 5);
        var whole = draws.Where(drawn => drawn.Length == 8).ToList();
        Assert.True(whole.Count > 200);
        Assert.All(whole, drawn => Assert.True(drawn[..3].All(i => i < 3) && drawn[3..].All(i => i is >= 3 and < 8)));
    }

    [Fact]
    public void An_interval_holds_the_truth_about_as_often_as_it_says()
    {
        // The mean of exponential waits, 20 at a time: skewed, as times and tokens are.
        var random = new SplitMix64(11);
        var held = 0;
        for (var trial = 0; trial < 400; trial++)
        {
            double[] sample = [.. Enumerable.Range(0, 20).Select(_ => -Math.Log((random.Next() + 1.0) / 18446744073709551616.0))];
            var interval = BcaBootstrap.Of(20, drawn => drawn.Average(i => sample[i]), 0.90, 400, seed: (ulong)trial)!;
            held += interval.Lower <= 1 && interval.Upper >= 1 ? 1 : 0;
        }

        Assert.InRange(held, 320, 380);
    }

    [Fact]
    public void The_signed_ranks_are_those_of_Hollander_and_Wolfe()
    {
        // T+ = 40 of 9 pairs; the upper tail is .0195 (table A.4), and the typical difference 0.46.
        var test = WilcoxonSignedRank.Of(Depression);
        Assert.Equal((9, 40.0, true), (test.Count, test.Statistic, test.Exact));
        Assert.Equal(2 * 10 / 512.0, test.P, 12);
        Assert.Equal(0.46, WilcoxonSignedRank.HodgesLehmann(Depression)!.Value, 10);
    }

    // Tails of the signed-rank statistic: Hollander and Wolfe, table A.4.
    [Theory]
    [InlineData(5, 0, 0.031)]
    [InlineData(8, 4, 0.027)]
    [InlineData(10, 8, 0.024)]
    [InlineData(10, 10, 0.042)]
    [InlineData(15, 25, 0.024)]
    public void Signed_ranks_without_ties_have_the_tails_of_the_table(int n, int statistic, double tail) =>
        Assert.Equal(tail, WilcoxonSignedRank.Of(DifferencesWith(n, statistic)).P / 2, 0.0005);

    [Fact]
    public void Zeros_are_left_out_and_none_at_all_say_nothing()
    {
        Assert.Equal(WilcoxonSignedRank.Of(Depression), WilcoxonSignedRank.Of([0, .. Depression, 0]));
        Assert.Equal(new SignedRanks(0, 0, 1, true), WilcoxonSignedRank.Of([0, 0, 0]));
        Assert.Equal(1, WilcoxonSignedRank.Of([]).P);
        Assert.Null(WilcoxonSignedRank.HodgesLehmann([]));
    }

    [Fact]
    public void Signed_ranks_are_counted_as_all_signs_by_hand_ties_too() => Gen.Int[-4, 4].Array[0, 12].Sample(values =>
    {
        double[] differences = [.. values.Select(value => (double)value)];
        var test = WilcoxonSignedRank.Of(differences);
        double[] sizes = [.. differences.Where(one => one != 0).Select(Math.Abs)];
        double[] ranks =
        [
            .. sizes.Select(size => sizes.Count(other => other < size) + ((sizes.Count(other => other == size) + 1) / 2.0)),
        ];
        var middle = ranks.Sum() / 2;
        var far = Enumerable.Range(0, 1 << ranks.Length).Count(signs =>
            Math.Abs(ranks.Where((_, at) => (signs >> at & 1) == 1).Sum() - middle) >= Math.Abs(test.Statistic - middle));
        return Math.Abs(test.P - Math.Min(1, (double)far / (1 << ranks.Length))) < 1e-12;
    });

    [Fact]
    public void Many_differences_are_judged_by_the_normal_distribution_and_nearly_the_same()
    {
        var random = new SplitMix64(2);
        double[] many = [.. Enumerable.Range(0, WilcoxonSignedRank.MostExact + 1).Select(_ => random.Below(2000) - 900.0)];
        var (exact, normal) = (WilcoxonSignedRank.Of(many[..^1]), WilcoxonSignedRank.Of(many));
        Assert.True(exact.Exact && !normal.Exact);
        Assert.InRange(normal.P / exact.P, 0.3, 3);
        Assert.InRange(normal.P, 1e-9, 1);
    }

    [Fact]
    public void Arbuthnots_christenings_are_no_chance()
    {
        // J. Arbuthnot, "An argument for divine providence", Philosophical Transactions 27, 1710: more boys in each of 82 years.
        Assert.Equal(1, SignTest.TwoSided(82, 0) / Math.Pow(2, -81), 9);
    }

    // Binomial tails: Siegel, "Nonparametric statistics", 1956, table D (one-sided, three places).
    [Theory]
    [InlineData(10, 1, 0.011)]
    [InlineData(12, 3, 0.073)]
    [InlineData(15, 4, 0.059)]
    [InlineData(20, 5, 0.021)]
    [InlineData(25, 7, 0.022)]
    public void Sign_tests_have_the_tails_of_the_table(int n, int fewer, double tail)
    {
        Assert.Equal(2 * tail, SignTest.TwoSided(n - fewer, fewer), 0.0011);
        Assert.Equal(SignTest.TwoSided(fewer, n - fewer), SignTest.TwoSided(n - fewer, fewer));
    }

    [Fact]
    public void No_difference_and_as_many_of_each_sign_say_nothing()
    {
        Assert.Equal(1, SignTest.TwoSided(0, 0));
        Assert.Equal(1, SignTest.TwoSided(4, 4));
        Assert.Equal(1, SignTest.TwoSided(0, 1));
        Assert.Equal((6, 8), (SignTest.FewestFor(0.95), SignTest.FewestFor(0.99)));
    }

    [Fact]
    public void Holms_correction_is_that_of_the_known_example()
    {
        // Wikipedia, "Holm–Bonferroni method", and R's p.adjust(c(.01, .04, .03, .005), "holm").
        double[] expected = [0.03, 0.06, 0.06, 0.02];
        Assert.Equal(expected, HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));
        Assert.Empty(HolmCorrection.Adjust([]));
        Assert.Equal([1.0, 1.0], HolmCorrection.Adjust([0.6, 0.9]));
    }

    [Fact]
    public void Holms_correction_keeps_the_order_and_lies_between_none_and_Bonferronis() =>
        Gen.Double[0, 1].Array[1, 8].Sample(values =>
        {
            var adjusted = HolmCorrection.Adjust(values);
            Assert.All(values.Zip(adjusted), pair =>
                Assert.InRange(pair.Second, pair.First, Math.Min(1, pair.First * values.Length) + 1e-15));
            var sorted = values.Zip(adjusted).OrderBy(pair => pair.First).Select(pair => pair.Second).ToList();
            Assert.Equal(sorted.Order(), sorted);
        });

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.25, 1.75)]
    [InlineData(0.5, 2.5)]
    [InlineData(1, 4)]
    [InlineData(7, 4)]
    public void Percentiles_lie_between_values_in_proportion(double share, double value) =>
        Assert.Equal(value, Percentiles.Of([1, 2, 3, 4], share));

    [Fact]
    public void Nothing_has_no_percentile()
    {
        Assert.Null(Percentiles.Of([], 0.5));
        Assert.Null(Percentiles.Median([]));
        Assert.Equal(7, Percentiles.Median([7]));
    }

    /// <summary>Differences of the sizes 1 to n, of which those are positive whose ranks come to a sum.</summary>
    private static IEnumerable<double> DifferencesWith(int n, int statistic)
    {
        var rest = statistic;
        for (var rank = n; rank >= 1; rank--)
        {
            yield return rank <= rest ? rank : -rank;
            rest -= rank <= rest ? rank : 0;
        }
    }

    private static double VarianceOfSpatial(int[] drawn)
    {
        var mean = drawn.Average(i => Spatial[i]);
        return drawn.Average(i => (Spatial[i] - mean) * (Spatial[i] - mean));
    }
}
