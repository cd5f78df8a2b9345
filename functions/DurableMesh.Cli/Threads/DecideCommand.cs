using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh decide</c>: what a person says about a thread that waits for one.</summary>
internal static class DecideCommand
{
    private static readonly Option<string?> By = CommonOptions.By();

    private static readonly Option<string> Why = new("--why") { Description = "The reason, for the evidence.", Required = true };

    private static readonly Argument<HoldDecision> Decision = new("decision")
    {
        Description = "approve lets it run, deny ends it as BLOCKED.",
        HelpName = "approve|deny",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var command = new Command("decide", "Approve or deny a held thread.") { threadId, Decision, By, Why };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, id) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var request = new DecisionRequest(
                parsed.NameOf(By), parsed.GetRequiredValue(Decision), parsed.GetRequiredValue(Why));
            await mesh.DecideAsync(id, request, cancellation);
            var thread = await mesh.GetThreadAsync(id, cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(thread, CliJson.Context.ThreadView);
            }
            else
            {
                terminal.Out.MarkupLineInterpolated($"thread [bold]{id}[/] is {ThreadWords.Of(thread.State)}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
