using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Money;

/// <summary>Where a cost comes from.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CostSource>))]
public enum CostSource
{
    /// <summary>The sender gave it.</summary>
    Sender,

    /// <summary>It was computed from <see cref="SettledUsage.Price"/>.</summary>
    PriceTable,

    /// <summary>No price is known for the model; the cost counts as zero and the evidence says so.</summary>
    Unpriced,

    /// <summary>A turn did not say what it cost; what its sender had reserved for it counts.</summary>
    Reserved,
}

/// <summary>A usage with its cost settled, and with what is needed to compute it again.</summary>
public sealed record SettledUsage
{
    private static readonly SettledUsage Nothing = new()
    {
        InputTokens = 0,
        CachedInputTokens = 0,
        OutputTokens = 0,
        CostUsd = 0,
        CostSource = CostSource.Unpriced,
    };

    /// <summary>The model, where the sender named one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>All input tokens, those from and into a cache included.</summary>
    public required long InputTokens { get; init; }

    /// <summary>The part of them that came from a cache.</summary>
    public required long CachedInputTokens { get; init; }

    /// <summary>The part of them that went into a cache; left out where none did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWriteTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>US dollars, rounded as <see cref="UsdRounding"/> says.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>Where the cost comes from.</summary>
    public required CostSource CostSource { get; init; }

    /// <summary>The price row that held; left out where the table has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelPrice? Price { get; init; }

    /// <summary>What <see cref="Price"/> gives in US dollars, beside a cost that is the sender's; left out otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? ComputedUsd { get; init; }

    /// <summary>
    /// What the sender says in US dollars, where that is less than <see cref="Price"/> gives; left out otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? StatedUsd { get; init; }

    /// <summary>
    /// The sender's cost and the table's, where they differ by more than a hundredth of the latter; null otherwise. The larger
    /// one counts.
    /// </summary>
    [JsonIgnore]
    public (decimal Stated, decimal Computed)? Disputed => (ComputedUsd, StatedUsd) switch
    {
        ({ } computed, _) when Math.Abs(CostUsd - computed) > computed / 100 => (CostUsd, computed),
        (_, { } stated) when CostUsd - stated > CostUsd / 100 => (stated, CostUsd),
        _ => null,
    };

    /// <summary>What a turn costs that does not say it.</summary>
    /// <param name="reported">What it says of its tokens; null for nothing.</param>
    /// <param name="usd">What its sender reserved, in US dollars.</param>
    public static SettledUsage AtReserved(SettledUsage? reported, decimal usd) => (reported ?? Nothing) with
    {
        CostUsd = usd,
        CostSource = CostSource.Reserved,
    };

    /// <summary>What the sender reported; null for nothing.</summary>
    public SettledUsage? AsReported()
    {
        var reported = CostSource == CostSource.Reserved ? this with { CostUsd = 0, CostSource = CostSource.Unpriced } : this;
        return CostSource == CostSource.Reserved && reported == Nothing ? null : reported;
    }

    /// <summary>What the sender sent; null where that cannot be told from nothing.</summary>
    internal Usage? AsSent() => AsReported() is not { } reported ? null : reported.ToUsage() with
    {
        CostUsd = reported.CostSource == CostSource.Sender ? reported.CostUsd : reported.StatedUsd,
    };

    /// <summary>The numbers alone.</summary>
    public UsageTotals Totals() =>
        new(InputTokens, CachedInputTokens, OutputTokens, CostUsd) { CacheWriteTokens = CacheWriteTokens };

    /// <summary>As the API shows it.</summary>
    public Usage ToUsage() => new()
    {
        Model = Model,
        InputTokens = InputTokens,
        CachedInputTokens = CachedInputTokens,
        CacheWriteTokens = CacheWriteTokens,
        OutputTokens = OutputTokens,
        CostUsd = CostUsd,
    };
}
