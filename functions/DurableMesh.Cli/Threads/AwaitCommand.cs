using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh await</c>: waits for messages.</summary>
internal static class AwaitCommand
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(60);

    private static readonly Option<string?> To = new("--as") { Description = "Only messages to this agent.", HelpName = "ID" };

    private static readonly Option<int> After = CommonOptions.Between(
        0, int.MaxValue, new("--after") { Description = "Only messages after this sequence.", HelpName = "N" });

    private static readonly Option<TimeSpan> Wait = Durations.Wait(
        "--wait", "How long to wait if there is none yet; 0 not to wait.", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1));

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var command = new Command("await", "Wait until there are messages, or the thread has ended; print them.")
        {
            threadId,
            To,
            After,
            Wait,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, id) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var after = parsed.GetValue(After);
            var deadline = TimeProvider.System.GetUtcNow() + parsed.GetValue(Wait);
            MessagesPage? page = null;
            do
            {
                var left = deadline - TimeProvider.System.GetUtcNow();
                var wait = left < TimeSpan.Zero ? TimeSpan.Zero : left < LongestPoll ? left : LongestPoll;
                try
                {
                    page = await mesh.GetMessagesAsync(id, after, parsed.GetValue(To), wait, cancellation);
                    after = page.NextAfter;
                }
                catch (MeshUnreachableException) when (page is not null && TimeProvider.System.GetUtcNow() < deadline)
                {
                    // It answered before, so it is away for a while, and there is time.
                }
            }
            while (page is null
                || (page.Messages.Count == 0
                    && page.ThreadState != ThreadPhase.Ended
                    && TimeProvider.System.GetUtcNow() < deadline));

            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.MessagesPage);
                return ExitCode.Done;
            }

            var writer = new TranscriptWriter(terminal.Out, await mesh.GetThreadAsync(id, cancellation));
            foreach (var message in page.Messages)
            {
                writer.Write(message);
            }

            terminal.Hint(
                $"{ThreadWords.Of(page.ThreadState)}; more with: {terminal.Mesh} await {id} --after {page.NextAfter}");
            return ExitCode.Done;
        });
        return command;
    }
}
