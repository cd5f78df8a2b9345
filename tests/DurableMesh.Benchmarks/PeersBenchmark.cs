using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DurableMesh.Benchmarks;

/// <summary>
/// The same turns on our engine and on its peers, one after the other on this machine. A turn ends when its completion is
/// durable. The peers' programs are beside this file, in <c>Peers</c>; one that cannot run here is skipped with its reason.
/// </summary>
internal static class PeersBenchmark
{
    private static readonly (string Name, string Script)[] Peers = [("Restate", "restate.mjs"), ("DBOS, PostgreSQL", "dbos.mjs")];

    public static async Task RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        int runs = arguments.Number("runs", 3);
        Console.WriteLine($"peers: {BenchmarkMachine.Describe()}");
        Console.WriteLine("""
            a turn ends when its completion is durable; CPU is of the program, which runs the dialogues and drives their turns,
            and of its server with all that it starts; medians of the runs by turns/s

                                                                           CPU s per 1,000 turns:
                                instances x turns   turns/s   p50 ms   p99 ms   program   server
            """);
        await using (BenchmarkStorage storage = await BenchmarkStorage.StartAsync(inMemory: false, cancellation))
        {
            await EngineBenchmark.WarmUpAsync(storage, cancellation);
            foreach ((int Instances, int Turns) shape in ((int, int)[])[(1, 1000), (100, 20)])
            {
                EngineRun run = await EngineBenchmark.MedianAsync(storage, shape, durable: true, runs, cancellation);
                Print("ours, Azurite", new PeerRun(
                    shape.Instances, shape.Turns, run.TurnsPerSecond, run.P50, run.P99, run.EngineCpu, run.StorageCpu));
            }
        }

        string folder = Path.Combine(AppContext.BaseDirectory, "Peers");
        if (!Directory.Exists(Path.Combine(folder, "node_modules"))
            && await NodeAsync("npm", ["ci", "--no-audit", "--no-fund"], folder, cancellation) is { ExitCode: not 0 } failed)
        {
            Console.WriteLine($"skipped the peers: their packages cannot be installed: {failed.LastWords}");
            return;
        }

        foreach ((string name, string script) in Peers)
        {
            string count = runs.ToString(CultureInfo.InvariantCulture);
            (int exitCode, string answer, string lastWords) = await NodeAsync("node", [script, count], folder, cancellation);
            if (exitCode != 0)
            {
                Console.WriteLine($"skipped {name}: {lastWords}");
                continue;
            }

            foreach (PeerRun run in JsonSerializer.Deserialize<PeerRun[]>(answer, JsonSerializerOptions.Web)!)
            {
                Print(name, run);
            }
        }
    }

    private static void Print(string name, PeerRun run) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{name,-20}{run.Instances,9} x {run.Turns,-7} {run.TurnsPerSecond,7:N0} {run.P50,8:N2} {run.P99,8:N2} "
        + $"{run.ProgramCpu,9:N3} {run.ServerCpu,8:N3}"));

    private static async Task<(int ExitCode, string LastLine, string LastWords)> NodeAsync(
        string tool, string[] arguments, string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            return (process.ExitCode, LastLine(await output), LastLine(await errors));
        }
        catch (Win32Exception missing)
        {
            return (-1, "", $"{tool}: {missing.Message}");
        }
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1];

    private sealed record PeerRun(
        int Instances, int Turns, double TurnsPerSecond, double P50, double P99, double ProgramCpu, double ServerCpu);
}
