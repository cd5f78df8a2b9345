using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DurableMesh.Cli.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Demo;

/// <summary>What the compiler has to say about one place.</summary>
internal sealed record Diagnostic(string File, int Line, string Text);

/// <summary>The verifier's bench: compiles the library with the acceptance checks of the task, and runs them one by one.</summary>
/// <param name="folder">Where it works; holds <c>library/</c> and <c>acceptance/</c>.</param>
internal sealed partial class Laboratory(string folder)
{
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(2);

    /// <summary>How long a check may take before it counts as one that never ends.</summary>
    internal static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(2);

    private readonly string _acceptance = Path.Combine(folder, "acceptance");

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
        foreach (var file in Directory.EnumerateFiles(acceptanceMaterial))
        {
            File.Copy(file, Path.Combine(_acceptance, Path.GetFileName(file)));
        }
    }

    /// <summary>Compiles with the real compiler.</summary>
    /// <returns>Its errors and warnings: none when all is well.</returns>
    /// <exception cref="InvalidOperationException">The build failed for another reason than the code.</exception>
    public async Task<IReadOnlyList<Diagnostic>> BuildAsync(CancellationToken cancellation)
    {
        // No server processes: whatever a round starts must be gone when it is over.
        var result = await ChildProcess.RunAsync(
            Dotnet("build", _acceptance, "--nologo", "-v:q", "-clp:NoSummary", "-nodeReuse:false", "-p:UseSharedCompilation=false"),
            BuildLimit,
            cancellation);
        var diagnostics = CompilerLine().Matches(result.Output)
            .Select(match => new Diagnostic(
                Path.GetFileName(match.Groups["file"].Value),
                int.Parse(match.Groups["line"].ValueSpan, CultureInfo.InvariantCulture),
                match.Groups["text"].Value))
            .Distinct()
            .ToList();
        return result.ExitCode == 0 || diagnostics.Count > 0
            ? diagnostics
            : throw new InvalidOperationException($"dotnet build failed without a word about the code.\n{result.Output}{result.Error}");
    }

    /// <summary>Runs one check in a process of its own.</summary>
    public async Task<Check> RunCheckAsync(string id, CancellationToken cancellation)
    {
        var result = await ChildProcess.RunAsync(Dotnet(Program, id), CheckLimit, cancellation);
        if (result.ExitCode is null)
        {
            return Failed(id, FormattableString.Invariant($"did not end within {CheckLimit.TotalSeconds} seconds"), location: null);
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

    private string Program => Path.Combine(_acceptance, "bin", "Debug", "net10.0", "Acceptance.dll");

    private static ProcessStartInfo Dotnet(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return start;
    }

    [GeneratedRegex(@"^\s*(?<file>[^(\n]+)\((?<line>\d+),\d+\): (?<text>(?:error|warning) \w+: .*?)(?: \[[^\]\n]*\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex CompilerLine();
}
