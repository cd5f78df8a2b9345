using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>
/// What a client says of a thread besides its message: an object under <see cref="Uri"/> in the metadata. Its fields are those of
/// the mesh's own API, and read as strictly.
/// </summary>
public sealed class A2aExtensionData
{
    /// <summary>Names the extension.</summary>
    public const string Uri = "urn:durablemesh:a2a:thread:v1";

    private static readonly string[] Known =
    [
        "initiator", "responder", "pattern", "mcTask", "priority", "subject", "brief", "acceptance", "limits", "kind",
        "inReplyTo", "usage",
    ];

    private readonly JsonObject _fields;

    private A2aExtensionData(JsonObject fields) => _fields = fields;

    /// <summary>The fields with what each means, for the card.</summary>
    public static JsonObject Describe() => new()
    {
        ["initiator"] = "the agent that asks; without it the owner of the key",
        ["responder"] = "the agent that is asked, where the mesh's own card was used",
        ["mcTask"] = "the MC task that the work belongs to",
        ["pattern"] = "builder-verifier, cross-device, distillation or advisory; without it builder-verifier with, advisory "
            + "without acceptance criteria",
        ["priority"] = "H, M or L",
        ["subject"] = "one line; without it the message's first",
        ["brief"] = "what is to be done, where the message is the work that is to be judged",
        ["acceptance"] = "[{id, title, required}]: what a pass must cover",
        ["limits"] = "{ttl, maxTurns, costCapUsd, maxFindingsPerTurn, maxRoundsWithoutProgress}",
        ["kind"] = "submission, question, answer, note or acknowledgement; brief for a thread in which nothing is said yet",
        ["inReplyTo"] = "the sequence of the message that this one answers",
        ["usage"] = "{model, inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, costUsd} of the message",
    };

    /// <summary>Reads what a message and the request round it say; the message comes first.</summary>
    /// <param name="message">The message's metadata.</param>
    /// <param name="request">The request's metadata.</param>
    /// <exception cref="A2aException">One of them is no object, or has a field that there is not.</exception>
    public static A2aExtensionData Read(JsonObject? message, JsonObject? request)
    {
        var fields = new JsonObject();
        foreach (var (metadata, path) in ((JsonObject?, string)[])[(request, "metadata"), (message, "message.metadata")])
        {
            if (metadata is null || !metadata.TryGetPropertyValue(Uri, out var said) || said is null)
            {
                continue;
            }

            var members = said as JsonObject
                ?? throw Wrong($"{path}[{Uri}]", InputError.WrongType, "This must be an object.");
            foreach (var (name, value) in members)
            {
                if (!Known.Contains(name, StringComparer.Ordinal))
                {
                    throw Wrong(
                        $"{path}.{WholeText.Shorten(HiddenCharacters.Mask(name), 64)}",
                        InputError.UnknownField,
                        $"There is no such field; the known ones are {string.Join(", ", Known)}.");
                }

                fields[name] = value?.DeepClone();
            }
        }

        return new A2aExtensionData(fields);
    }

    /// <summary>A field as it was sent; null where it is not there.</summary>
    /// <param name="name">The field.</param>
    public JsonNode? this[string name] => _fields[name]?.DeepClone();

    /// <summary>A field that is a text; null where it is not there.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="A2aException">It is something else.</exception>
    public string? Text(string name) => _fields[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => throw Wrong($"message.metadata.{name}", InputError.WrongType, "This must be a text."),
    };

    /// <summary>Whether a field is a list with something in it.</summary>
    /// <param name="name">The field.</param>
    public bool HasItems(string name) => _fields[name] is JsonArray { Count: > 0 };

    private static A2aException Wrong(string path, string code, string message) =>
        new(A2aError.InvalidParams(path, code, message));
}
