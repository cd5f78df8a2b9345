using System.Text.Json.Serialization;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>
/// What happened in a thread. The thread's state, its transcript and its evidence are folds of these, and of nothing else.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ThreadOpening), "opening")]
[JsonDerivedType(typeof(MessageAccepted), "message")]
[JsonDerivedType(typeof(MoneyReserved), "reservation")]
[JsonDerivedType(typeof(HoldReminded), "reminder")]
[JsonDerivedType(typeof(HoldDecided), "decision")]
[JsonDerivedType(typeof(ThreadEnded), "end")]
public abstract record ThreadEvent
{
    private protected ThreadEvent()
    {
    }

    /// <summary>When it happened, by the orchestration's clock.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>The gate has spoken, or can no longer speak; the first entry of every thread.</summary>
public sealed record ThreadOpening : ThreadEvent
{
    /// <summary>What the thread is.</summary>
    public required ThreadStart Thread { get; init; }

    /// <summary>What the gate said, rule by rule.</summary>
    public required GateReport Gate { get; init; }
}

/// <summary>A message became part of the thread.</summary>
public sealed record MessageAccepted : ThreadEvent
{
    /// <summary>The message.</summary>
    public required Message Message { get; init; }
}

/// <summary>
/// A party is about to make a call that costs. What it reserves takes the place of what it had reserved before, and is settled by
/// its next turn.
/// </summary>
public sealed record MoneyReserved : ThreadEvent
{
    /// <summary>The party.</summary>
    public required string Agent { get; init; }

    /// <summary>What the call can cost at most; zero where there will be no call.</summary>
    public required SettledUsage WorstCase { get; init; }

    /// <summary>The day's budgets that it counts against, as they were before it; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DayBudget>? Budgets { get; init; }
}

/// <summary>A held thread will expire soon, and nobody has decided yet.</summary>
public sealed record HoldReminded : ThreadEvent
{
    /// <summary>When it will expire.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A person decided about a held thread.</summary>
public sealed record HoldDecided : ThreadEvent
{
    /// <summary>Who decided.</summary>
    public required string By { get; init; }

    /// <summary>What was decided.</summary>
    public required HoldDecision Decision { get; init; }

    /// <summary>The reason.</summary>
    public required string Why { get; init; }
}

/// <summary>The thread is over; the last entry of every thread.</summary>
public sealed record ThreadEnded : ThreadEvent
{
    /// <summary>How.</summary>
    public required EndState EndState { get; init; }

    /// <summary>Why.</summary>
    public required EndReason Reason { get; init; }

    /// <summary>More, in words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Who ended it, where somebody did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? By { get; init; }
}
