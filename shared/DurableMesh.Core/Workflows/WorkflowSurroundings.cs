using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
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
    private const int DefaultTries = 3;

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
            var surface = definition.Surface;
            var pattern = PatternOf(step.EndState, step.Pattern, surface);
            var company = CompanyOf(step.Company)!;
            var initiator = InitiatorOf(company, step.Builder, definition.Actor, step.EndState, surface)!;
            var responder = ResponderOf(company, step.Responder, initiator, pattern, step.EndState, surface)!;
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
                HandsOn = step.HandsOn ?? surface is Surface.Chain or Surface.Dag,
                OnPartial = step.OnPartial,
                OnBlocked = step.OnBlocked,
                Tries = TriesOf(step, surface) is > 1 and var tries ? tries : null,
            };
        }),
    ];

    /// <summary>What the gate would have against the steps if it were asked now; it is asked when each of them starts.</summary>
    /// <param name="steps">The steps.</param>
    public IReadOnlyList<string> DoubtsAbout(IReadOnlyList<PlannedStep> steps) =>
    [
        .. steps.SelectMany(step =>
            DoubtsAbout(step.Pattern, Registry.Find(step.Initiator)!, Registry.Find(step.Responder)!)
                .Select(doubt => $"Step '{step.Id}': {doubt}")),
    ];

    /// <summary>What the gate would have against a pair if it were asked now.</summary>
    /// <param name="pattern">What for.</param>
    /// <param name="initiator">Who would start.</param>
    /// <param name="responder">With whom.</param>
    public IEnumerable<string> DoubtsAbout(Pattern pattern, AgentView initiator, AgentView responder)
    {
        var decision = Authority.Decide(pattern, initiator, responder, Now);
        var trust = Policy.Trust.Decide(initiator, responder);
        return new[]
        {
            initiator.Enabled ? null : $"'{initiator.Id}' is disabled.",
            responder.Enabled ? null : $"'{responder.Id}' is disabled.",
            decision.Authorised ? null : decision.Explanation,
            trust.Denied ? trust.Explanation : null,
        }.OfType<string>();
    }

    /// <summary>The agent that builds, or asks, in a step; null where there is none.</summary>
    /// <param name="step">The step.</param>
    /// <param name="actor">The definition's actor; null where it names none.</param>
    /// <param name="surface">The surface that it is for.</param>
    internal AgentView? InitiatorOf(WorkflowStep step, string? actor, Surface? surface) =>
        CompanyOf(step.Company) is { } company ? InitiatorOf(company, step.Builder, actor, step.EndState, surface) : null;

    internal string NoAgent(string name)
    {
        var meant = NearestName.Of(name, Registry.Agents.SelectMany(agent => agent.Aliases.Prepend(agent.Id)));
        return $"There is no agent '{name}'{(meant is null ? "." : $"; do you mean '{meant}'?")}";
    }

    internal string NoCompany(string name)
    {
        var meant = NearestName.Of(name, Registry.Companies.SelectMany(one => new[] { one.Id, one.Name }));
        return $"There is no company '{name}'{(meant is null ? "." : $"; do you mean '{meant}'?")}";
    }

    /// <summary>What is wrong with the names and amounts of a step.</summary>
    internal IEnumerable<(string Path, string Code, string Message)> MistakesOf(
        string company,
        EndState? endState,
        string? builder,
        string? actor,
        string? answers,
        Pattern? pattern,
        Surface? surface,
        LimitsRequest? limits,
        decimal? budgetUsd)
    {
        if (CompanyOf(company) is not { } known)
        {
            yield return ("company", "unknown_company", NoCompany(company));
            yield break;
        }

        if (builder is not null && Registry.Find(builder) is null)
        {
            yield return ("builder", WorkflowReader.UnknownAgent, NoAgent(builder));
        }

        if (answers is not null && Registry.Find(answers) is null)
        {
            yield return ("responder", WorkflowReader.UnknownAgent, NoAgent(answers));
            yield break;
        }

        if (endState is not { } end)
        {
            yield break;
        }

        var initiator = InitiatorOf(known, builder, actor, end, surface);
        if (initiator is null)
        {
            if (builder is null && IsBuiltByCompany(end, surface))
            {
                yield return ("company", "no_builder", $"No enabled agent of '{known.Id}' builds; name a builder.");
            }

            yield break;
        }

        var responder = ResponderOf(known, answers, initiator, PatternOf(end, pattern, surface), end, surface);
        if (responder is null)
        {
            yield return ("company", "no_responder", IsBuiltByCompany(end, surface)
                ? $"No enabled agent outside of '{initiator.Company}' verifies what '{initiator.Id}' may show; name a responder."
                : $"No enabled agent of '{known.Id}' {(end == EndState.Answered ? "advises" : "verifies")}; name a responder.");
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

    private CompanyView? CompanyOf(string name) => Routing.CompanyOf(Registry, name);

    private static Pattern PatternOf(EndState end, Pattern? pattern, Surface? surface) =>
        pattern ?? (end == EndState.Answered ? Pattern.Advisory
            : surface is null ? Pattern.BuilderVerifier
            : Pattern.Sequential);

    private static int TriesOf(WorkflowStep step, Surface? surface) =>
        step.Tries ?? (IsBuiltByCompany(step.EndState, surface) ? DefaultTries : 1);

    /// <summary>On a surface a step is its company's work, which another one verifies.</summary>
    private static bool IsBuiltByCompany(EndState end, Surface? surface) => surface is not null && end != EndState.Answered;

    private AgentView? InitiatorOf(CompanyView company, string? builder, string? actor, EndState end, Surface? surface) =>
        builder is not null ? Registry.Find(builder)
        : IsBuiltByCompany(end, surface) ? Routing.BuilderOf(Registry, company.Id)
        : actor is null ? null
        : Registry.Find(actor);

    /// <summary>
    /// Whoever was named, else the first of the company, by id, that has the part: an advisor advises, before any other; a
    /// verdict is a verifier's.
    /// </summary>
    private AgentView? ResponderOf(
        CompanyView company, string? named, AgentView initiator, Pattern pattern, EndState end, Surface? surface)
    {
        if (named is not null)
        {
            return Registry.Find(named);
        }

        if (IsBuiltByCompany(end, surface))
        {
            return Routing.VerifierFor(Registry, Policy.Trust, initiator);
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
