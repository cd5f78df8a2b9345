using System.ComponentModel;
using System.Diagnostics;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>What a command printed, and how it ended.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last lines of all that it printed.</summary>
    public string Tail(int lines) =>
        string.Join('\n', $"{Output.Trim()}\n{Errors.Trim()}".Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines));
}

/// <summary>The <c>node</c> and <c>npm</c> that the PATH finds.</summary>
internal sealed class NodeTools
{
    /// <summary>The command or path of Node.js.</summary>
    public string Node { get; init; } = "node";

    /// <summary>The command or path of npm.</summary>
    public string Npm { get; init; } = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    /// <summary>Runs a command to its end, or until it is cancelled and killed.</summary>
    /// <exception cref="AzuriteException">There is no such command.</exception>
    public static async Task<ToolResult> RunAsync(
        string tool,
        IEnumerable<string> arguments,
        string folder,
        CancellationToken cancellation,
        (string Name, string Value)? variable = null)
    {
        using var process = Start(tool, arguments, folder, variable);
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
            return new ToolResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(
        string tool, IEnumerable<string> arguments, string folder, (string Name, string Value)? variable)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (variable is var (name, value))
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new AzuriteException(
                $"Azurite needs Node.js, but '{tool}' cannot be run ({e.Message}). Install Node.js 20 or newer, start Azurite "
                + "yourself, or set AzureWebJobsStorage to the connection string of a storage account.",
                e);
        }
    }
}
