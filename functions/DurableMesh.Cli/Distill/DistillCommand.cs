using System.CommandLine;
using System.Text;
using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Agents.Runs;
using DurableMesh.Cli.Agents;
using DurableMesh.Cli.Artifacts;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Distillation;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Cli.Distill;

/// <summary><c>mesh distill</c>: drafts that pass a baseline, and what became of the others.</summary>
internal static class DistillCommand
{
    private const string DefaultDistiller = "agentforge-distiller";
    private const string DefaultComparator = "datavera-comparator";
    private const string DistillerKeyVariable = "MESH_DISTILLER_KEY";
    private const string ComparatorKeyVariable = "MESH_COMPARATOR_KEY";

    private static readonly Option<string> Drafts = FileOption(
        "--drafts", "The drafts, JSON Lines: {\"id\", \"question\", \"answer\"}.");

    private static readonly Option<string> Baseline = FileOption("--baseline", "The baseline, in the same form.");

    private static readonly Option<string> Out = FileOption("--out", "Where the drafts go that passed.");

    private static readonly Option<string?> ReportFile = new("--report")
    {
        Description = "Where the report goes too, as JSON.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Distiller = AgentOption(
        "--distiller", "The agent that asks.", DefaultDistiller);

    private static readonly Option<string> Comparator = AgentOption(
        "--comparator", "The agent that compares.", DefaultComparator);

    private static readonly Option<bool> Elsewhere = new("--comparator-elsewhere")
    {
        Description = "The comparator is at work elsewhere, or the mesh reaches it. [default: rules over the baseline, here]",
    };

    private static readonly Option<string?> Mend = new("--mend")
    {
        Description =
            "A command that mends a draft: it finds {\"draft\", \"judgement\"} on its standard input and prints the draft as " +
            "it should be. [default: the comparator's own proposals]",
        HelpName = "COMMAND",
    };

    private static readonly Option<int> Batch = CommonOptions.Between(1, DraftBatch.MaxDrafts, new Option<int>("--batch")
    {
        Description = "How many drafts share a thread.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    });

    private static readonly Option<int> Parallel = CommonOptions.Between(1, 64, new Option<int>("--parallel")
    {
        Description = "How many threads are open at once.",
        HelpName = "N",
        DefaultValueFactory = _ => 8,
    });

    private static readonly Option<int> MaxRounds = CommonOptions.Between(1, 20, new Option<int>("--max-rounds")
    {
        Description = "How often a draft is judged at most.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    });

    private static readonly Option<TimeSpan?> Ttl = Durations.Optional("--ttl", "How long a thread may take.");

    private static readonly Option<decimal?> CostCap = new("--cost-cap")
    {
        Description = "What a thread may cost, in US dollars.",
        HelpName = "USD",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) =>
        new("distill", "Keep the drafts that would pass a baseline.") { CreateRun(terminal), CreateComparator(terminal) };

    private static Command CreateRun(Terminal terminal)
    {
        var command = new Command("run", "Have each draft judged in a thread, mend what can be mended, keep what passes.")
        {
            Drafts, Baseline, Out, ReportFile, Distiller, Comparator, Elsewhere, Mend, Batch, Parallel, MaxRounds, Ttl, CostCap,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var drafts = await ReadAsync(parsed.GetRequiredValue(Drafts), terminal, cancellation);
            var baseline = await ReadAsync(parsed.GetRequiredValue(Baseline), terminal, cancellation);
            using var index = new BaselineIndex(baseline);
            var options = new DistillOptions
            {
                Distiller = parsed.GetRequiredValue(Distiller),
                Comparator = parsed.GetRequiredValue(Comparator),
                Batch = parsed.GetValue(Batch),
                Parallel = parsed.GetValue(Parallel),
                MaxRounds = parsed.GetValue(MaxRounds),
                Mend = parsed.GetValue(Mend),
                Limits = new LimitsRequest { Ttl = parsed.GetValue(Ttl), CostCapUsd = parsed.GetValue(CostCap) },
            };
            var mesh = ConnectAs(parsed, terminal, options.Distiller, DistillerKeyVariable);
            var run = new DistillRun(
                parsed.Connect(), mesh, options, new BaselineBrief(baseline, index), terminal, TimeProvider.System);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var comparing = parsed.GetValue(Elsewhere)
                ? Task.Delay(Timeout.Infinite, stop.Token)
                : CompareAsync(
                    parsed,
                    ConnectAs(parsed, terminal, options.Comparator, ComparatorKeyVariable),
                    options.Comparator,
                    index,
                    terminal,
                    stop.Token);
            var distilling = run.RunAsync(drafts, stop.Token);

            // Where the comparator cannot work, nobody would answer.
            await await Task.WhenAny(distilling, comparing);
            var (report, kept) = await distilling;
            await stop.CancelAsync();
            await comparing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            await WriteAsync(parsed.GetRequiredValue(Out), LinesOf(kept), cancellation);
            var json = JsonSerializer.Serialize(report, CliJson.Context.DistillReport);
            if (parsed.GetValue(ReportFile) is { } file)
            {
                await WriteAsync(file, json + "\n", cancellation);
            }

            if (parsed.WantsJson())
            {
                terminal.WriteJson(json);
            }
            else
            {
                report.WriteTo(terminal);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateComparator(Terminal terminal)
    {
        var id = AgentCommand.As();
        var command = new Command("comparator", "Answer as a comparator, by rules over a baseline, until stopped.")
        {
            id, Baseline,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var agent = parsed.GetRequiredValue(id);
            using var index = new BaselineIndex(await ReadAsync(parsed.GetRequiredValue(Baseline), terminal, cancellation));
            terminal.Pass($"mesh distill comparator {agent}: at work");
            try
            {
                await CompareAsync(parsed, parsed.Connect(), agent, index, terminal, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                terminal.Pass($"mesh distill comparator {agent}: stopped");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task CompareAsync(
        ParseResult parsed, MeshClient mesh, string agent, BaselineIndex index, Terminal terminal, CancellationToken cancellation)
    {
        using var home = AgentCommand.Open(terminal, agent);
        var options = new MeshAgentOptions { Agent = agent, Parallel = parsed.GetValue(Parallel), Key = parsed.MeshKey() };
        var log = new TerminalLog(terminal, $"mesh agent {agent}", LogLevel.Warning);
        using var runner = new AgentRunner(options, new BaselineComparator(index), mesh, home, log, TimeProvider.System);
        await runner.RunAsync(cancellation);
    }

    /// <summary>The mesh as an agent asks it: where keys are wanted, with its own. An operator speaks as no agent.</summary>
    private static MeshClient ConnectAs(ParseResult parsed, Terminal terminal, string agent, string variable)
    {
        var desk = parsed.Connect();
        return terminal.Variable(variable) is { } key ? MeshClient.Connect(desk.Address, key)
            : parsed.MeshKey() is null ? desk
            : throw new CliException(
                ExitCode.Usage,
                $"Set {variable} to a key of {agent}: your own creates the tasks and starts the threads, " +
                "and speaks as no agent.");
    }

    private static async Task<IReadOnlyList<QuestionAnswer>> ReadAsync(
        string file, Terminal terminal, CancellationToken cancellation)
    {
        var read = QuestionAnswerReader.ReadLines(await InputText.ReadAsync(file, terminal, cancellation));
        return read.Value ?? throw new CliException(
            ExitCode.Usage,
            $"{InputText.Name(file)} cannot be used:\n"
                + string.Join('\n', read.Errors.Select(error => $"  {error.Path}: {error.Message}")));
    }

    private static string LinesOf(IEnumerable<QuestionAnswer> kept) =>
        string.Concat(kept.Select(draft => JsonSerializer.Serialize(draft, CliJson.Context.QuestionAnswer) + "\n"));

    private static Task WriteAsync(string file, string text, CancellationToken cancellation) =>
        ArtifactFile.WriteAsync(file, Encoding.UTF8.GetBytes(text), cancellation);

    private static Option<string> FileOption(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", Required = true };

    private static Option<string> AgentOption(string name, string description, string otherwise) =>
        new(name) { Description = description, HelpName = "ID", DefaultValueFactory = _ => otherwise };
}
