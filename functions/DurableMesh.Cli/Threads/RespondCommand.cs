using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh respond</c>: answers the message whose answer the thread is waiting for.</summary>
internal static class RespondCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var options = new MessageOptions();
        var command = new Command(
            "respond",
            "Answer as the party whose move it is: a question with an answer, a submission with the verdict you give (where " +
            "advice is asked for: with an answer, and that with an acknowledgement), the rest with a submission.")
        {
            threadId,
        };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, id) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var thread = await mesh.GetThreadAsync(id, cancellation);
            var defaults = await DefaultsAsync(mesh, thread, options.From(parsed) ?? thread.Awaiting, cancellation);
            var message = await options.BuildAsync(parsed, mesh, id, defaults, terminal, cancellation);
            return SendCommand.Say(await mesh.SendAsync(id, message, cancellation), parsed, options, terminal);
        });
        return command;
    }

    private static async Task<MessageDefaults> DefaultsAsync(
        MeshClient mesh, ThreadView thread, string? from, CancellationToken cancellation)
    {
        var turns = new List<MessageView>();
        for (var after = 0; ;)
        {
            var page = await mesh.GetMessagesAsync(thread.ThreadId, after, to: null, TimeSpan.Zero, cancellation);
            turns.AddRange(page.Messages.Where(message => message.Kind is not (MessageKind.Finding or MessageKind.Note)));
            if (page.Messages.Count == 0)
            {
                break;
            }

            after = page.NextAfter;
        }

        var last = turns.FindLast(message => message.To == from || message.Kind == MessageKind.Brief);
        MessageKind? kind = last?.Kind switch
        {
            MessageKind.Question => MessageKind.Answer,
            MessageKind.Submission when thread.IsAdvice => MessageKind.Answer,
            MessageKind.Submission or null => null,
            MessageKind.Answer when thread.IsAdvice && from == thread.Initiator => MessageKind.Acknowledgement,
            _ when from == thread.Initiator => MessageKind.Submission,
            _ => null,
        };
        return new MessageDefaults(from, kind, last?.Sequence);
    }
}
