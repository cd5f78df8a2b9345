namespace DurableMesh.Core.Money;

/// <summary>How US dollars are rounded: once, where a cost is settled; sums are exact.</summary>
public static class UsdRounding
{
    /// <summary>
    /// Decimal places kept: a nano-dollar. With amounts up to <see cref="MaxUsd"/> that is 15 significant digits, which survive
    /// JSON's double-precision numbers unchanged.
    /// </summary>
    public const int Places = 9;

    /// <summary>The highest amount that is accepted anywhere, in US dollars.</summary>
    public const decimal MaxUsd = 999_999m;

    /// <summary>
    /// Rounds an amount to <see cref="Places"/>, half to even; what lies outside 0 to <see cref="MaxUsd"/> is brought to the
    /// edge.
    /// </summary>
    /// <param name="usd">US dollars.</param>
    public static decimal Round(decimal usd) =>
        decimal.Round(decimal.Clamp(usd, 0, MaxUsd), Places, MidpointRounding.ToEven);
}
