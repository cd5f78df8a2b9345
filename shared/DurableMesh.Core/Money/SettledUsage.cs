using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Money;

/// <summary>Where a cost comes from.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CostSource>))]
public enum CostSource
{
    /// <summary>The sender gave it.</summary>
    Sender,

    /// <summary>It was computed from the price row that stands beside it.</summary>
    PriceTable,

    /// <summary>No price is known for the model; the cost counts as zero and the evidence says so.</summary>
    Unpriced,
}

/// <summary>A usage with its cost settled, and with what is needed to compute it again.</summary>
public sealed record SettledUsage
{
    /// <summary>The model, where the sender named one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>All input tokens, cached ones included.</summary>
    public required long InputTokens { get; init; }

    /// <summary>The part of them that came from a cache.</summary>
    public required long CachedInputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>US dollars, rounded as <see cref="UsdRounding"/> says.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>Where the cost comes from.</summary>
    public required CostSource CostSource { get; init; }

    /// <summary>The price row that it was computed from; only with <see cref="CostSource.PriceTable"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelPrice? Price { get; init; }

    /// <summary>The numbers alone.</summary>
    public UsageTotals Totals() => new(InputTokens, CachedInputTokens, OutputTokens, CostUsd);

    /// <summary>As the API shows it.</summary>
    public Usage ToUsage() => new()
    {
        Model = Model,
        InputTokens = InputTokens,
        CachedInputTokens = CachedInputTokens,
        OutputTokens = OutputTokens,
        CostUsd = CostUsd,
    };
}
