using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh watch</c>: the transcript, live.</summary>
internal static class WatchCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var command = new Command("watch", "Show the dialogue from its beginning, live, until it has ended.") { threadId };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, id) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var thread = await mesh.GetThreadAsync(id, cancellation);
            var writer = new TranscriptWriter(terminal.Out, thread);
            var asJson = parsed.WantsJson();
            if (!asJson)
            {
                writer.WriteOpening();
            }

            var follower = new ThreadFollower(mesh, TimeProvider.System)
            {
                AwayChanged = away => terminal.Pass(away ? "mesh: the mesh is away; waiting for it" : "mesh: the mesh is back"),
            };
            await foreach (var message in follower.FollowAsync(id, after: 0, cancellation))
            {
                if (asJson)
                {
                    terminal.WriteJson(message, CliJson.Context.MessageView);
                }
                else
                {
                    writer.Write(message);
                }
            }

            var ended = await mesh.GetThreadAsync(id, cancellation);
            if (asJson)
            {
                terminal.WriteJson(ended, CliJson.Context.ThreadView);
            }
            else
            {
                writer.WriteEnd(ended);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
