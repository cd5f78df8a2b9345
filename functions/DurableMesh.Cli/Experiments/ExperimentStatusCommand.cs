using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Experiments.Runs;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments;

/// <summary><c>mesh experiment status</c>: how far an experiment is.</summary>
internal static class ExperimentStatusCommand
{
    private static readonly Argument<string> Folder = new("FOLDER") { Description = "The experiment's folder." };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("status", "Show how far an experiment is, also while it runs.") { Folder };
        command.SetAction(parsed =>
        {
            var (plan, entries) = ExperimentFolder.Read(parsed.GetRequiredValue(Folder));
            var runs = ExperimentEvidence.RunsOf(entries);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(ExperimentResult.Of(plan, runs), MeshJsonContext.Default.ExperimentResult);
                return ExitCode.Done;
            }

            var listing = new Listing("arm", "runs", "of", "PASS", "crashed", "US$")
            {
                Numbers = ["runs", "of", "PASS", "crashed", "US$"],
            };
            foreach (var arm in plan.Arms)
            {
                var own = runs.Where(run => run.Arm == arm).ToList();
                listing.Add(
                    ExperimentWords.Of(arm),
                    Number(own.Count),
                    Number(plan.Tasks.Count * plan.Repetitions),
                    Number(own.Count(run => run.Passed)),
                    Number(own.Count(run => run.Crashed)),
                    own.Sum(run => run.CostUsd ?? 0).ToString("0.0000", CultureInfo.InvariantCulture));
            }

            listing.WriteTo(terminal.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
