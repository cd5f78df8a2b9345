using DurableMesh.Core.Wire;

namespace DurableMesh.Agents;

/// <summary>
/// A message of an agent's, without the fields that the runner knows itself; a command writes it as one line of JSON.
/// </summary>
public sealed record AgentReply
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

    /// <summary>The message this answers; where not given, the one that the agent was run for.</summary>
    public int? InReplyTo { get; init; }

    /// <summary>A reply that says something in words.</summary>
    public static AgentReply Of(MessageKind kind, string text) => new() { Kind = kind, Body = JsonText.OfString(text) };
}
