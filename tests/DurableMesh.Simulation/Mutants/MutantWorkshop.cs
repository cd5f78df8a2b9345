using System.Diagnostics;

namespace DurableMesh.Simulation.Mutants;

/// <summary>
/// Builds the engine and this simulation in a temporary folder with one mutation at a time, and lets it look for seeds that fail.
/// </summary>
/// <param name="root">The folder of the repository's clone.</param>
/// <param name="output">Takes what became of each.</param>
internal sealed class MutantWorkshop(string root, TextWriter output)
{
    private const string Engine = "shared/DurableMesh.TaskHub";
    private const string Simulation = "tests/DurableMesh.Simulation";

    /// <summary>The clone that this program was built in; null where it stands outside of one.</summary>
    public static string? FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "DurableMesh.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }

    /// <summary>Tries the mutants, and prints what became of each. Answers whether all were found.</summary>
    public async Task<bool> RunAsync(long seeds, string? only, CancellationToken stop)
    {
        DirectoryInfo workshop = Directory.CreateTempSubdirectory("durablemesh-mutants-");
        bool allFound = true;
        try
        {
            CopySources(workshop.FullName);
            only ??= string.Empty;
            foreach (Mutant mutant in MutantList.All.Where(one => one.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
            {
                string outcome = await TryAsync(workshop.FullName, mutant, seeds, stop);
                allFound &= outcome.StartsWith("found", StringComparison.Ordinal);
                output.WriteLine($"{mutant.Name,-60} {outcome}");
            }
        }
        finally
        {
            workshop.Delete(recursive: true);
        }

        return allFound;
    }

    private static async Task<string> TryAsync(string workshop, Mutant mutant, long seeds, CancellationToken stop)
    {
        string file = Path.Combine(workshop, Engine, mutant.File);
        string whole = await File.ReadAllTextAsync(file, stop);
        if (whole.Split(mutant.Text).Length != 2)
        {
            return $"NOT TRIED: its text must occur exactly once in {mutant.File}; the code has changed: "
                + "adapt the mutant in MutantList.cs to it.";
        }

        await File.WriteAllTextAsync(file, whole.Replace(mutant.Text, mutant.Replacement, StringComparison.Ordinal), stop);
        try
        {
            (int exitCode, string said) = await RunAsync(
                workshop,
                [
                    "build", Simulation, "-c", "Release", "-v", "q",
                    "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "--nodereuse:false",
                ],
                stop);
            if (exitCode != 0)
            {
                return $"NOT TRIED: it does not compile.\n{said}";
            }

            (exitCode, said) = await RunAsync(
                workshop,
                [Path.Combine(Simulation, "bin/Release/net10.0/DurableMesh.Simulation.dll"), "run", "--seeds", $"{seeds}"],
                stop);
            string? found = said.Split('\n').FirstOrDefault(line => line.StartsWith("seed ", StringComparison.Ordinal));
            return exitCode == 0 ? $"SURVIVED {seeds:N0} seeds" : $"found at {found ?? $"the end of the process:\n{said}"}";
        }
        finally
        {
            await File.WriteAllTextAsync(file, whole, stop);
        }
    }

    private static async Task<(int ExitCode, string Said)> RunAsync(string folder, string[] arguments, CancellationToken stop)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        using CancellationTokenRegistration end = stop.Register(() => process.Kill(entireProcessTree: true));
        string said = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, said);
    }

    private void CopySources(string workshop)
    {
        IEnumerable<string> files = Directory.EnumerateFiles(root, "Directory.*").Append(Path.Combine(root, "global.json"))
            .Concat(new[] { Engine, Simulation }.SelectMany(
                project => Directory.EnumerateFiles(Path.Combine(root, project), "*", SearchOption.AllDirectories)));
        foreach (string file in files)
        {
            string relative = Path.GetRelativePath(root, file);
            if (!relative.Split('/', '\\').Any(part => part is "bin" or "obj"))
            {
                string copy = Path.Combine(workshop, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
