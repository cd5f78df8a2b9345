using System.CommandLine;
using DurableMesh.Cli.CommandLine;

namespace DurableMesh.Cli.Experiments;

internal static class ExperimentCommand
{
    public static Command Create(Terminal terminal) =>
        new("experiment", "Measure the mesh beside the sequential way.")
        {
            ExperimentRunCommand.Create(terminal), ExperimentStatusCommand.Create(terminal), ExperimentReportCommand.Create(terminal),
        };
}
