using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>
/// Makes of a client's message what the mesh's own API takes, and has that read as strictly as anything that comes in there.
/// </summary>
public static class A2aIntake
{
    /// <summary>What <see cref="A2aExtensionData"/> calls a first message that only opens the thread.</summary>
    public const string OnlyBrief = "brief";

    private const string Metadata = $"message.metadata[{A2aExtensionData.Uri}]";

    // A client has these; the others are the responder's.
    private static readonly string[] Kinds = ["submission", "question", "answer", "note", "acknowledgement"];

    /// <summary>Demands that a message is one.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="A2aException">It is missing, has no id that can be one, or does not come from a client.</exception>
    public static A2aMessage Demand(A2aMessage? message)
    {
        if (message is null)
        {
            throw Wrong("message", InputError.Missing, "This is missing.");
        }

        var mistakes = new List<InputError>();
        if (message.MessageId is not { } id || !TextRules.IsMessageId(id))
        {
            mistakes.Add(new InputError(
                "message.messageId",
                message.MessageId is null ? InputError.Missing : InputError.InvalidValue,
                "This must be 1 to 128 characters of A-Z a-z 0-9 . _ : and -, a UUID for instance."));
        }

        if (message.Role != A2aRole.User)
        {
            mistakes.Add(new InputError("message.role", InputError.InvalidValue, "A client's message has the role ROLE_USER."));
        }

        return mistakes.Count == 0 ? message : throw new A2aException(A2aError.InvalidParams(mistakes));
    }

    /// <summary>Whose thread a message begins, as whatever names there are say.</summary>
    /// <param name="data">What the client says.</param>
    /// <param name="speaker">The agent whose key it has; null for whoever has another, or none.</param>
    /// <exception cref="A2aException">Nothing says it.</exception>
    public static string InitiatorOf(A2aExtensionData data, string? speaker) => data.Text("initiator") ?? speaker
        ?? throw Wrong(
            $"{Metadata}.initiator", InputError.Missing, "This is missing: which agent asks? The key is no agent's.");

    /// <summary>Who is asked.</summary>
    /// <param name="data">What the client says.</param>
    /// <param name="agent">The agent whose address it is; null for the mesh's own.</param>
    /// <exception cref="A2aException">Nothing says it, or another agent is named than the address is of.</exception>
    public static string ResponderOf(A2aExtensionData data, string? agent)
    {
        var named = data.Text("responder");
        return agent is not null && named is not null && named != agent
            ? throw Wrong(
                $"{Metadata}.responder",
                InputError.NotAllowed,
                $"The address is {agent}'s; leave this out, or use the mesh's own.")
            : agent ?? named
            ?? throw Wrong(
                $"{Metadata}.responder",
                InputError.Missing,
                "This is missing: which agent is asked? Name it, or use its own card (the extended card lists them).");
    }

    /// <summary>The start of a thread.</summary>
    /// <param name="message">The message that begins it.</param>
    /// <param name="data">What the client says besides.</param>
    /// <param name="content">What the message says.</param>
    /// <param name="parties">Who asks whom.</param>
    /// <param name="defaultTask">The MC task where the client names none; null for none.</param>
    /// <exception cref="A2aException">It has mistakes; all are named at once.</exception>
    public static StartThreadRequest Start(
        A2aMessage message,
        A2aExtensionData data,
        A2aContent content,
        (string Initiator, string Responder) parties,
        string? defaultTask)
    {
        var opens = data.Text("kind") == OnlyBrief;
        var start = new JsonObject
        {
            ["pattern"] = data["pattern"] ?? (data.HasItems("acceptance") ? "builder-verifier" : "advisory"),
            ["mcTask"] = data["mcTask"] ?? defaultTask,
            ["priority"] = data["priority"],
            ["initiator"] = parties.Initiator,
            ["responder"] = parties.Responder,
            ["brief"] = new JsonObject
            {
                ["subject"] = data["subject"] ?? content.Subject($"A2A message {message.MessageId}"),
                ["body"] = data["brief"] ?? (opens && content.Body is { } body ? JsonNode.Parse(body.Text) : null),
                ["acceptance"] = data["acceptance"],
            },
            ["contextId"] = string.IsNullOrEmpty(message.ContextId) ? null : message.ContextId,
            ["limits"] = data["limits"],
        };
        return Read(start, RequestReader.ReadStartThread);
    }

    /// <summary>The kind of a client's message.</summary>
    /// <param name="data">What the client says.</param>
    /// <param name="thread">The thread; its initiator sends.</param>
    /// <param name="isAsked">Whether the responder's last turn was a question.</param>
    /// <exception cref="A2aException">The client says a kind that is not its to send.</exception>
    public static string KindOf(A2aExtensionData data, ThreadView thread, bool isAsked) => data.Text("kind") switch
    {
        { } kind when Kinds.Contains(kind, StringComparer.Ordinal) => kind,
        { } => throw Wrong(
            $"{Metadata}.kind", InputError.InvalidValue, $"A client's message is one of {string.Join(", ", Kinds)}."),
        null when thread.Awaiting is { } awaiting && awaiting != thread.Initiator => "note",
        null when isAsked => "answer",
        null when thread.Pattern == Pattern.Advisory => "question",
        null => "submission",
    };

    /// <summary>A message to a thread.</summary>
    /// <param name="message">The message.</param>
    /// <param name="data">What the client says besides.</param>
    /// <param name="body">What the message says in words; null for nothing.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="from">Who sends it.</param>
    /// <param name="artifacts">The files that it names.</param>
    /// <exception cref="A2aException">It has mistakes; all are named at once.</exception>
    public static SendMessageRequest Send(
        A2aMessage message, A2aExtensionData data, JsonText? body, string kind, string from, IReadOnlyList<Artifact> artifacts)
    {
        var send = new JsonObject
        {
            ["messageId"] = message.MessageId,
            ["from"] = from,
            ["kind"] = kind,
            ["body"] = body is null ? null : JsonNode.Parse(body.Text),
            ["artifacts"] = new JsonArray(
                [.. artifacts.Select(one => JsonSerializer.SerializeToNode(one, MeshJson.Options))]),
            ["inReplyTo"] = data["inReplyTo"],
            ["usage"] = data["usage"],
        };
        return Read(send, RequestReader.ReadSendMessage);
    }

    private static T Read<T>(JsonObject request, Func<ReadOnlyMemory<byte>, ReadResult<T>> reader)
        where T : class
    {
        foreach (var absent in request.Where(one => one.Value is null).Select(one => one.Key).ToList())
        {
            request.Remove(absent);
        }

        var read = reader(JsonSerializer.SerializeToUtf8Bytes(request, MeshJson.Options));
        return read.Value ?? throw new A2aException(A2aError.InvalidParams([.. read.Errors.Select(Named)]));
    }

    /// <summary>A mistake by the place where the client made it.</summary>
    private static InputError Named(InputError error) => error with
    {
        Path = error.Path switch
        {
            "body" => "message.parts",
            "messageId" => "message.messageId",
            "contextId" => "message.contextId",
            "brief.body" => $"{Metadata}.brief",
            _ when error.Path.StartsWith("artifacts", StringComparison.Ordinal) => $"message.parts ({error.Path})",
            _ when error.Path.StartsWith("brief.", StringComparison.Ordinal) => $"{Metadata}.{error.Path["brief.".Length..]}",
            _ => $"{Metadata}.{error.Path}",
        },
    };

    private static A2aException Wrong(string path, string code, string message) =>
        new(A2aError.InvalidParams(path, code, message));
}
