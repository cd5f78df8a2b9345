using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Cli.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>What the compiler has to say about one place.</summary>
internal sealed record Diagnostic(string File, int Line, string Text);

/// <summary>The verifier's bench: compiles the library with the task's acceptance checks, and runs them one by one.</summary>
/// <param name="folder">Where it works; holds <c>library/</c> and <c>acceptance/</c>.</param>
internal sealed partial class Laboratory(string folder)
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(2);

    // A check that does its work uses a tenth of it.
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(1);

    private readonly string _acceptance = Path.Combine(folder, "acceptance");
    private readonly string _program = Path.Combine(folder, "Acceptance.dll");

    /// <summary>Where the library under test stands.</summary>
    public string Library { get; } = Path.Combine(folder, "library");

    /// <summary>Empties the bench and lays the acceptance checks out on it.</summary>
    public void Prepare(string acceptanceMaterial)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(_acceptance);
        foreach (var file in Directory.EnumerateFiles(acceptanceMaterial, "*.cs"))
        {
            File.Copy(file, Path.Combine(_acceptance, Path.GetFileName(file)));
        }
    }

    /// <summary>Compiles with the SDK's compiler, without the build around it, which takes four times as long.</summary>
    /// <returns>Its errors and warnings: none when all is well.</returns>
    /// <exception cref="InvalidOperationException">The compiler failed for another reason than the code.</exception>
    public async Task<IReadOnlyList<Diagnostic>> BuildAsync(CancellationToken cancellation)
    {
        string[] sources = [.. Directory.EnumerateFiles(Library, "*.cs"), .. Directory.EnumerateFiles(_acceptance, "*.cs")];
        var result = await ChildProcess.RunAsync(Toolchain.Compile(sources, _program), BuildLimit, cancellation);
        var diagnostics = ReadDiagnostics(result.Output);
        return result.ExitCode == 0 || diagnostics.Count > 0
            ? diagnostics
            : throw new InvalidOperationException(
                $"The compiler failed without a word about the code.\n{result.Output}{result.Error}");
    }

    /// <summary>Finds what the compiler said about the code in what it printed.</summary>
    public static IReadOnlyList<Diagnostic> ReadDiagnostics(string output) =>
    [
        .. CompilerLine().Matches(output)
            .Select(match => new Diagnostic(
                Path.GetFileName(match.Groups["file"].Value),
                int.Parse(match.Groups["line"].ValueSpan, CultureInfo.InvariantCulture),
                match.Groups["text"].Value))
            .Distinct(),
    ];

    /// <summary>Runs one check in a process of its own.</summary>
    public async Task<Check> RunCheckAsync(string id, CancellationToken cancellation)
    {
        var result = await ChildProcess.RunAsync(Toolchain.Run(_program, id), CheckLimit, cancellation);
        if (result.ExitCode is null)
        {
            return Failed(id, "did not end within a second of processor time", location: null);
        }

        if (!result.Output.StartsWith('{'))
        {
            return Failed(id, $"the check crashed: {result.Error.Split('\n')[0]}", location: null);
        }

        using var said = JsonDocument.Parse(result.Output);
        var detail = said.RootElement.GetProperty("detail").GetString()!;
        return result.ExitCode == 0
            ? new Check { Id = id, Status = CheckStatus.Pass, Detail = detail }
            : Failed(id, detail, said.RootElement.GetProperty("location").GetString());
    }

    /// <summary>A check that failed.</summary>
    public static Check Failed(string id, string detail, string? location) =>
        new() { Id = id, Status = CheckStatus.Fail, Detail = detail, Location = location };

    [GeneratedRegex(@"^\s*(?<file>[^(\n]+)\((?<line>\d+),\d+\): (?<text>(?:error|warning) \w+: .*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex CompilerLine();
}
