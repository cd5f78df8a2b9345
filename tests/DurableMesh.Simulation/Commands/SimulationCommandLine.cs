using System.CommandLine;
using DurableMesh.Simulation.Mutants;

namespace DurableMesh.Simulation.Commands;

/// <summary>The command line of the simulation. Exit codes: 0 nothing found, 1 a violation, 2 it cannot run so.</summary>
internal static class SimulationCommandLine
{
    private const int NothingFound = 0, Found = 1, Usage = 2;
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(5);

    /// <summary>Runs one command line.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, CancellationToken stop)
    {
        var root = new RootCommand(
            "Simulates task hubs under faults, and checks what must hold. The same seed gives the same run.")
        {
            Run(output),
            Replay(output),
            Soak(output),
            Mutations(output),
        };
        ParseResult parsed = root.Parse(args is [] ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            output.WriteLine(string.Join('\n', parsed.Errors.Select(error => error.Message)));
            await root.Parse("--help").InvokeAsync(new InvocationConfiguration { Output = output }, stop);
            return Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output }, stop);
        }
        catch (FormatException error)
        {
            output.WriteLine($"A list of numbers looks like 1,3,7-9: {error.Message}");
            return Usage;
        }
    }

    private static Option<ulong> Seed() => Number("--seed", "The seed.", 1UL);

    private static Option<T> Number<T>(string name, string description, T unlessGiven)
        where T : struct => new(name) { Description = description, DefaultValueFactory = _ => unlessGiven };

    private static Command Run(TextWriter output)
    {
        Option<ulong> from = Number("--from", "The first seed.", 1UL);
        Option<long> seeds = Number("--seeds", "How many seeds.", 10_000L);
        var minutes = new Option<double?>("--minutes") { Description = "For so many minutes, however many seeds that takes." };
        var command = new Command("run", "Run seeds on all cores, until one fails.") { seeds, from, minutes };
        command.SetAction(async (parsed, stop) =>
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(stop);
            long count = parsed.GetValue(seeds);
            if (parsed.GetValue(minutes) is { } limit)
            {
                over.CancelAfter(TimeSpan.FromMinutes(limit));
                count = long.MaxValue;
            }

            var sweep = new SeedSweep();
            Task all = Task.Run(() => sweep.Run(parsed.GetValue(from), count, over.Token), CancellationToken.None);
            while (await Task.WhenAny(all, Task.Delay(ProgressPeriod, CancellationToken.None)) != all)
            {
                output.WriteLine(sweep);
            }

            await all;
            output.WriteLine(sweep);
            return sweep.Failure is { } failure ? Tell(output, Scenario.Of(failure.Seed), failure.Result) : NothingFound;
        });
        return command;
    }

    private static Command Replay(TextWriter output)
    {
        Option<ulong> seed = Seed();
        var operations = new Option<string?>("--without-operations")
        {
            Description = "Client operations to leave out, such as 1,3,7-9.",
        };
        var disturbances = new Option<string?>("--without-disturbances") { Description = "Disturbances to leave out." };
        var faults = new Option<string?>("--without-faults") { Description = "Faults to leave out, such as Tear,Crash." };
        Option<int> lines = Number("--lines", "How many lines of what happened to show.", 200);
        var command = new Command("replay", "Run one seed, and show what happened.")
        {
            seed, operations, disturbances, faults, lines,
        };
        command.SetAction(parsed =>
        {
            var omissions = new Omissions(
                Omissions.Read(parsed.GetValue(operations)),
                Omissions.Read(parsed.GetValue(disturbances)),
                new HashSet<string>((parsed.GetValue(faults) ?? string.Empty).Split(',')));
            RunResult result = SimulatedRun.Of(omissions.From(Scenario.Of(parsed.GetValue(seed))), parsed.GetValue(lines));
            foreach (string line in result.Trace)
            {
                output.WriteLine(line);
            }

            output.WriteLine(
                $"{result.Steps:N0} steps, {result.SimulatedTime} simulated, {result.Facts:N0} facts, hash {result.Hash:x16}; "
                + $"faults: {result.Faults}");
            output.WriteLine(
                result.Violation is { } violation ? $"VIOLATION: {violation.Invariant}: {violation.Details}" : "no violation");
            return result.Violation is null ? NothingFound : Found;
        });
        return command;
    }

    private static Command Soak(TextWriter output)
    {
        Option<ulong> seed = Seed();
        Option<int> hours = Number("--hours", "How many hours of simulated time, about.", 24);
        var command = new Command("soak", "Run one hub for a long simulated time.") { hours, seed };
        command.SetAction(parsed =>
        {
            RunResult result = SimulatedRun.Of(Scenario.Soak(parsed.GetValue(seed), parsed.GetValue(hours)), traceLines: 200);
            output.WriteLine(
                $"{result.SimulatedTime.TotalHours:N1} h simulated, {result.Steps:N0} steps, {result.Facts:N0} facts; "
                + $"faults: {result.Faults}");
            if (result.Violation is not { } violation)
            {
                output.WriteLine("no violation");
                return NothingFound;
            }

            output.WriteLine(string.Join('\n', result.Trace));
            output.WriteLine($"VIOLATION: {violation.Invariant}: {violation.Details}");
            return Found;
        });
        return command;
    }

    private static Command Mutations(TextWriter output)
    {
        Option<long> seeds = Number("--seeds", "How many seeds to try for each.", 3_000L);
        var only = new Option<string?>("--only") { Description = "Only mutants whose name contains this." };
        var command = new Command("mutants", "Break the engine in known ways, one at a time, and see that each is found.")
        {
            seeds, only,
        };
        command.SetAction(async (parsed, stop) =>
        {
            if (MutantWorkshop.FindRoot() is not { } root)
            {
                output.WriteLine("The mutants are built from the sources: run this from a clone of the repository.");
                return Usage;
            }

            var workshop = new MutantWorkshop(root, output);
            return await workshop.RunAsync(parsed.GetValue(seeds), parsed.GetValue(only), stop) ? NothingFound : Found;
        });
        return command;
    }

    private static int Tell(TextWriter output, Scenario scenario, RunResult result)
    {
        output.WriteLine(FailureReport.Of(scenario, result));
        return Found;
    }
}
