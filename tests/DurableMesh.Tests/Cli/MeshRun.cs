using System.Text;
using System.Text.Json;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli;

/// <summary>One run of the command line: what it printed, and how it ended.</summary>
internal sealed record MeshRun(int ExitCode, string Out, string Error)
{
    /// <summary>What it wrote to standard output as bytes.</summary>
    public byte[] Bytes { get; private init; } = [];

    /// <summary>Runs <c>mesh</c> in this process.</summary>
    public static Task<MeshRun> OfAsync(FakeMesh mesh, params string[] args) => OfAsync("", [.. args, "--url", mesh.Url]);

    /// <summary>Runs <c>mesh</c> in this process with a text on standard input.</summary>
    public static Task<MeshRun> OfAsync(string input, string[] args, bool outputIsTerminal = false) =>
        OfAsync(input, args, Environment.GetEnvironmentVariable, outputIsTerminal);

    /// <summary>Runs <c>mesh</c> in this process with bytes on standard input.</summary>
    public static Task<MeshRun> OfAsync(byte[] input, string[] args) =>
        OfAsync(input, args, Environment.GetEnvironmentVariable, outputIsTerminal: false);

    /// <summary>Runs <c>mesh</c> in this process with an environment of its own.</summary>
    public static Task<MeshRun> OfAsync(
        string input, string[] args, Func<string, string?> variable, bool outputIsTerminal = false) =>
        OfAsync(Encoding.UTF8.GetBytes(input), args, variable, outputIsTerminal);

    private static async Task<MeshRun> OfAsync(
        byte[] input, string[] args, Func<string, string?> variable, bool outputIsTerminal)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var bytes = new MemoryStream();
        var terminal = new Terminal(output, error, outputIsTerminal, errorIsTerminal: false)
        {
            OpenInput = () => new MemoryStream(input),
            OpenOutput = () => bytes,
            Variables = variable,
        };
        var exitCode = await MeshCommandLine.RunAsync(args, terminal, TestContext.Current.CancellationToken);
        return new MeshRun(exitCode, output.ToString(), error.ToString()) { Bytes = bytes.ToArray() };
    }

    /// <summary>Standard output as the one JSON document that it must be.</summary>
    public T Json<T>() => JsonSerializer.Deserialize<T>(Out, MeshJson.Options)!;
}
