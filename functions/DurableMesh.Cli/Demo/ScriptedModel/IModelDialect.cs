using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>One of the ways of speaking to a model: reads its requests, and writes answers as that provider would.</summary>
internal interface IModelDialect
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="FormatException">It has not the provider's form.</exception>
    ModelRequest Read(JsonObject body);

    /// <summary>A whole answer.</summary>
    JsonObject Answer(ModelExchange exchange);

    /// <summary>An answer in pieces, without end where the answer has none.</summary>
    IEnumerable<ServerEvent> Stream(ModelExchange exchange);

    /// <summary>An error.</summary>
    JsonObject Error(int status, string message);
}

/// <summary>A server-sent event.</summary>
/// <param name="Name">Its name; null for one without.</param>
/// <param name="Data">What it says, on one line.</param>
internal sealed record ServerEvent(string? Name, string Data)
{
    /// <summary>An event named by the <c>type</c> of its data.</summary>
    public static ServerEvent Typed(JsonObject data) => new((string?)data["type"], data.ToJsonString());

    /// <summary>As it goes over the wire.</summary>
    public string ToWire() => Name is null ? $"data: {Data}\n\n" : $"event: {Name}\ndata: {Data}\n\n";
}

/// <summary>Gathers a conversation: what one side says on end becomes one message.</summary>
internal sealed class ConversationReader
{
    private readonly List<ModelMessage> _messages = [];
    private readonly List<PromptPart> _prompt = [];

    /// <summary>The conversation.</summary>
    public IReadOnlyList<ModelMessage> Messages => _messages;

    /// <summary>All that the model reads.</summary>
    public IReadOnlyList<PromptPart> Prompt => _prompt;

    /// <summary>Adds something to read that nobody says, for instance a tool's description.</summary>
    public void Add(JsonNode? part) => _prompt.Add(Part("", part));

    /// <summary>Adds what somebody says: a text, a part with a text, or something else that is only read.</summary>
    public void Add(ModelRole role, JsonNode? part)
    {
        _prompt.Add(Part($"{role}: ", part));
        Say(role, TextOf(part) ?? "", []);
    }

    /// <summary>Adds a call of a tool.</summary>
    public void AddCall(string tool, JsonNode? part)
    {
        _prompt.Add(Part("call: ", part));
        Say(ModelRole.Assistant, "", [tool]);
    }

    /// <summary>Marks the end of what was read so far as one to keep in the cache.</summary>
    public void Mark() => _prompt[^1] = _prompt[^1] with { IsMarked = true };

    /// <summary>The words of a text, of a part with a text or of a list of them; null for anything else.</summary>
    public static string? TextOf(JsonNode? part) => part switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonArray list => string.Join('\n', list.Select(TextOf).OfType<string>()),
        JsonObject item => TextOf(item["text"]) ?? TextOf(item["output"]) ?? TextOf(item["content"]),
        _ => null,
    };

    private void Say(ModelRole role, string text, IReadOnlyList<string> calls)
    {
        if (_messages is not [.., var last] || last.Role != role)
        {
            _messages.Add(new ModelMessage(role, text, calls));
            return;
        }

        var joined = last.Text.Length > 0 && text.Length > 0 ? $"{last.Text}\n{text}" : last.Text + text;
        _messages[^1] = last with { Text = joined, Calls = [.. last.Calls, .. calls] };
    }

    // A text is the same prompt whether it is given as a string or as a part; a mark is no part of it.
    private static PromptPart Part(string before, JsonNode? part)
    {
        if (part is not JsonObject item)
        {
            return new PromptPart(before + (TextOf(part) ?? ""), false);
        }

        var plain = item.DeepClone().AsObject();
        var isMarked = plain.Remove("cache_control");
        var isText = (string?)plain["type"] is "text" or "input_text" or "output_text";
        return new PromptPart(before + (isText ? TextOf(plain["text"]) : plain.ToJsonString()), isMarked);
    }
}
