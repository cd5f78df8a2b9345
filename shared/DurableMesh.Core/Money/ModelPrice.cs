using System.Text.Json.Serialization;

namespace DurableMesh.Core.Money;

/// <summary>What a model costs from an instant on, until a later row of the same model takes over.</summary>
public sealed record ModelPrice
{
    /// <summary>The model's name as senders give it.</summary>
    public required string Model { get; init; }

    /// <summary>The first instant at which the row holds.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>US dollars per million input tokens that were not cached.</summary>
    public required decimal InputPerMillion { get; init; }

    /// <summary>US dollars per million cached input tokens; the price of input where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CachedInputPerMillion { get; init; }

    /// <summary>US dollars per million output tokens.</summary>
    public required decimal OutputPerMillion { get; init; }

    /// <summary>The cost of a call in US dollars, rounded once at the end as <see cref="UsdRounding"/> says.</summary>
    /// <param name="inputTokens">All input tokens, cached ones included.</param>
    /// <param name="cachedInputTokens">The part of them that came from a cache.</param>
    /// <param name="outputTokens">Output tokens.</param>
    public decimal CostOf(long inputTokens, long cachedInputTokens, long outputTokens) => UsdRounding.Round(
        ((inputTokens - cachedInputTokens) * InputPerMillion
            + cachedInputTokens * (CachedInputPerMillion ?? InputPerMillion)
            + outputTokens * OutputPerMillion)
        / 1_000_000m);
}
