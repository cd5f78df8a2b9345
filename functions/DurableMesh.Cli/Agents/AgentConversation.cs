using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using DurableMesh.Client;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Processes;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary>Answers one message: runs the agent's command and sends what it prints, as it prints it.</summary>
internal sealed class AgentConversation(AgentOptions options, MeshLink mesh, Action<string> passErrorLine, TimeProvider time)
{
    private const int Tries = 3;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, MessageView> _briefs = new();

    /// <summary>Gets the receipt of every message that was sent.</summary>
    public Action<Receipt>? Sent { get; init; }

    /// <summary>Answers a message. When this returns, the command has ended and all it said was sent, or was refused.</summary>
    public async Task AnswerAsync(MessageView message, CancellationToken cancellation)
    {
        var thread = await mesh.PersistAsync(client => client.GetThreadAsync(message.ThreadId, cancellation), cancellation);
        if (thread.State == ThreadPhase.Ended)
        {
            _briefs.TryRemove(thread.ThreadId, out _);
            return;
        }

        if (options.WorstCaseUsd is { } usd && !await ReserveAsync(thread.ThreadId, usd, cancellation))
        {
            return;
        }

        var turn = new AgentTurn(thread, await BriefAsync(thread.ThreadId, cancellation), message);
        for (var attempt = 1; ; attempt++)
        {
            var failure = await TryAsync(turn, cancellation);
            if (failure is null)
            {
                return;
            }

            mesh.Say($"thread {thread.ThreadId}, message {message.Sequence}: {failure} (try {attempt} of {Tries})");
            if (attempt == Tries)
            {
                var note = AgentReply.Of(MessageKind.Note, $"My command failed {Tries} times. {failure}");
                await SendAsync(turn, note, "failed", cancellation);
                return;
            }

            await Task.Delay(BetweenTries * attempt, time, cancellation);
        }
    }

    /// <returns>Whether the command may be run: the money is there, and is kept for it.</returns>
    private async Task<bool> ReserveAsync(string threadId, decimal usd, CancellationToken cancellation)
    {
        var request = new ReservationRequest(options.Agent, new Usage { CostUsd = usd });
        var receipt = await mesh.PersistAsync(
            client => DecidedAsync(client, () => client.ReserveAsync(threadId, request, cancellation)), cancellation);
        if (receipt.Kind == ReceiptKind.Rejected)
        {
            mesh.Say($"thread {threadId}: the command is not run, {ThreadWords.Of(receipt.Reason)}: {receipt.Detail}");
        }

        return receipt.Kind != ReceiptKind.Rejected;
    }

    private async Task<MessageView> BriefAsync(string threadId, CancellationToken cancellation)
    {
        if (!_briefs.TryGetValue(threadId, out var brief))
        {
            var page = await mesh.PersistAsync(
                client => client.GetMessagesAsync(threadId, after: 0, to: null, TimeSpan.Zero, cancellation), cancellation);
            _briefs[threadId] = brief = page.Messages[0];
        }

        return brief;
    }

    /// <returns>What went wrong; null where all went well.</returns>
    private async Task<string?> TryAsync(AgentTurn turn, CancellationToken cancellation)
    {
        await using var command = ShellCommand.Start(
            options.Command,
            [
                new("MESH_URL", mesh.Address.AbsoluteUri.TrimEnd('/')),
                new("MESH_THREAD", turn.Thread.ThreadId),
                new("MESH_AGENT", options.Agent),
                new(CommonOptions.KeyVariable, options.Key ?? ""),
            ],
            JsonSerializer.Serialize(turn, CliJson.Context.AgentTurn) + "\n",
            passErrorLine);
        var text = new List<string>();
        var number = 0;
        try
        {
            await foreach (var line in command.ReadLinesAsync(cancellation))
            {
                if (ReplyLine.Read(line) is not { } reply)
                {
                    text.Add(line);
                }
                else if (!await SendAsync(turn, reply, (++number).ToString(CultureInfo.InvariantCulture), cancellation))
                {
                    return null;
                }
            }

            var exitCode = await command.WaitAsync(cancellation);
            if (exitCode != 0)
            {
                return command.ErrorTail is { Length: > 0 } words
                    ? $"Its exit code was {exitCode}; it said:\n{words}"
                    : $"Its exit code was {exitCode}; it said nothing.";
            }

            if (string.Join('\n', text).Trim() is { Length: > 0 } said)
            {
                await SendAsync(turn, AgentReply.Of(ReplyLine.KindOfText(turn, options.Agent), said), "text", cancellation);
            }

            return null;
        }
        catch (BadReplyException bad)
        {
            return bad.Message;
        }
    }

    /// <returns>Whether there is any use in saying more: false once the thread has ended.</returns>
    private async Task<bool> SendAsync(AgentTurn turn, AgentReply reply, string place, CancellationToken cancellation)
    {
        // The id follows from what is answered and where in the answer it stands: done again, it is a duplicate and not a second
        // message.
        var request = new SendMessageRequest
        {
            MessageId = $"run:{turn.Message.Sequence}:{place}",
            From = options.Agent,
            Kind = reply.Kind,
            Body = reply.Body,
            Checks = reply.Checks,
            Artifacts = reply.Artifacts,
            InReplyTo = reply.InReplyTo ?? turn.Message.Sequence,
            Verdict = reply.Verdict,
            Usage = reply.Usage,
        };
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.SendMessageRequest);
        try
        {
            var receipt = await mesh.PersistAsync(
                client => DecidedAsync(client, () => client.SendAsync(turn.Thread.ThreadId, utf8, cancellation)), cancellation);
            Sent?.Invoke(receipt);
            if (receipt.Kind == ReceiptKind.Rejected)
            {
                mesh.Say($"thread {receipt.ThreadId}: {Explain(request, receipt)}");
            }

            // Its own last word may well end the thread; a command that goes on talking after the end is stopped.
            return receipt.Reason != RejectReason.ThreadEnded;
        }
        catch (MeshProblemException problem)
        {
            throw new BadReplyException($"The mesh does not take its message: {problem.Message}", problem);
        }
    }

    private static async Task<Receipt> DecidedAsync(MeshClient client, Func<Task<Receipt>> ask)
    {
        var receipt = await ask();
        return receipt.Kind != ReceiptKind.Pending
            ? receipt
            : throw new MeshUnreachableException(client.Address, "it has not decided about a message yet");
    }

    private static string Explain(SendMessageRequest request, Receipt receipt) => receipt.Reason == RejectReason.MessageConflict
        ? $"an earlier run of the command already said something else as {request.MessageId}; that stands"
        : $"{ThreadWords.Of(request.Kind)} {request.MessageId} refused, {ThreadWords.Of(receipt.Reason)}: {receipt.Detail}";
}
