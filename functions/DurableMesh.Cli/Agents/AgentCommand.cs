using System.CommandLine;
using DurableMesh.Agents;
using DurableMesh.Agents.Commands;
using DurableMesh.Agents.Runs;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary><c>mesh agent</c>: makes a command a peer on the mesh, and says how it gets on.</summary>
internal static class AgentCommand
{
    private static readonly Option<string> Exec = new("--exec")
    {
        Description =
            "The command line that answers a message. It gets {thread, brief, message, since} as JSON on standard input. What " +
            "it prints is the submission, or the answer to a question; verdicts, findings and usage go to the file " +
            "$MESH_REPLY, for instance with 'mesh reply'. MESH_THREAD, MESH_AGENT, MESH_URL and MESH_KEY are set too.",
        HelpName = "CMD",
    };

    private static readonly Option<int> Parallel = CommonOptions.Between(
        1,
        256,
        new("--parallel")
        {
            Description = "How many threads it works on at once.",
            HelpName = "N",
            DefaultValueFactory = _ => 4,
        });

    private static readonly Option<MessageKind[]> Only = new("--only")
    {
        Description =
            "Answer these kinds of messages only, for instance --only brief verdict. A finding is answered where it is named " +
            "here. [default: all that give the agent the move]",
        HelpName = "KIND",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<TimeSpan> Timeout = Durations.Option(
        "--timeout",
        "How long one run may take; then its processes are ended, and it counts as failed.",
        TimeSpan.FromMinutes(30));

    private static readonly Option<TimeSpan> RetryFor = Durations.Option(
        "--retry-for",
        "For how long a message is tried again whose command fails. A command that exits with 75 is tried until the thread ends.",
        TimeSpan.FromMinutes(10));

    private static readonly Option<TimeSpan> Lease = Durations.Option(
        "--lease",
        "For how long the mesh keeps a message for this runner when it does not hear of it, at most PT10M. A link that is cut " +
        "for longer ends the run, as another machine may have the message then.",
        TimeSpan.FromSeconds(60),
        TimeSpan.FromMinutes(10));

    private static readonly Option<string> Device = new("--device")
    {
        Description = "The machine, for people who look at who is at work. [default: this machine's name]",
        HelpName = "NAME",
        DefaultValueFactory = _ => Environment.MachineName,
    };

    private static readonly Option<decimal?> WorstCase = Money(
        "--worst-case",
        "What one run of the command can cost at most, in US dollars. It is reserved before each run, so that a run that does " +
        "not fit the thread's cost cap or the day's budgets ends the thread and is not made.");

    private static readonly Option<decimal?> CostPerRun = Money(
        "--cost-per-run",
        "What a run costs that does not say so, in US dollars. [default: what was reserved for it]");

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var id = As();
        var workspace = new WorkspaceOption();
        var presets = new PresetOptions();
        var run = new Command("run", "Answer an agent's messages with a command or a preset, until stopped.")
        {
            id, Exec, Parallel, Only, Timeout, RetryFor, Lease, Device, WorstCase, CostPerRun, workspace.Option,
        };
        foreach (var option in presets.All)
        {
            run.Options.Add(option);
        }

        run.Validators.Add(result =>
        {
            if (presets.IsNamedIn(result) == (result.GetResult(Exec) is not null))
            {
                result.AddError("Give a command with --exec, or a preset with --with NAME: one of them.");
            }
        });
        run.SetAction(async (parsed, cancellation) =>
        {
            var agent = parsed.GetRequiredValue(id);
            var mesh = parsed.Connect();
            using var home = Open(terminal, agent);
            var options = new MeshAgentOptions
            {
                Agent = agent,
                Parallel = parsed.GetValue(Parallel),
                Only = parsed.GetValue(Only) ?? [],
                Timeout = parsed.GetValue(Timeout),
                RetryFor = parsed.GetValue(RetryFor),
                Lease = parsed.GetValue(Lease),
                Device = parsed.GetRequiredValue(Device),
                WorstCaseUsd = parsed.GetValue(WorstCase),
                CostPerRunUsd = parsed.GetValue(CostPerRun),
                Key = parsed.MeshKey(),
                Workspaces = workspace.Of(parsed, home.Folder, agent),
                Resting = () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true),
                Sent = receipt => Report(receipt, parsed.WantsJson(), terminal),
            };
            var line = parsed.GetValue(Exec);
            IAgentHandler handler = line is null
                ? presets.HandlerOf(parsed, home.Folder, mesh, options.Workspaces)
                : new CommandHandler(new CommandOptions(line, mesh.Address, options.Key) { OnErrorLine = terminal.Pass });
            var log = new TerminalLog(terminal, $"mesh agent {agent}");
            using var runner = new AgentRunner(options, handler, mesh, home, log, TimeProvider.System);
            terminal.Pass($"mesh agent {agent}: at work; answering with: {line ?? presets.NameIn(parsed)}");
            try
            {
                await runner.RunAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                terminal.Pass($"mesh agent {agent}: stopped");
            }

            return ExitCode.Done;
        });
        return new Command("agent", "Make a command a peer, and see how it gets on.")
        {
            run, AgentStatusCommand.CreateStatus(terminal), AgentStatusCommand.CreateRetry(terminal),
            AgentDoctorCommand.Create(terminal),
        };
    }

    /// <summary>The option that names the agent.</summary>
    public static Option<string> As() => new("--as") { Description = "The agent's id.", HelpName = "ID", Required = true };

    /// <summary>Opens an agent's folder on this machine.</summary>
    /// <exception cref="CliException">Another runner has it, or it cannot be written.</exception>
    public static AgentHome Open(Terminal terminal, string agent)
    {
        try
        {
            return AgentHome.Open(MeshFolder.Of(terminal).Private().Agents, agent);
        }
        catch (AgentHomeException unusable)
        {
            throw new CliException(ExitCode.Usage, unusable.Message, unusable);
        }
    }

    private static Option<decimal?> Money(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "USD",
        Validators =
        {
            result =>
            {
                if (result.ValueIfAny<decimal>() is <= 0 or > UsdRounding.MaxUsd)
                {
                    result.AddError($"{name} is more than 0 and at most {UsdRounding.MaxUsd} US dollars.");
                }
            },
        },
    };

    private static void Report(Receipt receipt, bool asJson, Terminal terminal)
    {
        if (asJson)
        {
            terminal.WriteJson(receipt, CliJson.Context.Receipt);
        }
        else if (receipt.Kind != ReceiptKind.Rejected)
        {
            var outcome = ThreadWords.Of(receipt.Kind);
            terminal.Say($"{receipt.ThreadId}  {receipt.MessageId}  {outcome} as message {receipt.Sequence}");
        }
    }
}
