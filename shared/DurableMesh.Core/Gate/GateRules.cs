using System.Globalization;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Gate;

/// <summary>
/// The gate (DESIGN §5): every rule is asked, and every outcome is recorded. A further rule is one more entry of the list.
/// </summary>
public static class GateRules
{
    /// <summary>The rule whose stance the policy's <see cref="MeshPolicy.Unpriced"/> is.</summary>
    internal const string ModelsPriced = "models_priced";

    /// <summary>The rules, in the order in which the evidence lists them.</summary>
    public static IReadOnlyList<GateRule> All { get; } =
    [
        new("initiator_known_and_enabled", input => Available("initiator", input.Initiator)),
        new("responder_known_and_enabled", input => Available("responder", input.Responder)),
        new("parties_differ", Differ),
        new("mc_task_in_progress", InProgress) { Adjustable = true },
        new("acceptance_criteria_present", Verifiable),
        new("pair_authorized", Authorized) { Reason = EndReason.NotAuthorized },
        new("trust_zones_allow", Trusted) { Reason = EndReason.TrustDenied },
        new("limits_within_maxima", WithinMaxima),
        new("cost_cap_covers_a_turn", CoversATurn) { Adjustable = true },
        new(ModelsPriced, Priced),
        new("work_in_progress", HasCapacity) { Adjustable = true },
        new("daily_budget", WithinBudget) { Adjustable = true },
        new("priority_needs_no_person", NeedsNoPerson) { Adjustable = true, Stance = RuleStance.Hold },
    ];

    /// <summary>Asks every rule.</summary>
    /// <param name="input">What they may look at.</param>
    public static GateReport Evaluate(GateInput input)
    {
        GateFinding[] findings = [.. All.Select(rule => rule.Evaluate(input))];
        var outcome = GateReport.OutcomeOf([.. findings.Select(finding => finding.Outcome)]);
        return new GateReport(outcome, findings)
        {
            Reason = outcome == GateOutcome.Denied ? ReasonOf(findings) : null,
            Hold = outcome == GateOutcome.Held ? input.Policy.Hold.TermsAt(input.Now, input.Thread.Limits.Ttl) : null,
            PolicyHash = input.Policy.Hash,
        };
    }

    /// <summary>Of several reasons the one that no other request of this pair could get round.</summary>
    private static EndReason ReasonOf(IReadOnlyList<GateFinding> findings)
    {
        var reasons = All
            .Zip(findings, (rule, finding) => (rule.Reason, finding.Outcome))
            .Where(one => one.Outcome == GateOutcome.Denied)
            .Select(one => one.Reason)
            .ToList();
        return reasons.Contains(EndReason.NotAuthorized) ? EndReason.NotAuthorized
            : reasons.Contains(EndReason.TrustDenied) ? EndReason.TrustDenied
            : EndReason.GateDenied;
    }

    private static Ruling Available(string part, GateParty party) => party.Agent switch
    {
        null => Ruling.Against(
            $"The {part} '{party.Name}' is not in the agent registry. Register it, or name an agent that GET /agents lists."),
        { Enabled: false } => Ruling.Against($"The {part} '{party.Name}' is disabled. Enable it, or name another agent."),
        var agent => Ruling.Fine($"'{agent.Id}' of {agent.Company} is known and enabled."),
    };

    private static Ruling Differ(GateInput input) => input.Thread.Initiator == input.Thread.Responder
        ? Ruling.Against(
            $"'{input.Thread.Initiator}' is initiator and responder; a builder does not verify itself. Name another responder.")
        : Ruling.Fine("Initiator and responder are two agents.");

    private static Ruling InProgress(GateInput input) => input.Task switch
    {
        null => Ruling.Against(
            $"There is no MC task '{input.Thread.McTask}'. Create it (POST /tasks, mesh tasks create) and set it in_progress."),
        { State: MissionTaskState.InProgress } task => Ruling.Fine($"MC task '{task.Id}' is in progress."),
        var task => Ruling.Against(
            $"MC task '{task.Id}' is {NameOf(task.State)}; work on it begins when its owner sets it in_progress."),
    };

    private static Ruling Verifiable(GateInput input)
    {
        var required = input.Thread.Acceptance.Count(criterion => criterion.Required);
        return required > 0 ? Ruling.Fine($"{required} required acceptance criteria.")
            : input.Thread.IsAdvisory ? Ruling.Fine("Advice is asked for, which nobody verifies.")
            : Ruling.Against(
                "The brief has no required acceptance criterion, so nothing could be verified. Add one to brief.acceptance.");
    }

    private static Ruling Authorized(GateInput input) => input.Authority is { } authority
        ? new(!authority.Authorised, authority.Explanation)
        : Ruling.NotAsked("The authority table speaks of pairs of known agents.");

    private static Ruling Trusted(GateInput input) => input.Thread.Trust switch
    {
        null => Ruling.NotAsked("An agent that is not known has no trust zone."),
        { Denied: true } trust => Ruling.Against($"{trust.Explanation} Name agents of zones that may talk to each other."),
        var trust => Ruling.Fine(trust.Explanation),
    };

    private static Ruling WithinMaxima(GateInput input)
    {
        var (limits, maxima) = (input.Thread.Limits, input.Policy.Limits.Maxima);
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
        return excesses.Count == 0
            ? Ruling.Fine("All limits are within the configured maxima.")
            : Ruling.Against($"The limits exceed the configured maxima: {string.Join("; ", excesses)}.");
    }

    private static (string Name, bool Exceeds, string Asked, string Allowed) Row(string name, decimal asked, decimal allowed) =>
        (name, asked > allowed, asked.ToString(CultureInfo.InvariantCulture), allowed.ToString(CultureInfo.InvariantCulture));

    private static Ruling CoversATurn(GateInput input)
    {
        var cap = input.Thread.Limits.CostCapUsd;
        var dearest = Parties(input)
            .Select(party => (party.Name, Price: input.Policy.PriceOfTurn(party.Agent?.Model, input.Now)))
            .MaxBy(one => one.Price);
        return cap <= 0 ? Ruling.Against("The cost cap is zero, which no turn could meet. Set limits.costCapUsd above zero.")
            : cap < dearest.Price ? Ruling.Against(
                $"The cost cap of {Usd(cap)} is below the price of one turn of '{dearest.Name}', {Usd(dearest.Price)}. "
                + "Raise limits.costCapUsd.")
            : Ruling.Fine($"The cost cap of {Usd(cap)} covers a turn of either party.");
    }

    private static Ruling Priced(GateInput input)
    {
        var unpriced = Parties(input)
            .Where(party => party.Agent?.Model is { } model && input.Policy.Prices.Find(model, input.Now) is null)
            .Select(party => $"'{party.Name}' uses '{party.Agent!.Model}'")
            .ToList();
        var explanation = $"{string.Join("; ", unpriced)}, of which the policy has no price";
        return unpriced.Count == 0 ? Ruling.Fine("No party's model lacks a price.")
            : input.Policy.Unpriced == UnpricedUsage.Allow ? Ruling.Fine($"{explanation}; it allows that.")
            : Ruling.Against($"{explanation}. Add one to prices.");
    }

    private static Ruling HasCapacity(GateInput input)
    {
        var full = Parties(input)
            .Select(
                party => (party.Name, Open: party.OpenThreads, Limit: party.Agent?.WipLimit ?? input.Policy.Budgets.OpenThreads))
            .Where(one => one.Open >= one.Limit)
            .Select(one => $"'{one.Name}' takes part in {one.Open} open threads and has a limit of {one.Limit}")
            .ToList();
        return full.Count == 0
            ? Ruling.Fine(string.Join(
                " ", Parties(input).Select(party => $"'{party.Name}' takes part in {party.OpenThreads} open threads.")))
            : Ruling.Against($"{string.Join("; ", full)}. Start again when one of them has ended.");
    }

    private static Ruling WithinBudget(GateInput input)
    {
        var spent = Parties(input).SelectMany(input.Policy.BudgetsOf).Where(budget => budget.IsSpent()).ToList();
        return spent.Count == 0
            ? Ruling.Fine("The budgets of the day are not spent.")
            : Ruling.Against($"{string.Join("; ", spent.Select(budget => budget.Words()))}. It starts anew at midnight UTC.");
    }

    private static Ruling NeedsNoPerson(GateInput input) => input.Policy.Hold.Priorities.Contains(input.Thread.Priority)
        ? Ruling.Against(
            $"A person decides about priority {input.Thread.Priority} "
            + $"(POST /threads/{input.Thread.ThreadId}/decision, mesh decide).")
        : Ruling.Fine($"Priority {input.Thread.Priority} needs no person.");

    private static GateParty[] Parties(GateInput input) => [input.Initiator, input.Responder];

    private static string Usd(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"{amount} USD");

    private static string NameOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => Choices<TEnum>.NameOf(value);
}
