using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Host;

namespace DurableMesh.Cli.Demo;

/// <summary><c>mesh demo</c>: the whole product in one command.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    private static readonly Option<bool> Crash = new("--crash")
    {
        Description =
            "Kill the mesh with SIGKILL in the middle of round 2, start it again, and prove that nothing was lost or doubled.",
    };

    private static readonly Option<bool> Keep = new("--keep")
    {
        Description = "Leave the mesh and both agents running at the end, until Ctrl-C.",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var port = UpCommand.Port();
        var command = new Command("demo", "See it work: a builder and a verifier mend a real library, round by round, to PASS.")
        {
            Crash,
            Keep,
            port,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new DemoOptions(
                parsed.GetValue(port), parsed.GetValue(Crash), parsed.GetValue(Keep), parsed.WantsJson(), parsed.MeshKey());
            MeshHost.DemandFree(options.Port);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Limit);
            try
            {
                await using var run = new DemoRun(Installation.Find(), options, terminal);
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
                    $"The demo did not come to its end within {Limit.TotalMinutes:0} minutes; its logs are under .mesh/demo.");
            }
        });
        return command;
    }
}
