using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Gate;

/// <summary>What the gate, or one of its rules, says.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<GateOutcome>))]
public enum GateOutcome
{
    /// <summary>Let it run.</summary>
    Approved,

    /// <summary>Ask a person.</summary>
    Held,

    /// <summary>Do not let it run.</summary>
    Denied,

    /// <summary>The thread ended before the gate could speak, or another rule's objection left nothing to ask.</summary>
    NotEvaluated,
}

/// <summary>What one rule says about a thread.</summary>
/// <param name="Name">The rule's stable name.</param>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Explanation">What it saw, and what to do where it does not approve.</param>
public sealed record GateFinding(string Name, GateOutcome Outcome, string Explanation);

/// <summary>How long a held thread waits for a person.</summary>
/// <param name="ExpiresAt">When it ends as BLOCKED/<see cref="EndReason.GateExpired"/>.</param>
/// <param name="RemindAt">When a reminder is recorded; null where there is no time for one.</param>
public sealed record HoldTerms(DateTimeOffset ExpiresAt, DateTimeOffset? RemindAt);

/// <summary>What the gate says, with every rule it asked (DESIGN §5).</summary>
/// <param name="Outcome">Denied if one rule denies, else held if one holds, else approved.</param>
/// <param name="Rules">Every rule's outcome, in the order of the rules.</param>
public sealed record GateReport(GateOutcome Outcome, IReadOnlyList<GateFinding> Rules)
{
    /// <summary>
    /// Why the thread is BLOCKED where the gate denies: <see cref="EndReason.NotAuthorized"/>,
    /// <see cref="EndReason.TrustDenied"/>, or else <see cref="EndReason.GateDenied"/>; null where it does not deny.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EndReason? Reason { get; init; }

    /// <summary>How long a held thread waits; null where the gate does not hold.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HoldTerms? Hold { get; init; }

    /// <summary>SHA-256 of the policy in force, 64 hexadecimal digits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PolicyHash { get; init; }

    /// <summary>The report of a thread that never came to the gate.</summary>
    public static GateReport NotEvaluated { get; } = new(GateOutcome.NotEvaluated, []);

    /// <summary>What the rules' outcomes come to.</summary>
    /// <param name="outcomes">Every rule's outcome.</param>
    public static GateOutcome OutcomeOf(IReadOnlyCollection<GateOutcome> outcomes) =>
        outcomes.Any(outcome => outcome is not (GateOutcome.Approved or GateOutcome.Held)) ? GateOutcome.Denied
        : outcomes.Contains(GateOutcome.Held) ? GateOutcome.Held
        : GateOutcome.Approved;

    /// <summary>The findings that do not approve, in words; empty where all approve.</summary>
    public string Objections() =>
        string.Join(
            ' ', Rules.Where(rule => rule.Outcome is GateOutcome.Denied or GateOutcome.Held).Select(rule => rule.Explanation));
}
