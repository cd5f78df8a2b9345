using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.A2A;

/// <summary>Threads as tasks: the responder is the agent, the initiator the user.</summary>
public static class A2aTasks
{
    /// <summary>What names the artifact with the result.</summary>
    public const string Result = "result";

    /// <summary>What names the artifact with the end and the evidence.</summary>
    public const string Evidence = "evidence";

    private const string Json = "application/json";

    /// <summary>Where a thread is, in A2A's words.</summary>
    /// <param name="thread">The thread.</param>
    public static A2aTaskState StateOf(ThreadView thread) => thread.State switch
    {
        ThreadPhase.Starting => A2aTaskState.Submitted,
        ThreadPhase.Held => A2aTaskState.InputRequired,
        ThreadPhase.Open => thread.Awaiting == thread.Responder ? A2aTaskState.Working : A2aTaskState.InputRequired,
        _ => thread switch
        {
            { EndState: EndState.Pass or EndState.Answered } => A2aTaskState.Completed,
            { Reason: EndReason.GateDenied or EndReason.NotAuthorized or EndReason.TrustDenied } => A2aTaskState.Rejected,
            { Reason: EndReason.Cancelled } => A2aTaskState.Canceled,
            _ => A2aTaskState.Failed,
        },
    };

    /// <summary>Whether nothing follows a state.</summary>
    /// <param name="state">The state.</param>
    public static bool IsOver(this A2aTaskState state) => state is A2aTaskState.Completed or A2aTaskState.Failed
        or A2aTaskState.Canceled or A2aTaskState.Rejected;

    /// <summary>Whether a client need not wait any longer: it is over, or waits for the client or a person.</summary>
    /// <param name="state">The state.</param>
    public static bool IsAtRest(this A2aTaskState state) =>
        state.IsOver() || state is A2aTaskState.InputRequired or A2aTaskState.AuthRequired;

    /// <summary>Which tasks a thread belongs with: itself where nobody named others.</summary>
    /// <param name="thread">The thread.</param>
    public static string ContextOf(ThreadView thread) => thread.ContextId ?? thread.ThreadId;

    /// <summary>A thread as a task.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="changedAt">When it changed last.</param>
    /// <param name="messages">Its newest messages, in order; the last one with them.</param>
    /// <param name="history">How many of them are wanted; 0 for none.</param>
    /// <param name="artifacts">Whether artifacts are wanted.</param>
    /// <param name="address">Where the mesh is reached, without a slash at its end.</param>
    public static A2aTask TaskOf(
        ThreadView thread,
        DateTimeOffset changedAt,
        IReadOnlyList<MessageView> messages,
        int history,
        bool artifacts,
        string address) => new()
        {
            Id = thread.ThreadId,
            ContextId = ContextOf(thread),
            Status = StatusOf(thread, changedAt, messages.Count > 0 ? messages[^1] : null, address),
            Artifacts = artifacts ? ArtifactsOf(thread, messages, address) : null,
            History = history <= 0
                ? null
                : [.. messages.Skip(Math.Max(0, messages.Count - history)).Select(one => MessageOf(thread, one, address))],
            Metadata = MetadataOf(thread),
        };

    /// <summary>A thread's status.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="changedAt">When it changed last.</param>
    /// <param name="last">Its last message; null where there is none, or nobody asks.</param>
    /// <param name="address">Where the mesh is reached.</param>
    public static A2aTaskStatus StatusOf(ThreadView thread, DateTimeOffset changedAt, MessageView? last, string address)
    {
        var message = thread.State switch
        {
            ThreadPhase.Starting => Say(thread, "The gate has not spoken yet. Send the same message again to have it delivered."),
            ThreadPhase.Held => Say(
                thread,
                $"A person decides first. {thread.Detail} Send the same message again once the task is let in."),
            ThreadPhase.Ended => Say(thread, EndOf(thread)),
            _ when last is { } said && said.From == thread.Responder => MessageOf(thread, said, address),
            _ when thread.Awaiting == thread.Initiator => Say(
                thread, "The thread is open and the move is yours: send the work, or a question."),
            _ => null,
        };
        return new A2aTaskStatus { State = StateOf(thread), Message = message, Timestamp = Instant(changedAt) };
    }

    /// <summary>A message as A2A shows it.</summary>
    /// <param name="thread">Its thread.</param>
    /// <param name="message">The message.</param>
    /// <param name="address">Where the mesh is reached.</param>
    public static A2aMessage MessageOf(ThreadView thread, MessageView message, string address) => new()
    {
        MessageId = message.MessageId,
        ContextId = ContextOf(thread),
        TaskId = thread.ThreadId,
        Role = message.From == thread.Responder ? A2aRole.Agent : A2aRole.User,
        Parts = PartsOf(message, address),
        Extensions = [A2aExtensionData.Uri],
        Metadata = Under(new JsonObject
        {
            ["sequence"] = message.Sequence,
            ["from"] = message.From,
            ["kind"] = Choices<MessageKind>.NameOf(message.Kind),
            ["verdict"] = message.Verdict is { } verdict ? Choices<Verdict>.NameOf(verdict) : null,
            ["inReplyTo"] = message.InReplyTo,
            ["acceptedAt"] = Instant(message.AcceptedAt),
        }),
    };

    /// <summary>What came of a thread: the files of its responder, and, when it has ended, the result and the evidence.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="messages">Its newest messages, in order.</param>
    /// <param name="address">Where the mesh is reached.</param>
    public static IReadOnlyList<A2aArtifact> ArtifactsOf(ThreadView thread, IReadOnlyList<MessageView> messages, string address)
    {
        var artifacts = messages.Where(one => one.From == thread.Responder).SelectMany(one => one.Artifacts)
            .Where(one => one.Uri is not null).DistinctBy(one => one.Sha256)
            .Select(one => new A2aArtifact { ArtifactId = one.Sha256, Name = one.Name, Parts = [FileOf(one, address)] })
            .ToList();
        if (thread.State == ThreadPhase.Ended)
        {
            artifacts.AddRange(EndArtifactsOf(thread, messages, address));
        }

        return artifacts;
    }

    /// <summary>What the end of a thread brings: the result, where there is one, and the evidence.</summary>
    /// <param name="thread">The thread, which has ended.</param>
    /// <param name="messages">Its newest messages, in order.</param>
    /// <param name="address">Where the mesh is reached.</param>
    public static IEnumerable<A2aArtifact> EndArtifactsOf(
        ThreadView thread, IReadOnlyList<MessageView> messages, string address)
    {
        var last = messages.LastOrDefault(
            one => one.From == thread.Responder && one is { Kind: MessageKind.Verdict or MessageKind.Answer, Plumbing: false });
        if (last is not null)
        {
            yield return new A2aArtifact
            {
                ArtifactId = Result,
                Name = Result,
                Description = $"The last {Choices<MessageKind>.NameOf(last.Kind)} of {thread.Responder}.",
                Parts = PartsOf(last, address),
            };
        }

        yield return new A2aArtifact
        {
            ArtifactId = Evidence,
            Name = Evidence,
            Description = "How the thread ended, and the file that proves it (mesh evidence verify).",
            Parts =
            [
                new A2aPart
                {
                    MediaType = Json,
                    Data = ElementOf(new JsonObject
                    {
                        ["endState"] = thread.EndState is { } end ? Choices<EndState>.NameOf(end) : null,
                        ["reason"] = thread.Reason is { } reason ? Choices<EndReason>.NameOf(reason) : null,
                        ["detail"] = thread.Detail,
                        ["checks"] = NodeOf(thread.Checks),
                        ["evidence"] = NodeOf(thread.Evidence),
                    }),
                },
                new A2aPart
                {
                    MediaType = Json,
                    Filename = $"{thread.ThreadId}.json",
                    Url = $"{address}/api/threads/{thread.ThreadId}/evidence",
                },
            ],
        };
    }

    /// <summary>An instant as A2A writes it: UTC, with milliseconds.</summary>
    /// <param name="instant">The instant.</param>
    public static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonObject MetadataOf(ThreadView thread) => Under(new JsonObject
    {
        ["pattern"] = Choices<Pattern>.NameOf(thread.Pattern),
        ["mcTask"] = thread.McTask,
        ["priority"] = Choices<Priority>.NameOf(thread.Priority),
        ["subject"] = thread.Subject,
        ["initiator"] = thread.Initiator,
        ["responder"] = thread.Responder,
        ["state"] = Choices<ThreadPhase>.NameOf(thread.State),
        ["endState"] = thread.EndState is { } end ? Choices<EndState>.NameOf(end) : null,
        ["reason"] = thread.Reason is { } reason ? Choices<EndReason>.NameOf(reason) : null,
        ["awaiting"] = thread.Awaiting,
        ["round"] = thread.Round,
        ["turns"] = thread.Turns,
        ["messages"] = thread.Messages,
        ["deadline"] = Instant(thread.Deadline),
        ["limits"] = NodeOf(thread.Limits),
        ["usage"] = NodeOf(thread.Usage),
        ["checks"] = NodeOf(thread.Checks),
    });

    private static List<A2aPart> PartsOf(MessageView message, string address)
    {
        var parts = new List<A2aPart>();
        if (message.Body is { } body)
        {
            parts.Add(body.Text.StartsWith('"')
                ? new A2aPart { Text = body.ToDisplayText(), MediaType = "text/plain" }
                : new A2aPart { Data = ElementOf(JsonNode.Parse(body.Text)), MediaType = Json });
        }

        if (message.Checks.Count > 0 || message.Verdict is not null)
        {
            parts.Add(new A2aPart
            {
                MediaType = Json,
                Data = ElementOf(new JsonObject
                {
                    ["verdict"] = message.Verdict is { } verdict ? Choices<Verdict>.NameOf(verdict) : null,
                    ["checks"] = NodeOf(message.Checks),
                }),
            });
        }

        parts.AddRange(message.Artifacts.Where(one => one.Uri is not null).Select(one => FileOf(one, address)));

        // A message has one part at least.
        return parts.Count > 0 ? parts : [new A2aPart { Text = "", MediaType = "text/plain" }];
    }

    private static A2aPart FileOf(Artifact artifact, string address) => new()
    {
        Url = artifact.Uri!.StartsWith('/') ? address + artifact.Uri : artifact.Uri,
        Filename = artifact.Name,
        Metadata = Under(new JsonObject { ["sha256"] = artifact.Sha256, ["size"] = artifact.Size }),
    };

    private static A2aMessage Say(ThreadView thread, string words) => new()
    {
        MessageId = $"{thread.ThreadId}/{Choices<ThreadPhase>.NameOf(thread.State)}",
        ContextId = ContextOf(thread),
        TaskId = thread.ThreadId,
        Role = A2aRole.Agent,
        Parts = [new A2aPart { Text = words, MediaType = "text/plain" }],
    };

    private static string EndOf(ThreadView thread)
    {
        var end = thread.EndState is { } state ? Choices<EndState>.NameOf(state) : "";
        var reason = thread.Reason is { } why ? Choices<EndReason>.NameOf(why) : "";
        return $"{end}, {reason}. {thread.Detail}".TrimEnd();
    }

    /// <summary>What the extension says; what is null is left out.</summary>
    private static JsonObject Under(JsonObject data)
    {
        foreach (var name in data.Where(one => one.Value is null).Select(one => one.Key).ToList())
        {
            data.Remove(name);
        }

        return new() { [A2aExtensionData.Uri] = data };
    }

    private static JsonNode? NodeOf<T>(T value) => JsonSerializer.SerializeToNode(value, MeshJson.Options);

    private static JsonElement ElementOf(JsonNode? node) => JsonSerializer.SerializeToElement(node, MeshJson.Options);
}
