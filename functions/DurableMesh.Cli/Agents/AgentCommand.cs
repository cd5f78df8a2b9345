using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary><c>mesh agent run</c>: makes any command a peer on the mesh.</summary>
internal static class AgentCommand
{
    private static readonly Option<string> As = new("--as") { Description = "The agent's id.", HelpName = "ID", Required = true };

    private static readonly Option<string> Exec = new("--exec")
    {
        Description =
            "The command line that answers a message. It gets {thread, brief, message} as JSON on standard input, and " +
            "MESH_THREAD, MESH_AGENT, MESH_URL and MESH_KEY in its environment. What it prints is sent as it is printed: a line that " +
            "begins with { is a message (kind, body, checks, artifacts, verdict, usage); all other lines together are one " +
            "answer, submission or note.",
        HelpName = "CMD",
        Required = true,
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
        Description = "Run the command for these kinds of messages only, for instance --only brief verdict. [default: all]",
        HelpName = "KIND",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<decimal?> WorstCase = new("--worst-case")
    {
        Description =
            "What one run of the command can cost at most, in US dollars. It is reserved before each run, so that a run that does " +
            "not fit the thread's cost cap or the day's budgets ends the thread and is not made.",
        HelpName = "USD",
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<decimal?>() is <= 0 or > UsdRounding.MaxUsd)
                {
                    result.AddError($"--worst-case is more than 0 and at most {UsdRounding.MaxUsd} US dollars.");
                }
            },
        },
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var run = new Command("run", "Answer an agent's messages with a command, until stopped.")
        {
            As, Exec, Parallel, Only, WorstCase,
        };
        run.SetAction(async (parsed, cancellation) =>
        {
            var options = new AgentOptions(
                parsed.GetRequiredValue(As),
                parsed.GetRequiredValue(Exec),
                parsed.GetValue(Parallel),
                parsed.GetValue(Only) ?? [],
                parsed.MeshKey(),
                parsed.GetValue(WorstCase));
            void Say(string line) => terminal.Pass($"mesh agent {options.Agent}: {line}");

            using var file = ProgressFile.Open(Path.Combine(Installation.Find().Home, "agents"), options.Agent);
            var mesh = new MeshLink(parsed.Connect(), Say, TimeProvider.System);
            var conversation = new AgentConversation(options, mesh, terminal.Pass, TimeProvider.System)
            {
                Sent = receipt => Report(receipt, parsed.WantsJson(), terminal),
            };
            using var runner = new AgentRunner(options, mesh, conversation, new InboxLedger(file.Load(), file.Save));
            Say($"at work; answering with: {options.Command}");
            try
            {
                await runner.RunAsync(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                Say("stopped");
            }

            return ExitCode.Done;
        });
        return new Command("agent", "Agents.") { run };
    }

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
