using System.Globalization;
using DurableMesh.Core.Experiments.Statistics;

namespace DurableMesh.Core.Experiments;

/// <summary>Figures as a result has them.</summary>
internal static class Figures
{
    /// <summary>
    /// Rounds to nine digits, so that another machine's last bit makes no other figure; null for what is no number.
    /// </summary>
    public static double? Rounded(double? figure) => figure is { } some && double.IsFinite(some)
        ? double.Parse(some.ToString("G9", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + 0.0
        : null;

    /// <summary>A share; null of nothing.</summary>
    public static double? Share(double part, double whole) => whole == 0 ? null : Rounded(part / whole);

    /// <summary>Mean and median; null of nothing.</summary>
    public static Spread? Spread(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? null : new Spread(Rounded(all.Average())!.Value, Rounded(Percentiles.Median(all))!.Value);
    }

    /// <summary>A share in words, for instance <c>31.2 %</c>.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");
}
