using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Experiments;

/// <summary><c>mesh experiment watch</c>: goes on measuring a pair that was rolled out.</summary>
internal static class ExperimentWatchCommand
{
    private static readonly Option<int> Newest = CommonOptions.Between(2, 500, new Option<int>("--newest")
    {
        Description = "How many of the pair's newest threads count.",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
    });

    private static readonly Option<bool> Once = new("--once") { Description = "Look once." };

    private static readonly Option<TimeSpan> Every =
        Durations.Option("--every", "How long it waits between two looks.", TimeSpan.FromMinutes(10));

    private static readonly Option<bool> Demote = new("--demote")
    {
        Description = "Retire the pair in the authority table where the saving is gone.",
    };

    private static readonly Option<string?> By = CommonOptions.By();

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = ExperimentEvidenceFile.Argument();
        var command = new Command(
            "watch", "Go on measuring a pair that was rolled out, until the saving is gone; exit code 3 says that it is.")
        {
            file, Newest, Every, Once, Demote, By,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var evidence = await ExperimentEvidenceFile.ReadRollOutAsync(parsed.GetRequiredValue(file), terminal, cancellation);
            var watch = new ExperimentWatch(parsed.Connect(), evidence, parsed.GetValue(Newest), TimeProvider.System);
            var look = parsed.GetValue(Once)
                ? Write(await watch.LookAsync(cancellation), parsed, terminal)
                : await watch.FollowAsync(parsed.GetValue(Every), seen => Write(seen, parsed, terminal), cancellation);
            if (look.Verdict != LiveVerdict.Gone)
            {
                return ExitCode.Done;
            }

            if (!parsed.GetValue(Demote))
            {
                terminal.Hint($"'{terminal.Mesh} experiment demote' takes the pair back, and --demote does it by itself.");
                return ExitCode.Refused;
            }

            var demoted = await watch.DemoteAsync(look, parsed.NameOf(By), cancellation);
            terminal.Hint(demoted.Changes ? $"Retired: {demoted.Row.Id}" : $"It is retired already: {demoted.Row.Id}");
            return ExitCode.Done;
        });
        return command;
    }

    private static LiveComparison Write(LiveComparison look, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(look, CliJson.Context.LiveComparison);
            return look;
        }

        var colour = look.Verdict == LiveVerdict.Gone ? "red" : look.Verdict == LiveVerdict.Holds ? "green" : "yellow";
        terminal.Out.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[{colour}]{Markup.Escape(look.Words)}[/] [grey]{look.Threads} threads, {look.Passes} passed[/]"));
        return look;
    }
}
