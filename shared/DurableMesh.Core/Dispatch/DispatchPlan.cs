using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Dispatch;

/// <summary>What a dispatch comes to: pure, and the same for the same request and surroundings.</summary>
/// <param name="Surface">The surface that does it.</param>
/// <param name="Why">Why that one.</param>
/// <param name="Routed">The agents that do it.</param>
/// <param name="Doubts">What the gate would have against it now.</param>
/// <param name="Thread">The thread to start; null on a sequential surface.</param>
/// <param name="Workflow">The run to start; null in the mesh.</param>
public sealed record DispatchPlan(
    Surface Surface,
    string Why,
    DispatchRoute Routed,
    IReadOnlyList<string> Doubts,
    StartThreadRequest? Thread,
    WorkflowDefinition? Workflow)
{
    /// <summary>The id of the one step of a sequential dispatch.</summary>
    public const string Step = "work";

    /// <summary>The company that the request names, by itself or by its builder; null where it has to be found.</summary>
    /// <param name="request">The request.</param>
    /// <param name="around">Who there is.</param>
    /// <returns>The company's id and how it is named, or what is wrong with the names.</returns>
    public static (Classification? Named, IReadOnlyList<InputError> Errors) Named(
        DispatchRequest request, WorkflowSurroundings around)
    {
        var errors = new List<InputError>();
        var registry = around.Registry;
        var builder = request.Initiator is { } name ? registry.Find(name) : null;
        if (request.Initiator is { } unknown && builder is null)
        {
            errors.Add(new InputError("initiator", WorkflowReader.UnknownAgent, around.NoAgent(unknown)));
        }

        if (request.Responder is { } other && registry.Find(other) is null)
        {
            errors.Add(new InputError("responder", WorkflowReader.UnknownAgent, around.NoAgent(other)));
        }

        var company = request.Company is { } called ? Routing.CompanyOf(registry, called) : null;
        if (request.Company is { } missing && company is null)
        {
            errors.Add(new InputError("company", "unknown_company", around.NoCompany(missing)));
        }
        else if (company is not null && builder is not null && builder.Company != company.Id)
        {
            errors.Add(new InputError(
                "company", InputError.InvalidValue, $"'{builder.Id}' is of '{builder.Company}', not of '{company.Id}'."));
        }

        return errors.Count > 0 ? (null, errors)
            : builder is not null ? (new Classification(builder.Company, $"'{builder.Id}' was named.", []), errors)
            : company is not null ? (new Classification(company.Id, $"{company.Name} was named.", []), errors)
            : (null, errors);
    }

    /// <summary>Plans a dispatch.</summary>
    /// <param name="request">The request, whose names are known.</param>
    /// <param name="found">Whose work it is.</param>
    /// <param name="around">Who there is, who may, and what it costs.</param>
    public static ReadResult<DispatchPlan> Of(DispatchRequest request, Classification found, WorkflowSurroundings around)
    {
        if (found.Company is not { } company)
        {
            return Wrong("company", found.Code ?? DomainWords.NoRoute, found.Why);
        }

        var (registry, trust) = (around.Registry, around.Policy.Trust);
        var builder = request.Initiator is { } initiator ? registry.Find(initiator)! : Routing.BuilderOf(registry, company);
        if (builder is null)
        {
            return Wrong("company", "no_builder", $"{found.Why} No enabled agent of '{company}' builds; name a builder.");
        }

        var verifier = request.Responder is { } responder
            ? registry.Find(responder)!
            : Routing.VerifierFor(registry, trust, builder);
        if (verifier is null)
        {
            return Wrong(
                "responder",
                "no_verifier",
                $"No enabled agent outside of '{builder.Company}' verifies what '{builder.Id}' may show it; name a verifier.");
        }

        if (verifier.Id == builder.Id)
        {
            return Wrong("responder", InputError.InvalidValue, $"'{builder.Id}' would verify itself; name another verifier.");
        }

        var words = string.Join(' ', new[]
        {
            found.Why,
            request.Initiator is null ? $"'{builder.Id}' is its first enabled builder." : null,
            request.Responder is not null ? $"'{verifier.Id}' was named to verify."
                : $"'{verifier.Id}' of '{verifier.Company}' verifies: of another company, one that builds nothing first.",
        }.OfType<string>());
        var route = new DispatchRoute(builder.Company, builder.Id, verifier.Id, words);
        var decision = around.Authority.Decide(request.Pattern, builder, verifier, around.Now);
        var surface = request.Surface
            ?? (decision.Authorised ? Surface.Mesh : SequentialSurface.SurfaceInsteadOf(request.Pattern));
        var why = request.Surface is null ? decision.Explanation
            : $"{Choices<Surface>.NameOf(surface)} was asked for. {decision.Explanation}";
        var pattern = surface == Surface.Mesh ? request.Pattern : Pattern.Sequential;
        var plan = new DispatchPlan(surface, why, route, [.. around.DoubtsAbout(pattern, builder, verifier)], null, null);
        return new ReadResult<DispatchPlan>(
            surface == Surface.Mesh
                ? plan with { Thread = ThreadOf(request, route) }
                : plan with { Workflow = WorkflowOf(request, route, surface) },
            []);
    }

    private static StartThreadRequest ThreadOf(DispatchRequest request, DispatchRoute route) => new()
    {
        Pattern = request.Pattern,
        McTask = request.McTask,
        Priority = request.Priority,
        Initiator = route.Builder,
        Responder = route.Verifier,
        Brief = request.Brief,
        Limits = request.Limits is not { } limits ? null : new LimitsRequest
        {
            Ttl = limits.Ttl,
            CostCapUsd = limits.CostCapUsd,
            MaxTurns = limits.MaxTurns,
        },
    };

    private static WorkflowDefinition WorkflowOf(DispatchRequest request, DispatchRoute route, Surface surface)
    {
        var (brief, limits) = (request.Brief, request.Limits);
        var words = brief.Body?.ToDisplayText();
        return new WorkflowDefinition
        {
            Name = brief.Subject,
            Surface = surface,
            Priority = request.Priority,
            Actor = route.Builder,
            McTask = request.McTask,
            Limits = limits is { Ttl: null, CostCapUsd: null } or null
                ? null
                : new WorkflowLimits { Ttl = limits.Ttl, CostCapUsd = limits.CostCapUsd },
            Steps =
            [
                new WorkflowStep
                {
                    Id = Step,
                    Company = route.Company,
                    Title = brief.Subject,
                    Prompt = TextRules.IsBlank(words) ? brief.Subject : words!,
                    EndState = EndState.Pass,
                    Builder = route.Builder,
                    Responder = route.Verifier,
                    Acceptance = brief.Acceptance,
                    After = surface == Surface.Dag ? [] : null,
                    Tries = limits?.Tries,
                },
            ],
        };
    }

    private static ReadResult<DispatchPlan> Wrong(string path, string code, string message) =>
        new(null, [new InputError(path, code, message)]);
}
