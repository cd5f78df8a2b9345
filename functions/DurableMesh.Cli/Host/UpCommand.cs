using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using Spectre.Console;

namespace DurableMesh.Cli.Host;

/// <summary>What <c>mesh up --json</c> prints once the mesh is ready, or stands by for the one that is.</summary>
internal sealed record HostView(Uri Url, int ProcessId, bool StandsBy);

/// <summary><c>mesh up</c>: runs the mesh in the foreground.</summary>
internal static class UpCommand
{
    /// <summary>The port where the mesh answers unless somebody says otherwise.</summary>
    public const int DefaultPort = 7071;

    /// <summary>The option that chooses the port.</summary>
    public static Option<int> Port() => CommonOptions.Between(
        1,
        65_535,
        new("--port", "-p") { Description = "The port, on 127.0.0.1.", DefaultValueFactory = _ => DefaultPort });

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var port = Port();
        var command = new Command("up", "Run the mesh here, until Ctrl-C.") { port };
        command.SetAction(async (parsed, cancellation) =>
        {
            MeshHost.DemandFree(parsed.GetValue(port));
            var program = HostProgram.Find("up", terminal);
            await using var host = await terminal.WorkAsync("starting the mesh", _ => MeshHost.StartAsync(
                program, parsed.GetValue(port), mayStandBy: true, terminal.Pass, cancellation));
            if (parsed.WantsJson())
            {
                terminal.WriteJson(new HostView(host.Address, host.ProcessId, host.StandsBy), CliJson.Context.HostView);
            }
            else if (host.StandsBy)
            {
                terminal.Out.MarkupLineInterpolated(
                    $"[yellow]Standing by[/] at [bold]{host.Address}[/]  (process {host.ProcessId}; Ctrl-C stops it)");
            }
            else
            {
                terminal.Out.MarkupLineInterpolated(
                    $"[green]The mesh is up[/] at [bold]{host.Address}[/]  (process {host.ProcessId}; Ctrl-C stops it)");
                var url = parsed.GetValue(port) == DefaultPort ? "" : $" --url {host.Address.AbsoluteUri.TrimEnd('/')}";
                terminal.Out.MarkupLineInterpolated(
                    $"[grey]Look at it in a browser: {host.Address}  ·  in another terminal:  {terminal.Mesh} doctor{url}[/]");
            }

            try
            {
                await host.WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return ExitCode.Done;
            }

            throw new CliException(ExitCode.Unreachable, "The mesh stopped by itself; what it said stands above.");
        });
        return command;
    }
}
