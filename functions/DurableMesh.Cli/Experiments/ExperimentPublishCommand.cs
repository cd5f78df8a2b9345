using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Experiments;
using Spectre.Console;

namespace DurableMesh.Cli.Experiments;

/// <summary><c>mesh experiment publish</c>: shows the evidence of an experiment to all who use the dashboard.</summary>
internal static class ExperimentPublishCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = ExperimentEvidenceFile.Argument();
        var command = new Command("publish", "Show an experiment on the dashboard; the mesh computes it again first.") { file };
        command.SetAction(async (parsed, cancellation) =>
        {
            var mesh = parsed.Connect();
            var evidence = await ExperimentEvidenceFile.ReadAsync(parsed.GetRequiredValue(file), terminal, cancellation);
            var published = await mesh.PublishExperimentAsync(evidence.ToUtf8(), cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(published, CliJson.Context.PublishedExperiment);
            }
            else
            {
                var page = new Uri(mesh.Address, $"experiments/{published.Id}");
                terminal.Out.MarkupLineInterpolated(
                    $"{published.Name}: [bold]{ExperimentWords.Of(published.Outcome)}[/], shown at {page}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
