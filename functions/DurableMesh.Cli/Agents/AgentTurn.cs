using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>What a command gets on standard input.</summary>
/// <param name="Thread">The thread, as it is now.</param>
/// <param name="Brief">The thread's first message: what is to be done, and the criteria by which it will be judged.</param>
/// <param name="Message">The message to answer.</param>
internal sealed record AgentTurn(ThreadView Thread, MessageView Brief, MessageView Message);

/// <summary>What a command prints, one JSON document a line: a message without the fields that the runner knows itself.</summary>
internal sealed record AgentReply
{
    /// <summary>What it is for.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>Text or any JSON value.</summary>
    public JsonText? Body { get; init; }

    /// <summary>What was checked.</summary>
    public IReadOnlyList<Check> Checks { get; init => field = value ?? []; } = [];

    /// <summary>What was made.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init => field = value ?? []; } = [];

    /// <summary>The judgement, on a verdict.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>What it cost.</summary>
    public Usage? Usage { get; init; }

    /// <summary>The message this answers; where not given, the one that the command was run for.</summary>
    public int? InReplyTo { get; init; }

    /// <summary>A reply that says something in words.</summary>
    public static AgentReply Of(MessageKind kind, string text) => new() { Kind = kind, Body = JsonText.OfString(text) };
}
