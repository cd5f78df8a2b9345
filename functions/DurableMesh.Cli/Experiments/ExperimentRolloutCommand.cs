using System.CommandLine;
using System.Text.Json;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Experiments;

/// <summary>
/// <c>mesh experiment propose</c>, <c>apply</c> and <c>demote</c>: what an experiment changes in the authority table.
/// </summary>
internal static class ExperimentRolloutCommand
{
    /// <summary>The newest threads, by which the next pairs are chosen.</summary>
    public const int MostThreads = 1_000;

    private const int PageSize = 100;

    private static readonly Option<string?> By = CommonOptions.By();

    private static readonly Option<string> Why = new("--why")
    {
        Description = "On what grounds; it stands in the row.",
        Required = true,
    };

    private static readonly Option<string[]> Pair = new("--pair")
    {
        Description = "The initiator and the responder, by their ids.",
        HelpName = "INITIATOR RESPONDER",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    private static readonly Option<Pattern> PatternOf = new("--pattern")
    {
        Description = "builder-verifier, cross-device, distillation or advisory.",
        HelpName = "PATTERN",
        DefaultValueFactory = _ => Pattern.BuilderVerifier,
        CustomParser = argument =>
        {
            foreach (var pattern in Enum.GetValues<Pattern>())
            {
                if (argument.Tokens is [{ Value: var word }] && ThreadWords.Of(pattern) == word)
                {
                    return pattern;
                }
            }

            argument.AddError("--pattern is builder-verifier, cross-device, distillation or advisory.");
            return default;
        },
    };

    /// <summary>Creates <c>propose</c>.</summary>
    public static Command CreatePropose(Terminal terminal)
    {
        var file = ExperimentEvidenceFile.Argument();
        var command = new Command("propose", "Say which rows of the authority table an experiment would change.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var evidence = await ExperimentEvidenceFile.ReadRollOutAsync(parsed.GetRequiredValue(file), terminal, cancellation);
            var proposal = await ProposeAsync(parsed.Connect(), evidence, cancellation);
            Write(proposal, parsed, terminal);
            if (proposal.Changes)
            {
                terminal.Hint($"'{terminal.Mesh} experiment apply' writes it.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Creates <c>apply</c>.</summary>
    public static Command CreateApply(Terminal terminal)
    {
        var file = ExperimentEvidenceFile.Argument();
        var command = new Command("apply", "Roll a pair out: write what 'propose' says into the authority table.") { file, By };
        command.SetAction(async (parsed, cancellation) =>
        {
            var evidence = await ExperimentEvidenceFile.ReadRollOutAsync(parsed.GetRequiredValue(file), terminal, cancellation);
            var mesh = parsed.Connect();
            var proposal = await ProposeAsync(mesh, evidence, cancellation);
            await PutAsync(mesh, proposal, parsed.NameOf(By), cancellation);
            Write(proposal, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Creates <c>demote</c>.</summary>
    public static Command CreateDemote(Terminal terminal)
    {
        var command = new Command("demote", "Take a pair back to the sequential surface: retire it in the authority table.")
        {
            Pair, PatternOf, By, Why,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var pair = parsed.GetRequiredValue(Pair) is [var initiator, var responder]
                ? new ExperimentPair(initiator, responder, parsed.GetValue(PatternOf))
                : throw new CliException(ExitCode.Usage, "--pair wants an initiator and a responder.");
            var mesh = parsed.Connect();
            var demoted = await DemoteAsync(
                mesh, pair, parsed.NameOf(By), parsed.GetRequiredValue(Why), TimeProvider.System, cancellation);
            Write(demoted, parsed, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Retires a pair; where it is retired already nothing changes.</summary>
    public static async Task<RolloutProposal> DemoteAsync(
        MeshClient mesh, ExperimentPair pair, string? by, string why, TimeProvider time, CancellationToken cancellation)
    {
        var table = await mesh.GetAuthorityAsync(version: null, cancellation);
        var demotion = Rollout.Demote(pair, table, why, time.GetUtcNow());
        await PutAsync(mesh, demotion, by, cancellation);
        return demotion;
    }

    /// <summary>A pair's newest threads, or those of all pairs.</summary>
    public static async Task<List<ThreadView>> ThreadsAsync(
        MeshClient mesh, string? agent, string? state, Func<ThreadView, bool> counts, int most, CancellationToken cancellation)
    {
        var (found, looked, cursor) = (new List<ThreadView>(), 0, (string?)null);
        do
        {
            var page = await mesh.ListThreadsAsync(
                [("agent", agent), ("state", state), ("limit", $"{PageSize}"), ("cursor", cursor)], cancellation);
            found.AddRange(page.Threads.Where(counts));
            looked += page.Threads.Count;
            cursor = page.NextCursor;
        }
        while (cursor is not null && found.Count < most && looked < MostThreads);

        return [.. found.Take(most)];
    }

    private static async Task<RolloutProposal> ProposeAsync(
        MeshClient mesh, ExperimentEvidence evidence, CancellationToken cancellation)
    {
        var agents = await mesh.ListAgentsAsync(cancellation);
        var threads = await ThreadsAsync(mesh, agent: null, state: null, _ => true, MostThreads, cancellation);
        var table = await mesh.GetAuthorityAsync(version: null, cancellation);
        return Rollout.Propose(evidence, table, agents.Agents, threads, TimeProvider.System.GetUtcNow());
    }

    private static async Task PutAsync(MeshClient mesh, RolloutProposal proposal, string? by, CancellationToken cancellation)
    {
        if (proposal.Changes)
        {
            var table = JsonSerializer.SerializeToUtf8Bytes(
                new PutAuthorityRequest(proposal.Rows, by), CliJson.Context.PutAuthorityRequest);
            await mesh.PutAuthorityAsync(table, proposal.Version, cancellation);
        }
    }

    private static void Write(RolloutProposal proposal, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(proposal, CliJson.Context.RolloutProposal);
            return;
        }

        if (!proposal.Changes)
        {
            terminal.Out.MarkupLine("Nothing changes: the table says so already.");
        }

        foreach (var row in (AuthorityRow[])[proposal.Row, .. proposal.Pilots])
        {
            terminal.Out.MarkupLineInterpolated($"[bold]{ThreadWords.Of(row.Status)}[/]  {row.Id}");
            terminal.Out.MarkupLineInterpolated($"[grey]    {row.Why}[/]");
        }

        if (proposal.Pilots.Count < Rollout.NextPairs && proposal.Row.Status == AuthorityStatus.Active)
        {
            terminal.Hint(
                $"{proposal.Pilots.Count} of the next {Rollout.NextPairs} pairs come on trial: "
                + "there are no more that may not yet.");
        }
    }
}
