using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Dispatch;

/// <summary>
/// Reads a dispatch strictly: what is unknown, missing or out of range, and a shape that a forced surface cannot have, are
/// errors, and all come at once. Total: no input makes it throw.
/// </summary>
public static class DispatchReader
{
    private const int MaxIdLength = 128;
    private const int MaxTurns = 1_000_000;

    /// <summary>Reads the body of <c>POST /dispatch</c>.</summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<DispatchRequest> Read(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var mcTask = input.Line("mcTask", MaxIdLength);
        var priority = input.Choice<Priority>("priority", required: false);
        var brief = input.Object("brief", ReadBrief, required: true);
        var company = input.Line("company", MaxIdLength, required: false);
        var initiator = input.Line("initiator", MaxIdLength, required: false);
        var responder = input.Line("responder", MaxIdLength, required: false);
        var pattern = input.Choice<Pattern>("pattern", required: false) ?? Pattern.BuilderVerifier;
        var surface = input.Choice<Surface>("surface", required: false);
        var limits = input.Object("limits", ReadLimits);
        CheckPattern(input, pattern);
        CheckSurface(input, surface, limits);
        return mcTask is null || brief is null ? null : new DispatchRequest
        {
            McTask = mcTask,
            Priority = priority ?? Priority.M,
            Brief = brief,
            Company = company,
            Initiator = initiator,
            Responder = responder,
            Pattern = pattern,
            Surface = surface,
            Limits = limits,
        };
    });

    private static Brief? ReadBrief(ObjectReader input)
    {
        var brief = RequestReader.ReadBrief(input);
        if (brief is not null && !brief.Acceptance.Any(criterion => criterion.Required))
        {
            input.Add(
                "acceptance",
                InputError.Missing,
                "This is missing: at least one criterion that is required, or nothing could be verified.");
        }

        return brief;
    }

    private static DispatchLimits ReadLimits(ObjectReader input) => new()
    {
        Ttl = input.Duration("ttl", RequestReader.MaxTtl),
        CostCapUsd = input.Usd("costCapUsd"),
        MaxTurns = (int?)input.Whole("maxTurns", 1, MaxTurns),
        Tries = (int?)input.Whole("tries", 1, WorkflowReader.MaxTries),
    };

    private static void CheckPattern(ObjectReader input, Pattern pattern)
    {
        var objection = pattern switch
        {
            Pattern.Advisory => "Nobody verifies advice, so it is not dispatched: start an advisory thread (POST /threads), "
                + "or ask a persistent agent (docs/surfaces.md).",
            Pattern.Sequential => "That is no use of the mesh; to keep the work out of it, name a sequential surface.",
            _ => null,
        };
        if (objection is not null)
        {
            input.Add("pattern", InputError.NotAllowed, objection);
        }
    }

    private static void CheckSurface(ObjectReader input, Surface? surface, DispatchLimits? limits)
    {
        (string Path, string Objection)? wrong = surface switch
        {
            Surface.AgentFactory => ("surface", "A persistent agent is made once and then asked (docs/surfaces.md)."),
            Surface.Cron => ("surface", "A cron run has a schedule, which a dispatch has not (docs/surfaces.md)."),
            Surface.Mesh when limits?.Tries is not null =>
                ("limits.tries", "In the mesh the two agents talk until the work passes; only sequential surfaces try anew."),
            not (null or Surface.Mesh) when limits?.MaxTurns is not null =>
                ("limits.maxTurns", "Each try of a sequential surface is one round; leave this out, or bound limits.tries."),
            _ => null,
        };
        if (wrong is var (path, objection))
        {
            input.Add(path, InputError.NotAllowed, objection);
        }
    }
}
