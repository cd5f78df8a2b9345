using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Threads;

/// <summary><c>mesh send</c>: sends one message and says what became of it.</summary>
internal static class SendCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var threadId = CommonOptions.ThreadId();
        var options = new MessageOptions();
        var command = new Command("send", "Send a message as one of the two parties.") { threadId };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (mesh, thread) = await parsed.ConnectToThreadAsync(threadId, cancellation);
            var message = await options.BuildAsync(
                parsed, mesh, thread, new MessageDefaults(null, null, null), terminal, cancellation);
            var receipt = await mesh.SendAsync(thread, message, cancellation);
            return Say(receipt, parsed, options, terminal);
        });
        return command;
    }

    /// <summary>Says what a receipt says.</summary>
    /// <returns>The exit code for it.</returns>
    public static int Say(Receipt receipt, ParseResult parsed, MessageOptions options, Terminal terminal)
    {
        if (options.WantsIdOnly(parsed) && receipt.Kind != ReceiptKind.Rejected)
        {
            terminal.Say(receipt.MessageId!);
        }
        else if (parsed.WantsJson())
        {
            terminal.WriteJson(receipt, CliJson.Context.Receipt);
        }
        else if (receipt.Kind is ReceiptKind.Accepted or ReceiptKind.Duplicate)
        {
            var (outcome, state) = (ThreadWords.Of(receipt.Kind), ThreadWords.Of(receipt.ThreadState));
            terminal.Out.MarkupLineInterpolated($"{outcome} as message [bold]{receipt.Sequence}[/]; the thread is {state}");
        }
        else
        {
            var detail = receipt.Detail is { Length: > 0 } words ? $": {words}" : "";
            terminal.Pass($"mesh: {ThreadWords.Of(receipt.Kind)} {ThreadWords.Of(receipt.Reason)}{detail}");
        }

        return receipt.Kind switch
        {
            ReceiptKind.Accepted or ReceiptKind.Duplicate => ExitCode.Done,
            ReceiptKind.Rejected => ExitCode.Refused,
            _ => ExitCode.Unreachable,
        };
    }
}
