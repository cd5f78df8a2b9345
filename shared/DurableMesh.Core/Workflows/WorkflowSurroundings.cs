using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>What a workflow is held against: who there is, who may, and what it costs.</summary>
/// <param name="Registry">Companies and agents.</param>
/// <param name="Authority">Who may use the mesh with whom.</param>
/// <param name="Policy">Limits and prices.</param>
/// <param name="Now">The present instant.</param>
public sealed record WorkflowSurroundings(
    AgentRegistry Registry, AuthorityTable Authority, MeshPolicy Policy, DateTimeOffset Now)
{
    private static readonly TimeSpan DefaultTtl = TimeSpan.FromDays(1);

    /// <summary>The time that a workflow has.</summary>
    /// <param name="definition">The workflow.</param>
    public static TimeSpan TtlOf(WorkflowDefinition definition) => definition.Limits?.Ttl ?? DefaultTtl;

    /// <summary>What a workflow may cost, in US dollars.</summary>
    /// <param name="definition">The workflow.</param>
    public decimal CostCapOf(WorkflowDefinition definition) =>
        definition.Limits?.CostCapUsd ?? definition.Steps.Sum(step => Policy.Limits.Effective(step.Limits).CostCapUsd);

    /// <summary>The steps with their parties by id.</summary>
    /// <param name="definition">A workflow that was read without a mistake.</param>
    public IReadOnlyList<PlannedStep> PlanOf(WorkflowDefinition definition) =>
    [
        .. definition.Steps.Select((step, at) =>
        {
            var pattern = PatternOf(step.EndState, step.Pattern);
            var initiator = Registry.Find(step.Builder ?? definition.Actor)!;
            var company = CompanyOf(step.Company)!;
            var responder = ResponderOf(company, step.Responder, initiator, pattern, step.EndState)!;
            return new PlannedStep
            {
                Id = step.Id,
                Company = company.Id,
                Title = step.Title,
                Purpose = step.Purpose,
                Prompt = step.Prompt,
                EndState = step.EndState,
                Pattern = pattern,
                Initiator = initiator.Id,
                Responder = responder.Id,
                After = [.. WorkflowReader.BeforeOf(definition.Steps, at).Distinct()],
                Acceptance = step.Acceptance.Count > 0 || step.EndState == EndState.Answered
                    ? step.Acceptance
                    : [new AcceptanceCriterion("AC-1", step.Title)],
                Limits = step.Limits,
                TurnUsd = TurnOf(initiator, responder),
                HandsOn = step.HandsOn,
                OnPartial = step.OnPartial,
                OnBlocked = step.OnBlocked,
            };
        }),
    ];

    /// <summary>What the gate would have against the steps if it were asked now; it is asked when each of them starts.</summary>
    /// <param name="steps">The steps.</param>
    public IReadOnlyList<string> DoubtsAbout(IReadOnlyList<PlannedStep> steps) =>
    [
        .. steps.SelectMany(step =>
        {
            var (initiator, responder) = (Registry.Find(step.Initiator)!, Registry.Find(step.Responder)!);
            var decision = Authority.Decide(step.Pattern, initiator, responder, Now);
            var trust = Policy.Trust.Decide(initiator, responder);
            return new[]
            {
                initiator.Enabled ? null : $"'{initiator.Id}' is disabled.",
                responder.Enabled ? null : $"'{responder.Id}' is disabled.",
                decision.Authorised ? null : decision.Explanation,
                trust.Denied ? trust.Explanation : null,
            }.OfType<string>().Select(doubt => $"Step '{step.Id}': {doubt}");
        }),
    ];

    internal string NoAgent(string name)
    {
        var meant = NearestName.Of(name, Registry.Agents.SelectMany(agent => agent.Aliases.Prepend(agent.Id)));
        return $"There is no agent '{name}'{(meant is null ? "" : $"; do you mean '{meant}'?")}.";
    }

    /// <summary>What is wrong with the names and amounts of a step.</summary>
    internal IEnumerable<(string Path, string Code, string Message)> MistakesOf(
        string company,
        EndState? endState,
        string? asks,
        bool isBuilder,
        string? answers,
        Pattern? pattern,
        LimitsRequest? limits,
        decimal? budgetUsd)
    {
        if (CompanyOf(company) is not { } known)
        {
            var meant = NearestName.Of(company, Registry.Companies.SelectMany(one => new[] { one.Id, one.Name }));
            yield return (
                "company",
                "unknown_company",
                $"There is no company '{company}'{(meant is null ? "" : $"; do you mean '{meant}'?")}.");
            yield break;
        }

        var initiator = asks is null ? null : Registry.Find(asks);
        if (isBuilder && initiator is null)
        {
            yield return ("builder", WorkflowReader.UnknownAgent, NoAgent(asks!));
        }

        if (answers is not null && Registry.Find(answers) is null)
        {
            yield return ("responder", WorkflowReader.UnknownAgent, NoAgent(answers));
            yield break;
        }

        if (initiator is null || endState is not { } end)
        {
            yield break;
        }

        var responder = ResponderOf(known, answers, initiator, PatternOf(end, pattern), end);
        if (responder is null)
        {
            yield return (
                "company",
                "no_responder",
                $"No enabled agent of '{known.Id}' {(end == EndState.Answered ? "advises" : "verifies")}; name a responder.");
            yield break;
        }

        if (responder.Company != known.Id && initiator.Company != known.Id)
        {
            yield return (
                "responder",
                InputError.InvalidValue,
                $"Neither '{responder.Id}' of '{responder.Company}' nor '{initiator.Id}' of '{initiator.Company}' is of "
                + $"'{known.Id}'.");
        }

        if (responder.Id == initiator.Id)
        {
            yield return ("responder", InputError.InvalidValue, $"'{responder.Id}' would talk to itself; name another.");
        }

        foreach (var mistake in MoneyOf(TurnOf(initiator, responder), limits, budgetUsd))
        {
            yield return mistake;
        }
    }

    private IEnumerable<(string Path, string Code, string Message)> MoneyOf(
        decimal turnUsd, LimitsRequest? limits, decimal? budgetUsd)
    {
        foreach (var (name, cap) in ((string, decimal?)[])[("limits.costCapUsd", limits?.CostCapUsd), ("", budgetUsd)])
        {
            if (cap is { } usd && (usd <= 0 || usd < turnUsd))
            {
                yield return (
                    name,
                    "budget_below_turn",
                    FormattableString.Invariant(
                        $"{usd} USD do not pay one turn of this step, which costs {turnUsd} USD at least. Raise the budget."));
            }
        }

        var maxima = Policy.Limits.Maxima;
        if (limits is not null
            && (limits.Ttl > maxima.Ttl || limits.MaxTurns > maxima.MaxTurns || limits.CostCapUsd > maxima.CostCapUsd
                || limits.MaxFindingsPerTurn > maxima.MaxFindingsPerTurn
                || limits.MaxRoundsWithoutProgress > maxima.MaxRoundsWithoutProgress))
        {
            yield return ("limits", InputError.OutOfRange, "A limit is above the policy's maximum, so the gate would deny it.");
        }
    }

    private CompanyView? CompanyOf(string name) => Registry.FindCompany(name)
        ?? Registry.Companies.FirstOrDefault(company => company.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static Pattern PatternOf(EndState end, Pattern? pattern) =>
        pattern ?? (end == EndState.Answered ? Pattern.Advisory : Pattern.BuilderVerifier);

    /// <summary>
    /// Whoever was named, else the first of the company, by id, that has the part: an advisor advises, before any other; a
    /// verdict is a verifier's.
    /// </summary>
    private AgentView? ResponderOf(CompanyView company, string? named, AgentView initiator, Pattern pattern, EndState end)
    {
        if (named is not null)
        {
            return Registry.Find(named);
        }

        var roles = (pattern, end) switch
        {
            (Pattern.Distillation, _) => (string[])["comparator"],
            (_, EndState.Answered) => ["advisor", "verifier", "builder"],
            _ => ["verifier"],
        };
        return roles
            .SelectMany(role => Registry.Agents.Where(agent =>
                agent.Company == company.Id && agent.Enabled && agent.Id != initiator.Id && agent.Roles.Contains(role)))
            .FirstOrDefault();
    }

    private decimal TurnOf(AgentView initiator, AgentView responder) =>
        Math.Max(Policy.PriceOfTurn(initiator.Model, Now), Policy.PriceOfTurn(responder.Model, Now));
}
