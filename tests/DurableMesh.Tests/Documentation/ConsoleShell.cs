using System.Diagnostics;
using System.Globalization;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Tests.Documentation;

/// <summary>
/// A reader at a terminal: one shell in a folder of its own, in which <c>mesh</c> is the one that was built with these tests. Its
/// ports, storage and files are nobody else's.
/// </summary>
internal sealed class ConsoleShell : IAsyncDisposable
{
    private const string Address = "http://127.0.0.1:7071";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _folder;
    private readonly Process _shell;
    private readonly (string Written, string Real)[] _ports;
    private int _steps;

    private ConsoleShell(DirectoryInfo folder, Process shell, (string Written, string Real)[] ports) =>
        (_folder, _shell, _ports) = (folder, shell, ports);

    /// <summary>Whether a command did not end in time, so that nothing more can be typed.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Opens a shell.</summary>
    /// <param name="name">A short name for its containers, of letters and digits.</param>
    /// <param name="storage">The connection string.</param>
    /// <param name="onPath">Whether <c>mesh</c> is on its path already.</param>
    public static ConsoleShell Open(string name, string storage, bool onPath)
    {
        var folder = Directory.CreateTempSubdirectory("durablemesh-docs-");
        Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "samples"), Path.Combine(DocumentationPage.Root, "samples"));
        (string, string)[] ports = [("7071", FreePort()), ("7080", FreePort())];
        var mesh = Path.Combine(folder.FullName, "mesh");
        File.WriteAllText(mesh, $"""
            #!/usr/bin/env bash
            # As the script at the repository's root, but that nothing is built, and the port is this page's.
            MESH_COMMAND=$0
            [[ ! "$(command -v mesh)" -ef $0 ]] || MESH_COMMAND=mesh
            export MESH_COMMAND
            [[ $1 != up ]] || set -- "$@" --port {ports[0].Item2}
            exec dotnet "{Path.Combine(AppContext.BaseDirectory, "mesh.dll")}" "$@"

            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(mesh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var start = new ProcessStartInfo("bash", ["--norc", "--noprofile"])
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment =
            {
                ["AzureWebJobsStorage"] = storage,
                ["Mesh__StoreContainer"] = $"store-{name}",
                ["AzureFunctionsJobHost__extensions__durableTask__hubName"] = $"docs{name}",
                ["MESH_HOME"] = Path.Combine(folder.FullName, "home"),
                ["MESH_URL"] = $"http://127.0.0.1:{ports[0].Item2}",
                ["NO_COLOR"] = "1",
                ["TZ"] = "UTC",
            },
        };
        if (onPath)
        {
            start.Environment["PATH"] = $"{folder.FullName}{Path.PathSeparator}{start.Environment["PATH"]}";
        }

        return new(folder, Process.Start(start)!, ports);
    }

    /// <summary>Types a command; answers why it is not as the page says, or null.</summary>
    public async Task<string?> TypeAsync(ConsoleStep step, CancellationToken cancellation)
    {
        var output = Path.Combine(_folder.FullName, $".out-{++_steps}");
        var command = _ports.Aggregate(
            step.Command, (text, port) => text.Replace(port.Written, port.Real, StringComparison.Ordinal));
        var typed = $"{{ {command}\n}} > '{output}' 2>&1 < /dev/null {(step.Kept ? "&" : "")}\necho $?\n";
        await _shell.StandardInput.WriteAsync(typed.AsMemory(), cancellation);
        await _shell.StandardInput.FlushAsync(cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var exitCode = -1;
        try
        {
            exitCode = int.Parse(
                await _shell.StandardOutput.ReadLineAsync(patience.Token) ?? "-1", CultureInfo.InvariantCulture);
            while (step.Kept && !IsEnough(step, Printed(output)))
            {
                await Task.Delay(20, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            IsStuck = true;
            var missing = ConsoleOutput.Difference(step.Expected, Printed(output)) ?? "it still runs";
            return Says(step, output, $"after {Patience.TotalSeconds:0} s: {missing}");
        }

        if (step.Expected.Count > 0 && ConsoleOutput.Difference(step.Expected, Printed(output)) is { } difference)
        {
            return Says(step, output, difference);
        }

        var mayFail = step.Command.Contains("exit code", StringComparison.Ordinal)
            || step.Expected.Any(line => line.StartsWith("mesh: ", StringComparison.Ordinal) || line.StartsWith('✗'));
        return exitCode == 0 || mayFail ? null : Says(step, output, $"it ended with exit code {exitCode}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _shell.Kill(entireProcessTree: true);
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>
    /// Whether a command that runs on has said all that is waited for. A host must be up before anything else is typed.
    /// </summary>
    private static bool IsEnough(ConsoleStep step, string printed) => step.Expected.Count > 0
        ? ConsoleOutput.Difference(step.Expected, printed) is null
        : !step.Command.Contains("mesh up", StringComparison.Ordinal) || printed.Contains(" at http", StringComparison.Ordinal);

    private static string FreePort() => MeshHost.FreePort().ToString(CultureInfo.InvariantCulture);

    private string Printed(string output)
    {
        using var file = new StreamReader(new FileStream(output, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd()
            .Replace($"127.0.0.1:{_ports[0].Real}", Address["http://".Length..], StringComparison.Ordinal)
            .Replace(_ports[1].Real, _ports[1].Written, StringComparison.Ordinal);
    }

    private string Says(ConsoleStep step, string output, string what) =>
        $"line {step.Line}: $ {step.Command}\n{what}\nall that was printed:\n{Printed(output).TrimEnd()}\n";
}
