using System.Text.Json;
using System.Text.Json.Serialization;

namespace DurableMesh.Core.Wire;

/// <summary>How the mesh reaches an agent, by kind.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AdapterKind>))]
public enum AdapterKind
{
    /// <summary>It comes to its inbox by itself; the mesh calls nobody.</summary>
    Pull,

    /// <summary>The mesh posts each message to an address of the agent's own.</summary>
    Webhook,

    /// <summary>The mesh asks a model of a configured provider, and speaks for the agent.</summary>
    Chat,

    /// <summary>An agent elsewhere that speaks A2A 1.0.</summary>
    A2a,
}

/// <summary>
/// How the mesh reaches an agent (registry field <c>adapter</c>): the text <c>pull</c>, or an object that says more. Keys and
/// secrets never stand here; they are settings of the host.
/// </summary>
[JsonConverter(typeof(AgentAdapterConverter))]
public sealed record AgentAdapter
{
    /// <summary>The kind.</summary>
    public required AdapterKind Kind { get; init; }

    /// <summary>Where the agent listens; of <c>webhook</c> and <c>a2a</c>.</summary>
    public string? Url { get; init; }

    /// <summary>The name of the provider in the host's settings; of <c>chat</c>.</summary>
    public string? Provider { get; init; }

    /// <summary>The longest answer of a model, in tokens; of <c>chat</c>.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>What one call can cost at most, in US dollars; of <c>webhook</c> and <c>a2a</c>. Null reserves nothing.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>The agent comes for its messages itself.</summary>
    public static AgentAdapter Pull { get; } = new() { Kind = AdapterKind.Pull };

    /// <summary>Whether the mesh makes the calls.</summary>
    public bool IsServerSide => Kind != AdapterKind.Pull;

    /// <summary>For people, for instance <c>chat (anthropic)</c>.</summary>
    public override string ToString() =>
        $"{Choices<AdapterKind>.NameOf(Kind)}{((Provider ?? Url) is { } where ? $" ({where})" : "")}";
}

/// <summary>
/// Writes an adapter as the shortest JSON that says it. Reads whatever was ever stored: any other text was free words of a time
/// when the mesh called nobody.
/// </summary>
public sealed class AgentAdapterConverter : JsonConverter<AgentAdapter>
{
    /// <inheritdoc/>
    public override AgentAdapter? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var element = document.RootElement;
        if (element.ValueKind != JsonValueKind.Object
            || Text(element, "kind") is not { } name
            || !Choices<AdapterKind>.ByName.TryGetValue(name, out var kind))
        {
            return AgentAdapter.Pull;
        }

        return new AgentAdapter
        {
            Kind = kind,
            Url = Text(element, "url"),
            Provider = Text(element, "provider"),
            MaxOutputTokens = Number(element, "maxOutputTokens")?.GetInt32(),
            MaxCostUsd = Number(element, "maxCostUsd")?.GetDecimal(),
        };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AgentAdapter value, JsonSerializerOptions options)
    {
        var kind = Choices<AdapterKind>.NameOf(value.Kind);
        if (value == new AgentAdapter { Kind = value.Kind })
        {
            writer.WriteStringValue(kind);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("kind", kind);
        Write("url", value.Url);
        Write("provider", value.Provider);
        if (value.MaxOutputTokens is { } tokens)
        {
            writer.WriteNumber("maxOutputTokens", tokens);
        }

        if (value.MaxCostUsd is { } usd)
        {
            writer.WriteNumber("maxCostUsd", usd);
        }

        writer.WriteEndObject();

        void Write(string name, string? text)
        {
            if (text is not null)
            {
                writer.WriteString(name, text);
            }
        }
    }

    private static JsonElement? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number ? number : null;

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
