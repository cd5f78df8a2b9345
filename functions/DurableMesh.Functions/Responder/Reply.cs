using System.Text.Json.Serialization;
using DurableMesh.Agents;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Responder;

/// <summary>A message that the mesh may have to answer for its recipient.</summary>
/// <param name="ThreadId">The thread.</param>
/// <param name="Sequence">The message.</param>
/// <param name="Agent">Whose move it is, by id.</param>
public sealed record ReplyTo(string ThreadId, int Sequence, string Agent);

/// <summary>One try to answer a message.</summary>
/// <param name="To">The message.</param>
/// <param name="Refused">What was wrong with the answer before; null where there was none.</param>
/// <param name="Spent">What the tries before took; null for nothing that is known.</param>
/// <param name="Resume">What the try before left to go on with; null to begin.</param>
public sealed record ReplyTry(
    ReplyTo To,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Refusal? Refused = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Usage? Spent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Resume = null);

/// <summary>What is to be done about a message.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ReplyStep>))]
public enum ReplyStep
{
    /// <summary>Nothing.</summary>
    Leave,

    /// <summary>Its sender wants to know only whether it arrives.</summary>
    Acknowledge,

    /// <summary>The agent is asked.</summary>
    Ask,

    /// <summary>Nobody can answer it.</summary>
    GiveUp,
}

/// <summary>The plan of a try.</summary>
/// <param name="Step">What is to be done.</param>
/// <param name="Why">Why, where nobody is asked.</param>
public sealed record ReplyPlan(
    ReplyStep Step, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Why = null)
{
    /// <summary>What to reserve: what was spent so far, and what the call can take at most. Null reserves nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Usage? WorstCase { get; init; }

    /// <summary>For how long failing calls are tried again.</summary>
    public TimeSpan RetryFor { get; init; }

    /// <summary>How often at most.</summary>
    public int MaxTries { get; init; }
}

/// <summary>How a try ended.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ReplyEnd>))]
public enum ReplyEnd
{
    /// <summary>There is an answer.</summary>
    Ready,

    /// <summary>The agent will send its answer itself.</summary>
    Elsewhere,

    /// <summary>The answer has the wrong form.</summary>
    Refused,

    /// <summary>The agent is at work; look again later.</summary>
    AtWork,

    /// <summary>It failed; another try may do.</summary>
    Failed,

    /// <summary>It failed for good.</summary>
    Hopeless,
}

/// <summary>What came of a try.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Why">What went wrong, fit for the thread; null where nothing did.</param>
public sealed record ReplyOutcome(
    ReplyEnd End, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Why = null)
{
    /// <summary>The answer, as it may come into the thread.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IncomingMessage? Message { get; init; }

    /// <summary>Of a refusal, its stable name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>When to try again; null where nobody said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSpan? After { get; init; }

    /// <summary>What the next try goes on with; null to begin again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Resume { get; init; }

    /// <summary>What all tries so far took; null for nothing that is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Usage? Spent { get; init; }
}

/// <summary>A message to bring into its thread.</summary>
/// <param name="To">What it answers.</param>
/// <param name="Message">The message.</param>
public sealed record ReplyReady(ReplyTo To, IncomingMessage Message);

/// <summary>A message that its agent cannot answer.</summary>
/// <param name="To">The message.</param>
/// <param name="Why">Why.</param>
/// <param name="Spent">What the tries took; null for nothing that is known.</param>
public sealed record ReplyGivenUp(
    ReplyTo To, string Why, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Usage? Spent = null);
