using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Money;

/// <summary>What a model costs from an instant on, until a later row of the same model takes over.</summary>
public sealed record ModelPrice
{
    /// <summary>The model's name as senders give it.</summary>
    public required string Model { get; init; }

    /// <summary>The first instant at which the row holds.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>US dollars per million input tokens that neither came from a cache nor went into one.</summary>
    public required decimal InputPerMillion { get; init; }

    /// <summary>US dollars per million input tokens that came from a cache; the price of input where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CachedInputPerMillion { get; init; }

    /// <summary>US dollars per million input tokens that went into a cache; the price of input where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CacheWritePerMillion { get; init; }

    /// <summary>US dollars per million output tokens.</summary>
    public required decimal OutputPerMillion { get; init; }

    /// <summary>The cost of a call in US dollars, rounded once at the end as <see cref="UsdRounding"/> says.</summary>
    /// <param name="usage">The tokens; what the sender says of their cost does not matter.</param>
    public decimal CostOf(Usage usage) => UsdRounding.Round(
        ((usage.InputTokens - usage.CachedInputTokens - usage.CacheWriteTokens) * InputPerMillion
            + usage.CachedInputTokens * (CachedInputPerMillion ?? InputPerMillion)
            + usage.CacheWriteTokens * (CacheWritePerMillion ?? InputPerMillion)
            + usage.OutputTokens * OutputPerMillion)
        / 1_000_000m);

    /// <summary>Whether an amount is below zero, which no price is.</summary>
    internal bool HasNegativeAmount =>
        InputPerMillion < 0 || CachedInputPerMillion < 0 || CacheWritePerMillion < 0 || OutputPerMillion < 0;
}
