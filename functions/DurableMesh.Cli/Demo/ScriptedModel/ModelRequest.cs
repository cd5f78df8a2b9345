using System.Text.Json.Nodes;

namespace DurableMesh.Cli.Demo.ScriptedModel;

/// <summary>Which way of speaking to a model.</summary>
internal enum ModelApi
{
    /// <summary>Anthropic Messages.</summary>
    Messages,

    /// <summary>OpenAI Chat Completions.</summary>
    ChatCompletions,

    /// <summary>OpenAI Responses.</summary>
    Responses,
}

/// <summary>Who speaks in a conversation with a model.</summary>
internal enum ModelRole
{
    /// <summary>Instructions.</summary>
    System,

    /// <summary>The one who asks.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>The tools that the model called.</summary>
    Tool,
}

/// <summary>A tool that the model may call.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The JSON schema of its arguments.</param>
internal sealed record ModelTool(string Name, JsonObject Parameters)
{
    /// <summary>The first of some names that its arguments know; null where it knows none of them.</summary>
    public string? Argument(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Parameters["properties"] is JsonObject properties && properties.ContainsKey(name))
            {
                return name;
            }
        }

        return null;
    }
}

/// <summary>A call of a tool.</summary>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ModelCall(string Tool, JsonObject Arguments);

/// <summary>What one side said; what it said in several pieces on end is one message.</summary>
/// <param name="Role">The side.</param>
/// <param name="Text">Its words, and what a tool answered.</param>
/// <param name="Calls">Tools that it called.</param>
internal sealed record ModelMessage(ModelRole Role, string Text, IReadOnlyList<string> Calls);

/// <summary>A piece of the prompt, in the order in which a model reads it.</summary>
/// <param name="Text">What stands there.</param>
/// <param name="IsMarked">Whether the prompt up to here is to be kept in the cache (Anthropic's <c>cache_control</c>).</param>
internal sealed record PromptPart(string Text, bool IsMarked);

/// <summary>A request to a model, whichever way it came.</summary>
internal sealed record ModelRequest
{
    /// <summary>The way.</summary>
    public required ModelApi Api { get; init; }

    /// <summary>The model asked for.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the answer is to come in pieces.</summary>
    public required bool Stream { get; init; }

    /// <summary>Whether a streamed answer of Chat Completions is to say its usage.</summary>
    public bool StreamUsage { get; init; }

    /// <summary>The conversation so far.</summary>
    public required IReadOnlyList<ModelMessage> Messages { get; init; }

    /// <summary>The tools that may be called.</summary>
    public required IReadOnlyList<ModelTool> Tools { get; init; }

    /// <summary>The schema that the answer has to follow; null for free text.</summary>
    public JsonObject? Schema { get; init; }

    /// <summary>All that the model reads.</summary>
    public required IReadOnlyList<PromptPart> Prompt { get; init; }

    /// <summary>How often the very same prompt has been sent, this time included.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>How often the model has answered in this conversation: the index of the answer that is asked for.</summary>
    public int Answered => Messages.Count(message => message.Role == ModelRole.Assistant);

    /// <summary>How often the user has spoken in this conversation, what tools answered left out.</summary>
    public int Round => Messages.Count(message => message.Role == ModelRole.User);

    /// <summary>What was said last.</summary>
    public string Last => Messages.Count == 0 ? "" : Messages[^1].Text;

    /// <summary>Whether a text stands anywhere in the instructions or in what the user said.</summary>
    public bool Mentions(string text) => Messages.Any(message =>
        message.Role is ModelRole.System or ModelRole.User && message.Text.Contains(text, StringComparison.Ordinal));

    /// <summary>The call that writes a file, with whatever tool there is for that.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public ModelCall Write(string path, string content)
    {
        var tool = Tools.FirstOrDefault(tool => tool.Name.Equals("write", StringComparison.OrdinalIgnoreCase));
        return tool?.Argument("path", "filePath", "file_path") is { } name
            ? new ModelCall(tool.Name, new JsonObject { [name] = path, ["content"] = content })
            : Run($"cat > '{path}' <<'END_OF_FILE'\n{content.TrimEnd('\n')}\nEND_OF_FILE");
    }

    /// <summary>The call that reads a file.</summary>
    /// <exception cref="InvalidOperationException">There is no tool for it.</exception>
    public ModelCall Read(string path)
    {
        var tool = Tools.FirstOrDefault(tool => tool.Name.Equals("read", StringComparison.OrdinalIgnoreCase));
        return tool?.Argument("path", "filePath", "file_path") is { } name
            ? new ModelCall(tool.Name, new JsonObject { [name] = path })
            : Run($"cat '{path}'");
    }

    /// <summary>The call that runs a command in a shell.</summary>
    /// <exception cref="InvalidOperationException">There is no tool for it.</exception>
    public ModelCall Run(string command)
    {
        foreach (var tool in Tools)
        {
            if (tool.Argument("command", "cmd") is not { } name)
            {
                continue;
            }

            var isList = (string?)tool.Parameters["properties"]![name]!["type"] == "array";
            var arguments = new JsonObject { [name] = isList ? new JsonArray("bash", "-c", command) : command };
            if (tool.Argument("description") is { } description)
            {
                arguments[description] = "Run a command";
            }

            return new ModelCall(tool.Name, arguments);
        }

        var names = string.Join(' ', Tools.Select(tool => tool.Name));
        throw new InvalidOperationException($"None of the tools runs a command: {names}");
    }
}
