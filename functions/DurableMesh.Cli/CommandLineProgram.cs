using System.Text;
using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Cli;

/// <summary>The command line as a program: of this assembly alone, or with the host beside it.</summary>
internal static class CommandLineProgram
{
    /// <summary>Runs one command line on the terminal that this process has.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return MeshCommandLine.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);
    }
}
