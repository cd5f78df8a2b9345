using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
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
            var (mesh, id) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var thread = await mesh.GetThreadAsync(id, cancellation);
            var isOver = thread.State == ThreadPhase.Ended;
            if (!isOver)
            {
                await mesh.CancelAsync(id, new CancelRequest(parsed.NameOf(By), parsed.GetRequiredValue(Why)), cancellation);
                thread = await mesh.GetThreadAsync(id, cancellation);

                // It may have ended by itself just before.
                isOver = thread.State == ThreadPhase.Ended && thread.Reason != EndReason.Cancelled;
            }

            if (parsed.WantsJson())
            {
                terminal.WriteJson(thread, CliJson.Context.ThreadView);
            }
            else if (isOver)
            {
                terminal.Pass($"mesh: thread {id} had ended already, as {ThreadWords.HowItEnded(thread)}");
            }
            else
            {
                var state = thread.State == ThreadPhase.Ended
                    ? $"has ended as {ThreadWords.HowItEnded(thread)}"
                    : "ends: the cancel is taken";
                terminal.Out.MarkupLineInterpolated($"thread [bold]{id}[/] {state}");
            }

            return isOver ? ExitCode.Refused : ExitCode.Done;
        });
        return command;
    }
}
