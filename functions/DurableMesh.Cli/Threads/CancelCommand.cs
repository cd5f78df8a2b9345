using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh cancel</c>: ends a thread before its time.</summary>
internal static class CancelCommand
{
    private static readonly Option<string?> By = CommonOptions.By();

    private static readonly Option<string> Why = new("--why")
    {
        Description = "The reason, for the evidence.",
        DefaultValueFactory = _ => "cancelled from the command line",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var command = new Command("cancel", "End a thread now, as BLOCKED.") { threadId, By, Why };
        command.SetAction(async (parsed, cancellation) =>
        {
            var mesh = parsed.Connect();
            var id = parsed.GetRequiredValue(threadId);
            var request = new CancelRequest(parsed.NameOf(By), parsed.GetRequiredValue(Why));
            await mesh.CancelAsync(id, request, cancellation);
            var thread = await mesh.GetThreadAsync(id, cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(thread, CliJson.Context.ThreadView);
            }
            else
            {
                terminal.Out.MarkupLineInterpolated($"the cancel of [bold]{id}[/] is taken");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
