using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>
/// Reads a workflow strictly: what is unknown, missing or out of range, a dependency that does not exist and a cycle are errors,
/// and all come at once. Total: no input makes it throw.
/// </summary>
public static class WorkflowReader
{
    /// <summary>The most steps of a workflow.</summary>
    public const int MaxSteps = 50;

    /// <summary>The longest prompt, in characters.</summary>
    public const int MaxPrompt = 16_000;

    /// <summary>The error of a dependency that does not exist.</summary>
    public const string UnknownStep = "unknown_step";

    /// <summary>The error of steps that wait for each other.</summary>
    public const string Cycle = "cycle";

    /// <summary>The error of an agent that the registry does not know.</summary>
    public const string UnknownAgent = "unknown_agent";

    /// <summary>The most tries of a step.</summary>
    public const int MaxTries = 10;

    private const int MaxTitleOfPrompt = 120;
    private const int MaxIdLength = 64;
    private const int MaxLineLength = 500;
    private const int MaxWords = 4000;

    /// <summary>Reads a definition: the body of <c>POST /workflows</c> and of <c>POST /workflows/check</c>.</summary>
    /// <param name="utf8">The file, or the request's body.</param>
    /// <param name="around">Against what names and budgets are held; null to look at the file alone.</param>
    public static ReadResult<WorkflowDefinition> Read(ReadOnlyMemory<byte> utf8, WorkflowSurroundings? around = null) =>
        JsonInput.Read(utf8, input => ReadDefinition(input, around));

    /// <summary>Reads the body of <c>POST /workflows/{id}/decision</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<StepDecisionRequest> ReadDecision(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var by = input.Line("by", MaxIdLength * 2, required: false);
        var step = input.Line("step", MaxIdLength);
        var decision = input.Choice<StepDecision>("decision");
        var why = input.Words("why", MaxWords, required: true);
        return step is null || decision is null || why is null
            ? null
            : new StepDecisionRequest(by, step, decision.Value, why);
    });

    /// <summary>Reads the body of <c>POST /workflows/{id}/finalize</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<FinalizeRequest> ReadFinalize(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
        new FinalizeRequest(
            input.Line("by", MaxIdLength * 2, required: false),
            input.Flag("plumbing") ?? false,
            input.Words("why", MaxWords)));

    /// <summary>Reads a definition that stands in something else.</summary>
    internal static WorkflowDefinition? ReadDefinition(ObjectReader input, WorkflowSurroundings? around)
    {
        var name = input.Line("name", MaxLineLength);
        var description = input.Words("description", MaxWords);
        var priority = input.Choice<Priority>("priority", required: false);
        var surface = ReadSurface(input);
        var actor = input.Line("actor", MaxIdLength * 2, required: surface is null);
        var mode = input.Choice<ResponderMode>("responderMode", required: false);
        var mcTask = input.Line("mcTask", MaxIdLength * 2, required: false);
        var limits = input.Object("limits", ReadLimits);
        if (actor is not null && around is not null && around.Registry.Find(actor) is null)
        {
            input.Add("actor", UnknownAgent, around.NoAgent(actor));
        }

        var steps = input.Objects(
            "steps",
            MaxSteps,
            step => ReadStep(step, around, actor, surface, limits?.CostCapUsd),
            step => step.Id,
            required: true);
        if (steps.Count == 0 && input.Has("steps"))
        {
            input.Add("steps", InputError.Missing, "A workflow has at least one step.");
        }

        if (surface == Surface.OneShotTask && steps.Count > 1)
        {
            input.Add("steps", InputError.NotAllowed, "A one-shot task is one step; several are a chain or a DAG.");
        }

        CheckOrder(input, steps);
        actor ??= steps is [var first, ..]
            ? around?.InitiatorOf(first, actor, surface)?.Id ?? first.Builder ?? first.Company
            : null;
        return name is null || actor is null ? null : new WorkflowDefinition
        {
            Surface = surface,
            Name = name,
            Description = description,
            Priority = priority ?? Priority.M,
            Actor = actor,
            ResponderMode = mode ?? ResponderMode.Agents,
            McTask = mcTask,
            Limits = limits,
            Steps = steps,
        };
    }

    private static Surface? ReadSurface(ObjectReader input)
    {
        var surface = input.Choice<Surface>("surface", required: false);
        if (surface == Surface.Mesh)
        {
            input.Add("surface", InputError.NotAllowed, "A workflow of threads runs in the mesh anyway; leave the surface out.");
        }

        return surface;
    }

    private static WorkflowLimits ReadLimits(ObjectReader input) => new()
    {
        Ttl = input.Duration("ttl", RequestReader.MaxTtl),
        CostCapUsd = input.Usd("costCapUsd"),
    };

    private static WorkflowStep? ReadStep(
        ObjectReader input, WorkflowSurroundings? around, string? actor, Surface? surface, decimal? budgetUsd)
    {
        var id = input.Id("id", MaxIdLength);
        var company = input.Line("company", MaxIdLength * 2);
        var title = input.Line("title", MaxLineLength, required: surface is null);
        var purpose = input.Words("purpose", MaxWords);
        var prompt = input.Words("prompt", MaxPrompt, required: true);
        var endState = input.Choice<EndState>("endState", required: surface is null)
            ?? (surface is null || input.Has("endState") ? null : EndState.Pass);
        var after = input.Has("after") ? input.Lines("after", MaxSteps, MaxIdLength) : null;
        var builder = input.Line("builder", MaxIdLength * 2, required: false);
        var responder = input.Line("responder", MaxIdLength * 2, required: false);
        var pattern = input.Choice<Pattern>("pattern", required: false);
        var acceptance = RequestReader.ReadAcceptance(input);
        var limits = input.Object("limits", RequestReader.ReadLimits);
        var handsOn = input.Flag("handsOn") is { } said && (said || surface is not null) ? said : (bool?)null;
        var onPartial = input.Choice<StepTrouble>("onPartial", required: false);
        var onBlocked = input.Choice<StepTrouble>("onBlocked", required: false);
        var tries = (int?)input.Whole("tries", 1, MaxTries);
        input.Ignore("after");
        title ??= surface is null || input.Has("title") ? null : TitleOf(prompt);
        CheckShape(input, surface, endState, tries, acceptance);
        if (endState == EndState.Answered && pattern is not (null or Pattern.Advisory))
        {
            input.Add("pattern", InputError.NotAllowed, "Only an advisory thread ends as ANSWERED; leave the pattern out.");
        }

        var step = id is null || company is null || title is null || prompt is null || endState is null ? null : new WorkflowStep
        {
            Id = id,
            Company = company,
            Title = title,
            Purpose = purpose,
            Prompt = prompt,
            EndState = endState.Value,
            After = after ?? (surface == Surface.Dag ? [] : null),
            Builder = builder,
            Responder = responder,
            Pattern = pattern,
            Acceptance = acceptance,
            Limits = limits,
            Tries = tries,
            HandsOn = handsOn,
            OnPartial = onPartial ?? StepTrouble.End,
            OnBlocked = onBlocked ?? StepTrouble.End,
        };
        if (company is not null && around is not null)
        {
            foreach (var (path, code, message) in around.MistakesOf(
                company, endState, builder, actor, responder, pattern, surface, limits, budgetUsd))
            {
                input.Add(path, code, message);
            }
        }

        return step;
    }

    /// <summary>The first line of what is to be done, where a surface leaves the title out.</summary>
    private static string? TitleOf(string? prompt) => prompt is null
        ? null
        : WholeText.Shorten(prompt.Trim().Split('\n', 2)[0].Trim(), MaxTitleOfPrompt);

    /// <summary>What a step of a surface, or one with tries, may not say.</summary>
    private static void CheckShape(
        ObjectReader input, Surface? surface, EndState? endState, int? tries, IReadOnlyList<AcceptanceCriterion> acceptance)
    {
        if (surface is Surface.Chain or Surface.OneShotTask && input.Has("after"))
        {
            input.Add("after", InputError.NotAllowed, "The steps of a chain come one after the other; a DAG says their order.");
        }

        if (endState == EndState.Answered)
        {
            if (tries > 1)
            {
                input.Add("tries", InputError.NotAllowed, "Advice is not judged, so nothing of it is tried again.");
            }
        }
        else if (surface is not null && !acceptance.Any(criterion => criterion.Required))
        {
            input.Add(
                "acceptance",
                InputError.Missing,
                "This is missing: at least one criterion that is required, or nothing could be verified.");
        }
    }

    /// <summary>Every dependency exists, and none leads back to its step.</summary>
    private static void CheckOrder(ObjectReader input, IReadOnlyList<WorkflowStep> steps)
    {
        var ids = steps.Select(step => step.Id).ToHashSet();
        foreach (var step in steps)
        {
            foreach (var unknown in (step.After ?? []).Where(id => !ids.Contains(id)))
            {
                var meant = NearestName.Of(unknown, ids);
                input.Add(
                    "steps",
                    UnknownStep,
                    $"'{step.Id}' comes after '{unknown}', which is no step"
                    + $"{(meant is null ? "." : $"; do you mean '{meant}'?")}");
            }
        }

        // What has nothing before it goes, again and again; what is left goes round in a circle, or waits for what does.
        var before = steps.Index().ToDictionary(
            one => one.Index, one => BeforeOf(steps, one.Index).Where(ids.Contains).ToHashSet());
        while (before.FirstOrDefault(one => one.Value.Count == 0) is { Value: not null } free)
        {
            before.Remove(free.Key);
            foreach (var others in before.Values)
            {
                others.Remove(steps[free.Key].Id);
            }
        }

        if (before.Count > 0)
        {
            var names = string.Join(", ", before.Keys.Order().Select(at => $"'{steps[at].Id}'"));
            input.Add("steps", Cycle, $"These steps wait for each other, or for steps that do: {names}. Leave one 'after' out.");
        }
    }

    /// <summary>The steps that come before a step: those that it names, or else the one that stands before it.</summary>
    internal static IEnumerable<string> BeforeOf(IReadOnlyList<WorkflowStep> steps, int index) =>
        steps[index].After ?? (index == 0 ? [] : [steps[index - 1].Id]);
}
