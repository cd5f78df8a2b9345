using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Demo.CodingAgents;
using DurableMesh.Cli.Host;

namespace DurableMesh.Cli.Demo;

/// <summary><c>mesh demo</c>: the whole product in one command.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan LimitOfCodingAgents = TimeSpan.FromMinutes(20);

    private static readonly Option<bool> Crash = new("--crash")
    {
        Description =
            "Kill the mesh with SIGKILL in the middle of round 2, start it again, and prove that nothing was lost or doubled.",
    };

    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Leave the mesh and both agents running at the end, until Ctrl-C.",
    };

    private static readonly Option<string?> With = new("--with")
    {
        Description =
            "Let a real coding agent, pi or opencode, play both parts over a scripted model, once with its sessions resumed " +
            "and once without, and show what each round cost. npm installs it at the first time.",
        HelpName = "NAME",
    };

    private static readonly Option<bool> Workflow = new("--workflow")
    {
        Description =
            "Run the sample workflow CodeCraft → Securion → Proveo instead, with a SIGKILL of the mesh in its second step, " +
            "and check its evidence with that of its threads.",
    };

    static DemoCommand() => With.AcceptOnlyFromAmong("pi", "opencode");

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var port = UpCommand.Port();
        var command = new Command("demo", "See it work: a builder and a verifier mend a real library, round by round, to PASS.")
        {
            Crash,
            Keep,
            With,
            Workflow,
            port,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(With) is not null && (result.GetValue(Crash) || result.GetValue(Keep)))
            {
                result.AddError("--with goes with neither --crash nor --keep.");
            }

            if (result.GetValue(Workflow)
                && (result.GetValue(With) is not null || result.GetValue(Crash) || result.GetValue(Keep)))
            {
                result.AddError("--workflow goes with neither --with nor --crash nor --keep.");
            }
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new DemoOptions(
                parsed.GetValue(port), parsed.GetValue(Crash), parsed.GetValue(Keep), parsed.WantsJson(), parsed.MeshKey());
            MeshHost.DemandFree(options.Port);
            if (parsed.GetValue(With) is { } preset)
            {
                options = options with { With = await InstallAsync(preset, terminal, cancellation) };
            }

            var most = options.With is null ? Limit : LimitOfCodingAgents;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(most);
            try
            {
                if (parsed.GetValue(Workflow))
                {
                    await using var workflow = new WorkflowDemo(Installation.Find("demo"), options, terminal);
                    return await workflow.RunAsync(limit.Token) ? ExitCode.Done : ExitCode.Refused;
                }

                await using var run = new DemoRun(Installation.Find("demo"), options, terminal);
                var passed = await run.RunAsync(limit.Token);
                if (options.Keep && passed)
                {
                    await run.KeepAsync(cancellation);
                }

                return passed ? ExitCode.Done : ExitCode.Refused;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new CliException(
                    ExitCode.Refused,
                    $"The demo did not come to its end within {most.TotalMinutes:0} minutes; its logs are under .mesh/demo.");
            }
        });
        return command;
    }

    private static async Task<CodingAgentProgram> InstallAsync(string preset, Terminal terminal, CancellationToken cancellation)
    {
        var installation = new CodingAgentInstallation(Path.Combine(Installation.Find("demo").Root, "samples", "coding-agents"));
        return await terminal.WorkAsync(
            $"installing {preset}", _ => installation.EnsureAsync(preset, terminal.Pass, cancellation)) is { } reason
            ? throw new CliException(ExitCode.Refused, $"The demo with {preset} cannot be shown here: {reason}")
            : new CodingAgentProgram(preset, installation.ProgramOf(preset)!);
    }
}
