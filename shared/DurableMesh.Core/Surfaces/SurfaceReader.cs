using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Surfaces;

/// <summary>Reads persistent agents, their tasks and schedules strictly.</summary>
public static class SurfaceReader
{
    /// <summary>The most runs of an instance.</summary>
    public const int MostRuns = 10_000;

    private const int DefaultRuns = 1000;
    private const int MaxNameLength = 64;
    private const int MaxLineLength = 500;
    private const int MaxPrompt = 8000;

    private static readonly TimeSpan DefaultTtl = TimeSpan.FromDays(30);
    private static readonly TimeSpan LeastTtl = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostTtl = TimeSpan.FromDays(3660);

    /// <summary>Reads the body of <c>POST /surfaces/schedules</c>.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="around">What its workflow is held against.</param>
    /// <param name="mistakes">What is wrong with a cron expression and a time zone, by field.</param>
    public static ReadResult<SurfaceOpening> ReadSchedule(
        ReadOnlyMemory<byte> utf8,
        WorkflowSurroundings around,
        Func<string, string, IEnumerable<(string Path, string Code, string Message)>> mistakes) => JsonInput.Read(utf8, input =>
        {
            var name = ReadName(input);
            var cron = input.Line("cron", MaxLineLength);
            var timeZone = input.Line("timeZone", MaxLineLength, required: false) ?? "Etc/UTC";
            var missed = input.Choice<MissedFires>("missed", required: false) ?? MissedFires.Skip;
            var limits = input.Object("limits", ReadLimits, required: true);
            var workflow = input.Object(
                "workflow",
                one =>
                {
                    var definition = WorkflowReader.ReadDefinition(one, around);
                    if (definition is { McTask: null })
                    {
                        one.Add("mcTask", InputError.Missing, "This is missing: the MC task that the workflow works on.");
                    }

                    return definition;
                },
                required: true);
            foreach (var (path, code, message) in cron is null ? [] : mistakes(cron, timeZone))
            {
                input.Add(path, code, message);
            }

            if (workflow is not null && limits is not null && around.CostCapOf(workflow) > limits.CostCapUsd)
            {
                input.Add(
                    "limits.costCapUsd",
                    InputError.OutOfRange,
                    FormattableString.Invariant(
                        $"One run may cost {around.CostCapOf(workflow)} US dollars, which is more than all runs together may."));
            }

            return name is null || cron is null || limits is null || workflow is null ? null : new SurfaceOpening
            {
                Kind = SurfaceKind.Cron,
                Name = name,
                Limits = limits,
                Schedule = new ScheduleInput(cron, timeZone, missed, workflow),
            };
        });

    /// <summary>Reads the body of <c>POST /surfaces/agents</c>.</summary>
    /// <param name="utf8">The body.</param>
    /// <param name="registry">The agents.</param>
    public static ReadResult<SurfaceOpening> ReadAgent(ReadOnlyMemory<byte> utf8, AgentRegistry registry) =>
        JsonInput.Read(utf8, input =>
        {
            var name = ReadName(input);
            var builder = ReadAgent(input, "builder", registry);
            var verifier = ReadAgent(input, "verifier", registry);
            var limits = input.Object("limits", ReadLimits, required: true);
            if (builder is not null && builder.Id == verifier?.Id)
            {
                input.Add("verifier", InputError.NotAllowed, "The builder does not verify itself.");
            }

            return name is null || builder is null || verifier is null || limits is null ? null : new SurfaceOpening
            {
                Kind = SurfaceKind.AgentFactory,
                Name = name,
                Limits = limits,
                Agent = new AgentInput(builder.Id, verifier.Id, verifier.Company),
            };
        });

    /// <summary>Reads the body of <c>POST /surfaces/agents/{name}/tasks</c>.</summary>
    /// <param name="utf8">The body.</param>
    public static ReadResult<AgentTask> ReadTask(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var mcTask = input.Line("mcTask", MaxNameLength * 2);
        var subject = input.Line("subject", MaxLineLength);
        var prompt = input.Words("prompt", MaxPrompt, required: true);
        var acceptance = RequestReader.ReadAcceptance(input);
        var costCap = input.Usd("costCapUsd");
        if (!acceptance.Any(criterion => criterion.Required))
        {
            input.Add("acceptance", InputError.Missing, "This is missing: at least one criterion that is required.");
        }

        return mcTask is null || subject is null || prompt is null ? null : new AgentTask
        {
            McTask = mcTask,
            Subject = subject,
            Prompt = prompt,
            Acceptance = acceptance,
            CostCapUsd = costCap,
        };
    });

    private static string? ReadName(ObjectReader input)
    {
        var name = input.Id("name", MaxNameLength);
        if (name is null || name.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one == '-'))
        {
            return name;
        }

        input.Add("name", InputError.InvalidValue, "This must be of a to z in lower case, 0 to 9 and -.");
        return null;
    }

    private static AgentView? ReadAgent(ObjectReader input, string field, AgentRegistry registry)
    {
        if (input.Line(field, MaxNameLength * 2) is not { } name)
        {
            return null;
        }

        if (registry.Find(name) is { } agent)
        {
            return agent;
        }

        var meant = NearestName.Of(name, registry.Agents.SelectMany(one => one.Aliases.Prepend(one.Id)));
        input.Add(
            field,
            WorkflowReader.UnknownAgent,
            $"There is no agent '{name}'{(meant is null ? "" : $"; do you mean '{meant}'?")}.");
        return null;
    }

    private static SurfaceLimits? ReadLimits(ObjectReader input)
    {
        var ttl = input.Duration("ttl", LeastTtl, MostTtl, required: false) ?? DefaultTtl;
        var costCap = input.Usd("costCapUsd", required: true);
        var runs = (int?)input.Whole("runs", 1, MostRuns) ?? DefaultRuns;
        if (costCap is <= 0)
        {
            input.Add("costCapUsd", InputError.OutOfRange, "This must be more than zero.");
        }

        return costCap is null ? null : new SurfaceLimits(ttl, costCap.Value, runs);
    }
}
