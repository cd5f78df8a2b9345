using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>One thing that was checked.</summary>
public sealed record Check
{
    /// <summary>Stable across rounds; the criterion's id where it checks one.</summary>
    public required string Id { get; init; }

    /// <summary>One line; the criterion's title where none is given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>How it came out.</summary>
    public required CheckStatus Status { get; init; }

    /// <summary>
    /// Whether it must pass. For a criterion of the brief the brief decides, whatever is said here; otherwise false where not
    /// given.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Required { get; init; }

    /// <summary>What was seen.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Where it was seen, for instance <c>CsvReader.cs:41</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Location { get; init; }
}

/// <summary>Something that was made or that serves as evidence, kept elsewhere.</summary>
public sealed record Artifact
{
    /// <summary>Its name, for instance <c>patch.diff</c>.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of its content, 64 hexadecimal digits in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its length in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Size { get; init; }

    /// <summary>Where to get it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Uri { get; init; }
}

/// <summary>What a message cost its sender.</summary>
public sealed record Usage
{
    /// <summary>The model, as the price table names it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>All input tokens, those from and into a cache included.</summary>
    public long InputTokens { get; init; }

    /// <summary>The input tokens that came from a cache.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>The input tokens that went into a cache; with the cached ones at most <see cref="InputTokens"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CacheWriteTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>US dollars; computed from the price table where the sender gives none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CostUsd { get; init; }
}
