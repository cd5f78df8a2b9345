using System.Diagnostics;
using System.Runtime.InteropServices;
using DurableMesh.Cli.Processes;

namespace DurableMesh.Cli.Demo;

/// <summary>The C# compiler of the SDK that this program runs on, and the runtime for what it compiles.</summary>
internal static class Toolchain
{
    private static readonly string Runtime = RuntimeEnvironment.GetRuntimeDirectory();

    // <dotnet>/shared/Microsoft.NETCore.App/<version>/
    private static readonly string Root = Path.GetFullPath(Path.Combine(Runtime, "..", "..", ".."));

    /// <summary>A run of the compiler.</summary>
    /// <param name="sources">The source files.</param>
    /// <param name="program">The program to make of them.</param>
    /// <exception cref="InvalidOperationException">There is no SDK.</exception>
    public static ProcessStartInfo Compile(IEnumerable<string> sources, string program) => new(
        BackgroundProcess.Dotnet,
        [
            "exec", Compiler(),
            "-nologo", "-noconfig", "-nullable:enable", "-debug:portable", "-preferreduilang:en", $"-out:{program}",
            .. References().Select(reference => $"-r:{reference}"),
            .. sources,
        ]);

    /// <summary>A run of a program that was compiled here, under this program's own runtime settings.</summary>
    public static ProcessStartInfo Run(string program, string argument) => new(
        BackgroundProcess.Dotnet,
        ["exec", "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "mesh.runtimeconfig.json"), program, argument]);

    private static string Compiler() =>
        Directory.EnumerateDirectories(Path.Combine(Root, "sdk"))
            .Where(folder => Version.TryParse(Path.GetFileName(folder), out _))
            .OrderByDescending(folder => Version.Parse(Path.GetFileName(folder)))
            .Select(folder => Path.Combine(folder, "Roslyn", "bincore", "csc.dll"))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"There is no C# compiler under {Root}/sdk: the demo needs the .NET SDK, not only the runtime.");

    private static IEnumerable<string> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(assembly => assembly.StartsWith(Runtime, StringComparison.Ordinal));
}
