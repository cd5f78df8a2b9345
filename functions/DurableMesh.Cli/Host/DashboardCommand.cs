using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Cli.Host;

/// <summary><c>mesh dashboard</c>: opens the mesh's pages in the browser.</summary>
internal static class DashboardCommand
{
    private static readonly Option<bool> Print = new("--print") { Description = "Say the address, and open nothing." };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("dashboard", "Open the mesh's pages in the browser.") { Print };
        command.SetAction(async (parsed, cancellation) =>
        {
            var mesh = parsed.Connect();

            // A browser says less well than this command that nothing is there.
            if (await mesh.GetHealthAsync(cancellation) is { Report: null, Why: var why })
            {
                throw new CliException(ExitCode.Unreachable, $"{why} '{terminal.Mesh} up' starts a mesh here.");
            }

            terminal.Say(mesh.Address.AbsoluteUri);
            if (!parsed.GetValue(Print) && !Opens(mesh.Address))
            {
                terminal.Hint("No browser could be opened here. Open the address yourself.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static bool Opens(Uri address)
    {
        // Without a desktop, what opens addresses would wait for one, or open a browser of the terminal in this one.
        if (OperatingSystem.IsLinux() && !HasDesktop())
        {
            return false;
        }

        try
        {
            using var browser = Process.Start(new ProcessStartInfo(address.AbsoluteUri) { UseShellExecute = true });
            return true;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static bool HasDesktop() =>
        Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 }
        || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
}
