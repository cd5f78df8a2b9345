using System.Globalization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Gate;

/// <summary>One rule of the gate.</summary>
/// <param name="Name">Its stable name.</param>
/// <param name="Objection">What it has against the thread and what to do; null where it has nothing.</param>
/// <param name="Holds">Whether its objection asks a person instead of denying.</param>
public sealed record GateRule(string Name, Func<GateInput, string?> Objection, bool Holds = false)
{
    /// <summary>Asks the rule.</summary>
    /// <param name="input">What it may look at.</param>
    public GateFinding Evaluate(GateInput input) => Objection(input) is { } objection
        ? new GateFinding(Name, Holds ? GateOutcome.Held : GateOutcome.Denied, objection)
        : new GateFinding(Name, GateOutcome.Approved, "Holds.");
}

/// <summary>
/// The gate (DESIGN §5): every rule is asked, and every outcome is recorded. A further rule is one more entry of the list.
/// </summary>
public static class GateRules
{
    /// <summary>The rules, in the order in which the evidence lists them.</summary>
    public static IReadOnlyList<GateRule> All { get; } =
    [
        new("initiator_known_and_enabled", input => Unavailable("initiator", input.Thread.Initiator, input.Initiator)),
        new("responder_known_and_enabled", input => Unavailable("responder", input.Thread.Responder, input.Responder)),
        new("parties_differ", input => input.Thread.Initiator == input.Thread.Responder
            ? $"'{input.Thread.Initiator}' is initiator and responder; a builder does not verify itself. Name another responder."
            : null),
        new("acceptance_criteria_present", input => input.Thread.Acceptance.Any(criterion => criterion.Required)
            ? null
            : "The brief has no required acceptance criterion, so nothing could be verified. Add one to brief.acceptance."),
        new("cost_cap_above_zero", input => input.Thread.Limits.CostCapUsd > 0
            ? null
            : "The cost cap is zero, which no turn could meet. Set limits.costCapUsd above zero."),
        new("limits_within_maxima", input => Excess(input.Thread.Limits, input.Maxima)),
    ];

    /// <summary>Asks every rule.</summary>
    /// <param name="input">What they may look at.</param>
    public static GateReport Evaluate(GateInput input)
    {
        GateFinding[] findings = [.. All.Select(rule => rule.Evaluate(input))];
        return new GateReport(GateReport.OutcomeOf([.. findings.Select(finding => finding.Outcome)]), findings);
    }

    private static string? Unavailable(string part, string name, AgentView? agent) => agent switch
    {
        null => $"The {part} '{name}' is not in the agent registry. Register it, or name an agent that GET /agents lists.",
        { Enabled: false } => $"The {part} '{name}' is disabled. Enable it, or name another agent.",
        _ => null,
    };

    private static string? Excess(Limits limits, Limits maxima)
    {
        (string Name, bool Exceeds, string Asked, string Allowed)[] rows =
        [
            ("ttl", limits.Ttl > maxima.Ttl, Iso8601Duration.Format(limits.Ttl), Iso8601Duration.Format(maxima.Ttl)),
            Row("maxTurns", limits.MaxTurns, maxima.MaxTurns),
            Row("costCapUsd", limits.CostCapUsd, maxima.CostCapUsd),
            Row("maxFindingsPerTurn", limits.MaxFindingsPerTurn, maxima.MaxFindingsPerTurn),
            Row("maxRoundsWithoutProgress", limits.MaxRoundsWithoutProgress, maxima.MaxRoundsWithoutProgress),
        ];
        var excesses = rows
            .Where(row => row.Exceeds)
            .Select(row => $"{row.Name} is {row.Asked}, at most {row.Allowed} is allowed")
            .ToList();
        return excesses.Count == 0 ? null : $"The limits exceed the configured maxima: {string.Join("; ", excesses)}.";
    }

    private static (string Name, bool Exceeds, string Asked, string Allowed) Row(string name, decimal asked, decimal allowed) =>
        (name, asked > allowed, asked.ToString(CultureInfo.InvariantCulture), allowed.ToString(CultureInfo.InvariantCulture));
}
