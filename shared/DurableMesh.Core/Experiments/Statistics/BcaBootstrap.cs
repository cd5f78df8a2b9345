namespace DurableMesh.Core.Experiments.Statistics;

/// <summary>
/// Bias-corrected and accelerated bootstrap intervals: B. Efron, "Better bootstrap confidence intervals", Journal of the American
/// Statistical Association 82, 1987; B. Efron and R. J. Tibshirani, "An introduction to the bootstrap", 1993, chapter 14. Where
/// there is more than one sample the acceleration is that of A. C. Davison and D. V. Hinkley, "Bootstrap methods and their
/// application", 1997, section 5.3.
/// </summary>
public static class BcaBootstrap
{
    /// <summary>An interval for a statistic of one sample.</summary>
    /// <param name="size">The sample's size.</param>
    /// <param name="statistic">
    /// The statistic of the values with these indices, some of them more than once. It may be infinite, never NaN.
    /// </param>
    /// <param name="confidence">Of both sides together.</param>
    /// <param name="resamples">How many.</param>
    /// <param name="seed">All chance comes from it (<see cref="SplitMix64"/>).</param>
    /// <returns>The interval; null where the sample has fewer than two values, which say nothing of their spread.</returns>
    public static BcaInterval? Of(int size, Func<int[], double> statistic, double confidence, int resamples, ulong seed) =>
        Of([size], statistic, confidence, resamples, seed);

    /// <summary>An interval for a statistic of several samples that are independent of one another.</summary>
    /// <param name="sizes">The samples' sizes; their indices follow one another.</param>
    /// <param name="statistic">The statistic of the values with these indices, those of the first sample first.</param>
    /// <param name="confidence">Of both sides together.</param>
    /// <param name="resamples">How many.</param>
    /// <param name="seed">All chance comes from it.</param>
    /// <returns>The interval; null where a sample has fewer than two values.</returns>
    public static BcaInterval? Of(
        IReadOnlyList<int> sizes, Func<int[], double> statistic, double confidence, int resamples, ulong seed)
    {
        if (sizes.Count == 0 || sizes.Any(size => size < 2) || resamples < 1)
        {
            return null;
        }

        int[] all = [.. Enumerable.Range(0, sizes.Sum())];
        var found = statistic(all);
        var values = Resample(sizes, all.Length, statistic, resamples, seed);
        var less = values.Count(value => value < found) + (0.5 * values.Count(value => value == found));
        var half = 0.5 / resamples;
        var bias = NormalDistribution.Quantile(Math.Clamp(less / resamples, half, 1 - half));
        var acceleration = AccelerationOf(sizes, statistic);
        Array.Sort(values);
        var tail = (1 - confidence) / 2;
        return new BcaInterval(
            found,
            Percentiles.Of(values, Adjusted(tail, bias, acceleration))!.Value,
            Percentiles.Of(values, Adjusted(1 - tail, bias, acceleration))!.Value,
            bias,
            acceleration);
    }

    /// <summary>How fast the statistic's spread changes with its value, from what it is without each value in turn.</summary>
    /// <param name="sizes">The samples' sizes, each at least 2.</param>
    /// <param name="statistic">The statistic.</param>
    /// <returns>0 where all are alike, or the statistic is infinite without one.</returns>
    public static double AccelerationOf(IReadOnlyList<int> sizes, Func<int[], double> statistic)
    {
        var total = sizes.Sum();
        var (cubes, squares, first) = (0.0, 0.0, 0);
        foreach (var size in sizes)
        {
            var start = first;
            double[] without =
            [
                .. Enumerable.Range(start, size).Select(left => statistic([.. Enumerable.Range(0, total).Where(i => i != left)])),
            ];
            var mean = without.Average();
            foreach (var value in without)
            {
                var influence = (size - 1) * (mean - value) / size;
                squares += influence * influence;
                cubes += influence * influence * influence;
            }

            first += size;
        }

        var acceleration = cubes / (6 * Math.Pow(squares, 1.5));
        return double.IsFinite(acceleration) ? acceleration : 0;
    }

    private static double[] Resample(
        IReadOnlyList<int> sizes, int total, Func<int[], double> statistic, int resamples, ulong seed)
    {
        var random = new SplitMix64(seed);
        var drawn = new int[total];
        var values = new double[resamples];
        for (var i = 0; i < resamples; i++)
        {
            var first = 0;
            foreach (var size in sizes)
            {
                for (var place = first; place < first + size; place++)
                {
                    drawn[place] = first + random.Below(size);
                }

                first += size;
            }

            values[i] = statistic(drawn);
        }

        return values;
    }

    private static double Adjusted(double share, double bias, double acceleration)
    {
        var moved = bias + NormalDistribution.Quantile(share);
        var scale = 1 - (acceleration * moved);
        return scale > 0 ? NormalDistribution.Cumulative(bias + (moved / scale)) : moved > 0 ? 1 : 0;
    }
}

/// <summary>A BCa interval.</summary>
/// <param name="Estimate">The statistic of the sample itself.</param>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end.</param>
/// <param name="Bias">The correction for bias, z₀.</param>
/// <param name="Acceleration">The acceleration, a.</param>
public sealed record BcaInterval(double Estimate, double Lower, double Upper, double Bias, double Acceleration);
