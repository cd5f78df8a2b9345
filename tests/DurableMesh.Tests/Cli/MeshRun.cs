using System.Text.Json;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli;

/// <summary>One run of the command line: what it printed, and how it ended.</summary>
internal sealed record MeshRun(int ExitCode, string Out, string Error)
{
    /// <summary>Runs <c>mesh</c> in this process.</summary>
    public static Task<MeshRun> OfAsync(FakeMesh mesh, params string[] args) => OfAsync("", [.. args, "--url", mesh.Url]);

    /// <summary>Runs <c>mesh</c> in this process with a text on standard input.</summary>
    public static async Task<MeshRun> OfAsync(string input, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(new StringReader(input), output, error, outputIsTerminal: false, errorIsTerminal: false);
        var exitCode = await MeshCommandLine.RunAsync(args, terminal, TestContext.Current.CancellationToken);
        return new MeshRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Standard output as the one JSON document that it must be.</summary>
    public T Json<T>() => JsonSerializer.Deserialize<T>(Out, MeshJson.Options)!;
}
