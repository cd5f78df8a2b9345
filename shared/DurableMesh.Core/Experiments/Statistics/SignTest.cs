namespace DurableMesh.Core.Experiments.Statistics;

/// <summary>
/// The exact sign test: of differences that are no zeros, each sign is as likely as the other where nothing differs (W. J. Dixon
/// and A. M. Mood, Journal of the American Statistical Association 41, 1946). Zeros are left out.
/// </summary>
public static class SignTest
{
    /// <summary>The two-sided p-value: twice the smaller tail of the binomial distribution, at most 1.</summary>
    /// <param name="positive">Positive differences.</param>
    /// <param name="negative">Negative differences.</param>
    /// <returns>1 where there are neither.</returns>
    public static double TwoSided(int positive, int negative)
    {
        var n = positive + negative;
        var (tail, logOfTerm) = (0.0, -n * Math.Log(2));
        for (var k = 0; k <= Math.Min(positive, negative); k++)
        {
            tail += Math.Exp(logOfTerm);
            logOfTerm += Math.Log((double)(n - k) / (k + 1));
        }

        return Math.Min(1, 2 * tail);
    }

    /// <summary>The fewest differences, all of one sign, that are enough to say at a confidence that something differs.</summary>
    /// <param name="confidence">Less than 1.</param>
    public static int FewestFor(double confidence)
    {
        var n = 1;
        while (TwoSided(n, 0) > 1 - confidence)
        {
            n++;
        }

        return n;
    }
}
