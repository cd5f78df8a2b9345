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

    private static WorkflowDefinition? ReadDefinition(ObjectReader input, WorkflowSurroundings? around)
    {
        var name = input.Line("name", MaxLineLength);
        var description = input.Words("description", MaxWords);
        var priority = input.Choice<Priority>("priority", required: false);
        var actor = input.Line("actor", MaxIdLength * 2);
        var mode = input.Choice<ResponderMode>("responderMode", required: false);
        var mcTask = input.Line("mcTask", MaxIdLength * 2, required: false);
        var limits = input.Object("limits", ReadLimits);
        if (actor is not null && around is not null && around.Registry.Find(actor) is null)
        {
            input.Add("actor", UnknownAgent, around.NoAgent(actor));
        }

        var steps = input.Objects(
            "steps", MaxSteps, step => ReadStep(step, around, actor, limits?.CostCapUsd), step => step.Id, required: true);
        if (steps.Count == 0 && input.Has("steps"))
        {
            input.Add("steps", InputError.Missing, "A workflow has at least one step.");
        }

        CheckOrder(input, steps);
        return name is null || actor is null ? null : new WorkflowDefinition
        {
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

    private static WorkflowLimits ReadLimits(ObjectReader input) => new()
    {
        Ttl = input.Duration("ttl", RequestReader.MaxTtl),
        CostCapUsd = input.Usd("costCapUsd"),
    };

    private static WorkflowStep? ReadStep(ObjectReader input, WorkflowSurroundings? around, string? actor, decimal? budgetUsd)
    {
        var id = input.Id("id", MaxIdLength);
        var company = input.Line("company", MaxIdLength * 2);
        var title = input.Line("title", MaxLineLength);
        var purpose = input.Words("purpose", MaxWords);
        var prompt = input.Words("prompt", MaxPrompt, required: true);
        var endState = input.Choice<EndState>("endState");
        var after = input.Has("after") ? input.Lines("after", MaxSteps, MaxIdLength) : null;
        var builder = input.Line("builder", MaxIdLength * 2, required: false);
        var responder = input.Line("responder", MaxIdLength * 2, required: false);
        var pattern = input.Choice<Pattern>("pattern", required: false);
        var acceptance = RequestReader.ReadAcceptance(input);
        var limits = input.Object("limits", RequestReader.ReadLimits);
        var handsOn = input.Flag("handsOn") ?? false;
        var onPartial = input.Choice<StepTrouble>("onPartial", required: false);
        var onBlocked = input.Choice<StepTrouble>("onBlocked", required: false);
        input.Ignore("after");
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
            After = after,
            Builder = builder,
            Responder = responder,
            Pattern = pattern,
            Acceptance = acceptance,
            Limits = limits,
            HandsOn = handsOn,
            OnPartial = onPartial ?? StepTrouble.End,
            OnBlocked = onBlocked ?? StepTrouble.End,
        };
        if (company is not null && around is not null)
        {
            foreach (var (path, code, message) in around.MistakesOf(
                company, endState, builder ?? actor, builder is not null, responder, pattern, limits, budgetUsd))
            {
                input.Add(path, code, message);
            }
        }

        return step;
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
