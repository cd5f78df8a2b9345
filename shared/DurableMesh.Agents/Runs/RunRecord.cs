using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Runs;

/// <summary>Where an agent's answer to a message is.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RunState>))]
public enum RunState
{
    /// <summary>It has not begun: another runner of the agent has the message, or there is no free place.</summary>
    Waiting,

    /// <summary>The handler is at work.</summary>
    Running,

    /// <summary>The handler is done, and its turn is on the way to the mesh.</summary>
    Sending,

    /// <summary>The mesh has the turn.</summary>
    Done,

    /// <summary>It was given up.</summary>
    Failed,

    /// <summary>It is tried again at <see cref="RunRecord.NextTry"/>.</summary>
    Later,
}

/// <summary>
/// What a runner knows about a thread of its agent's: the last message that it took up, and what lasts from run to run.
/// </summary>
public sealed record RunRecord
{
    /// <summary>The thread.</summary>
    public required string ThreadId { get; init; }

    /// <summary>The message that was last taken up.</summary>
    public int Sequence { get; init; }

    /// <summary>Where the answer to it is.</summary>
    public RunState State { get; init; }

    /// <summary>When that state began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The attempt, from 1; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>When the message was first tried.</summary>
    public DateTimeOffset? FirstTry { get; init; }

    /// <summary>When it is tried again, in the state <see cref="RunState.Later"/>.</summary>
    public DateTimeOffset? NextTry { get; init; }

    /// <summary>Why it failed last, or waits.</summary>
    public string? Why { get; init; }

    /// <summary>What the mesh did not take of the last answer, where it goes back to the handler.</summary>
    public Refusal? Refused { get; init; }

    /// <summary>The mark of the processes of the run that is going on, or was when the runner was killed.</summary>
    public string? Mark { get; init; }

    /// <summary>What was spent since the last message that told the mesh.</summary>
    public Usage? Unsettled { get; init; }

    /// <summary>
    /// The turn on its way to the mesh: after a crash the same bytes are sent, and the handler is not run again.
    /// </summary>
    public SendMessageRequest? Outgoing { get; init; }

    /// <summary>The agent's own last turn in the thread; 0 before the first.</summary>
    public int LastTurn { get; init; }

    /// <summary>What the handler keeps for the thread.</summary>
    public JsonText? Session { get; init; }

    /// <summary>The record for another message: session and money go along, the tries begin anew.</summary>
    public RunRecord TakeUp(int sequence) => new()
    {
        ThreadId = ThreadId,
        Sequence = sequence,
        Session = Session,
        Unsettled = Unsettled,
        LastTurn = LastTurn,
    };
}
