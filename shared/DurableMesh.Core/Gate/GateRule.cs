using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Gate;

/// <summary>What a rule thinks of a thread.</summary>
/// <param name="Objects">Whether it has something against it; null where it could not be asked.</param>
/// <param name="Explanation">What it saw, and what to do where it objects.</param>
public readonly record struct Ruling(bool? Objects, string Explanation)
{
    /// <summary>Nothing against it.</summary>
    /// <param name="explanation">What was seen.</param>
    public static Ruling Fine(string explanation) => new(false, explanation);

    /// <summary>Something against it.</summary>
    /// <param name="explanation">What is wrong and what to do.</param>
    public static Ruling Against(string explanation) => new(true, explanation);

    /// <summary>Another rule's objection leaves nothing to ask.</summary>
    /// <param name="explanation">Why.</param>
    public static Ruling NotAsked(string explanation) => new(null, explanation);
}

/// <summary>One rule of the gate.</summary>
/// <param name="Name">Its stable name.</param>
/// <param name="Judge">What it thinks of a thread.</param>
public sealed record GateRule(string Name, Func<GateInput, Ruling> Judge)
{
    /// <summary>What an objection comes to, unless the policy says otherwise.</summary>
    public RuleStance Stance { get; init; }

    /// <summary>Whether the policy may say otherwise.</summary>
    public bool Adjustable { get; init; }

    /// <summary>Why the thread is BLOCKED where the rule denies it.</summary>
    public EndReason Reason { get; init; } = EndReason.GateDenied;

    /// <summary>Asks the rule.</summary>
    /// <param name="input">What it may look at.</param>
    public GateFinding Evaluate(GateInput input)
    {
        var ruling = Judge(input);
        var stance = input.Policy.Rules.GetValueOrDefault(Name, Stance);
        return (ruling.Objects, stance) switch
        {
            (null, _) => new GateFinding(Name, GateOutcome.NotEvaluated, ruling.Explanation),
            (false, _) => new GateFinding(Name, GateOutcome.Approved, ruling.Explanation),
            (true, RuleStance.Off) => new GateFinding(
                Name, GateOutcome.Approved, $"Switched off by the policy. {ruling.Explanation}"),
            (true, RuleStance.Hold) => new GateFinding(Name, GateOutcome.Held, ruling.Explanation),
            _ => new GateFinding(Name, GateOutcome.Denied, ruling.Explanation),
        };
    }
}
