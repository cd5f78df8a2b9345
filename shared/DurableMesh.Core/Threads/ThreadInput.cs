using System.Text.Json.Serialization;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Threads;

/// <summary>What comes into a thread; <see cref="ThreadRules.Decide"/> says what becomes of it.</summary>
public abstract record ThreadInput
{
    private protected ThreadInput()
    {
    }
}

/// <summary>What comes in from outside, through the one external event (DESIGN §4).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(MessageArrived), "message")]
[JsonDerivedType(typeof(ReservationAsked), "reservation")]
[JsonDerivedType(typeof(CancelRequested), "cancel")]
[JsonDerivedType(typeof(GateDecided), "decision")]
[JsonDerivedType(typeof(PartyUnavailable), "unavailable")]
[JsonDerivedType(typeof(StoreFoundBehind), "behind")]
public abstract record InboxInput : ThreadInput
{
    private protected InboxInput()
    {
    }
}

/// <summary>A party sent a message.</summary>
/// <param name="Message">The message.</param>
public sealed record MessageArrived(IncomingMessage Message) : InboxInput;

/// <summary>A party wants to make a call that costs (DESIGN §4, money).</summary>
/// <param name="Agent">The party.</param>
/// <param name="WorstCase">What the call can cost at most.</param>
/// <param name="Budgets">The day's budgets that it counts against, reservations of other threads included; null for none.</param>
public sealed record ReservationAsked(
    string Agent,
    SettledUsage WorstCase,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DayBudget>? Budgets = null)
    : InboxInput;

/// <summary>Somebody cancels the thread; always possible.</summary>
/// <param name="By">Who.</param>
/// <param name="Why">The reason.</param>
public sealed record CancelRequested(string By, string Why) : InboxInput;

/// <summary>A person decides about a held thread.</summary>
/// <param name="By">Who.</param>
/// <param name="Decision">What.</param>
/// <param name="Why">The reason.</param>
public sealed record GateDecided(string By, HoldDecision Decision, string Why) : InboxInput;

/// <summary>A party is not there any more, so that nothing can be delivered to it.</summary>
/// <param name="Agent">Its id.</param>
/// <param name="Why">What is known about it.</param>
public sealed record PartyUnavailable(string Agent, string Why) : InboxInput;

/// <summary>
/// The store seems to lack what the thread recorded. Nothing becomes of it in the thread; its orchestration looks, and records again.
/// </summary>
public sealed record StoreFoundBehind : InboxInput;

/// <summary>The gate has spoken.</summary>
/// <param name="Report">What it said.</param>
public sealed record GateEvaluated(GateReport Report) : ThreadInput;

/// <summary>The durable timer fired. Nothing happens where nothing is due.</summary>
public sealed record AlarmRang : ThreadInput;

/// <summary>The mesh cannot go on with the thread.</summary>
/// <param name="Reason"><see cref="EndReason.InternalError"/> or <see cref="EndReason.AgentUnreachable"/>.</param>
/// <param name="Detail">What happened.</param>
public sealed record SystemFault(EndReason Reason, string Detail) : ThreadInput;

/// <summary>The payload of the one external event of a thread.</summary>
/// <param name="RequestId">The caller's id for this request; the receipt is filed under it.</param>
/// <param name="Payload">What comes in.</param>
/// <param name="Seal">
/// The app's proof that it came through one of its own functions; null in events that anybody may have raised.
/// </param>
public sealed record InboxEnvelope(
    string RequestId,
    InboxInput Payload,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Seal = null)
{
    /// <summary>The name of the external event.</summary>
    public const string EventName = "inbox";
}
