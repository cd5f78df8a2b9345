using System.CommandLine;
using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Cli.Experiments;

/// <summary><c>mesh experiment</c>: measures the mesh beside the sequential way, and does what follows.</summary>
internal static class ExperimentCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) =>
        new("experiment", "Measure the mesh beside the sequential way, and roll a pair out, or take it back.")
        {
            ExperimentRunCommand.Create(terminal),
            ExperimentStatusCommand.Create(terminal),
            ExperimentReportCommand.Create(terminal),
            ExperimentPublishCommand.Create(terminal),
            ExperimentRolloutCommand.CreatePropose(terminal),
            ExperimentRolloutCommand.CreateApply(terminal),
            ExperimentRolloutCommand.CreateDemote(terminal),
            ExperimentWatchCommand.Create(terminal),
        };
}
