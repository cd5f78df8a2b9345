using System.Text.Json;

namespace DurableMesh.Agents.Money;

/// <summary>The names that one provider or program gives to what a call used. A name with a dot is a field of a field.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
internal sealed record UsageForm(string Name, string Input, string Output)
{
    /// <summary>Whether the input tokens include those from and into a cache.</summary>
    public required bool IncludesCache { get; init; }

    /// <summary>Whether any one of its fields is enough, and it has no others.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether the output tokens are left out where there are none.</summary>
    public bool MayLackOutput { get; init; }

    /// <summary>Where the tokens stand that came from a cache; the first that is there counts.</summary>
    public string[] Cached { get; init; } = [];

    /// <summary>
    /// Where the tokens stand that went into a cache; the first that is there counts, a sum with what is there of it.
    /// </summary>
    public string[] Written { get; init; } = [];

    /// <summary>More input, not in the input tokens.</summary>
    public string[] MoreInput { get; init; } = [];

    /// <summary>More output, not in the output tokens.</summary>
    public string[] MoreOutput { get; init; } = [];

    /// <summary>Tokens that are counted elsewhere already.</summary>
    public string[] Known { get; init; } = [];

    /// <summary>US dollars.</summary>
    public string? Cost { get; init; }

    /// <summary>All forms.</summary>
    public static IReadOnlyList<UsageForm> All { get; } =
    [
        new("the mesh", "inputTokens", "outputTokens")
        {
            IncludesCache = true, IsStrict = true, Cached = ["cachedInputTokens"], Written = ["cacheWriteTokens"],
            Cost = "costUsd", Known = ["model"],
        },
        new("Claude Code", "inputTokens", "outputTokens")
        {
            IncludesCache = false, Cached = ["cacheReadInputTokens"], Written = ["cacheCreationInputTokens"], Cost = "costUSD",
            Known = ["maxOutputTokens"],
        },
        new("Anthropic", "input_tokens", "output_tokens")
        {
            IncludesCache = false, Cached = ["cache_read_input_tokens"],
            Written =
            [
                "cache_creation_input_tokens",
                "cache_creation.ephemeral_5m_input_tokens + cache_creation.ephemeral_1h_input_tokens",
            ],
        },
        new("OpenAI Responses", "input_tokens", "output_tokens")
        {
            IncludesCache = true, Cached = ["input_tokens_details.cached_tokens"],
            Written = ["input_tokens_details.cache_write_tokens"],
            Known = ["total_tokens", "output_tokens_details.reasoning_tokens"],
        },
        new("Codex", "input_tokens", "output_tokens")
        {
            IncludesCache = true, Cached = ["cached_input_tokens"], Written = ["cache_write_input_tokens"],
            Known = ["total_tokens", "reasoning_output_tokens"],
        },
        new("OpenAI Chat Completions", "prompt_tokens", "completion_tokens")
        {
            IncludesCache = true, Cached = ["prompt_tokens_details.cached_tokens", "prompt_cache_hit_tokens"],
            Written = ["prompt_tokens_details.cache_write_tokens"], Cost = "cost",
            Known = ["total_tokens", "prompt_cache_miss_tokens"],
        },
        new("Gemini", "promptTokenCount", "candidatesTokenCount")
        {
            IncludesCache = true, MayLackOutput = true, Cached = ["cachedContentTokenCount"],
            MoreInput = ["toolUsePromptTokenCount"], MoreOutput = ["thoughtsTokenCount"], Known = ["totalTokenCount"],
        },
        new("Gemini CLI", "prompt", "candidates")
        {
            // Its input field is what is left of the prompt beside the cached part.
            IncludesCache = true, Cached = ["cached"], MoreInput = ["tool"], MoreOutput = ["thoughts"],
            Known = ["total", "input"],
        },
        new("opencode", "input", "output")
        {
            IncludesCache = false, Cached = ["cache.read"], Written = ["cache.write"], MoreOutput = ["reasoning"],
            Known = ["total"],
        },
        new("pi", "input", "output")
        {
            IncludesCache = false, Cached = ["cacheRead"], Written = ["cacheWrite"], Cost = "cost.total", Known = ["totalTokens"],
        },
    ];

    /// <summary>The fields by which it is told from another form with the same input.</summary>
    public IEnumerable<string> OwnFields => [.. Cached, .. Written.SelectMany(Terms)];

    /// <summary>All of its fields.</summary>
    public IEnumerable<string> Fields => [Input, Output, .. OwnFields, .. MoreInput, .. MoreOutput, .. Known];

    /// <summary>Whether an object may have this form.</summary>
    public bool Fits(JsonElement printed) => IsStrict
        ? Has(printed, Input) || Has(printed, Output) || Has(printed, Cost!) || OwnFields.Any(field => Has(printed, field))
        : Has(printed, Input) && (MayLackOutput || Has(printed, Output));

    /// <summary>Whether a field that is none of its own may count.</summary>
    public bool IsForeign(JsonProperty field) => !Fields.Contains(field.Name) && field.Name != Cost
        && (IsStrict || (field.Value.ValueKind == JsonValueKind.Number
            && field.Name.Contains("token", StringComparison.OrdinalIgnoreCase)));

    /// <summary>The fields of a sum.</summary>
    public static string[] Terms(string sum) => sum.Split(" + ");

    /// <summary>A field; undefined where it is missing.</summary>
    public static JsonElement Find(JsonElement of, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (of.ValueKind != JsonValueKind.Object || !of.TryGetProperty(name, out of))
            {
                return default;
            }
        }

        return of;
    }

    /// <summary>Whether a field stands in an object and is not null.</summary>
    public static bool Has(JsonElement of, string path) =>
        Find(of, path).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
}
