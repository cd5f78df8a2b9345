using System.Globalization;
using System.Text;
using System.Text.Json;
using DurableMesh.Agents.Processes;
using DurableMesh.Client;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Agents.Runs;

/// <summary>
/// Makes messages of what a run said, and sends them. A turn's id follows from the message that it answers alone: done again, it
/// is a duplicate and never a second turn.
/// </summary>
internal sealed class Outbox(MeshAgentOptions options, MeshLink mesh, ILogger log)
{
    // A body may be 1 MiB of JSON (http-api.md).
    private const int LongestText = 900_000;

    private readonly Secret _secret = new(options.Key);

    /// <summary>Reserves what the next run can cost, beside what earlier runs have spent of it.</summary>
    /// <returns>Whether it may be made.</returns>
    public async Task<bool> ReserveAsync(RunRecord record, CancellationToken cancellation)
    {
        if (options.WorstCaseUsd is not { } worst)
        {
            return true;
        }

        var request = new ReservationRequest(
            options.Agent, new Usage { CostUsd = worst + (record.Unsettled?.CostUsd ?? 0) });
        var receipt = await mesh.PersistAsync(
            (client, stop) => Decided(client, client.ReserveAsync(record.ThreadId, request, stop)), cancellation);
        if (receipt.Kind == ReceiptKind.Rejected)
        {
            AgentLog.Stopped(log, record.ThreadId, record.Sequence, $"there is no money for it: {receipt.Detail}");
        }

        return receipt.Kind != ReceiptKind.Rejected;
    }

    /// <summary>What a run that did not come to an answer, and those before it, have cost.</summary>
    public Usage? Spent(RunRecord record, ActiveRun run) => UsageSum.Of(record.Unsettled, run.Usage ?? Assumed());

    /// <summary>The turn that a run said, or that its text is; null where it said none.</summary>
    public SendMessageRequest? Turn(RunRecord record, AgentTurn turn, ActiveRun run, string? text)
    {
        var reply = run.SaidTurn ?? OfText(turn, text);

        // The mesh itself settles a turn without usage at what is reserved for it, and says so in the evidence.
        var usage = run.Usage is null && record.Unsettled is null && options.CostPerRunUsd is null ? null : Spent(record, run);
        return reply is null
            ? null
            : Request(record, $"run:{record.Sequence}:{(reply.Kind.IsMove() ? "turn" : "text")}", reply, usage);
    }

    /// <summary>Sends a finding or a note, while the run goes on. One that is refused is said to the operator.</summary>
    public async Task SendAsideAsync(RunRecord record, AgentReply reply, int number, CancellationToken cancellation)
    {
        // With the run's own mark: another machine that gets the message counts its tries from 1 too.
        var id = string.Create(CultureInfo.InvariantCulture, $"run:{record.Sequence}.{record.Mark}:{number}");
        await SendAsync(record, Request(record, id, reply, usage: null), cancellation);
    }

    /// <summary>Says that the agent cannot answer.</summary>
    /// <returns>The message's place in the thread; null where there was nobody to tell.</returns>
    public async Task<int?> GiveUpAsync(RunRecord record, AgentTurn turn, string why, CancellationToken cancellation)
    {
        if (!turn.IsMove(options.Agent))
        {
            return null;
        }

        var words = Fit($"{options.Agent} cannot answer message {record.Sequence}. {why}");
        var request = Request(
            record, $"run:{record.Sequence}:failed", AgentReply.Of(MessageKind.Failure, words), record.Unsettled);
        return (await SendAsync(record, request, cancellation)).Sent;
    }

    /// <summary>Sends a message until the mesh has decided about it.</summary>
    /// <returns>Its place, or what is wrong with it; neither where the thread goes on without it.</returns>
    public async Task<(int? Sent, RunEnd.Refused? Refusal)> SendAsync(
        RunRecord record, SendMessageRequest request, CancellationToken cancellation)
    {
        var utf8 = JsonSerializer.SerializeToUtf8Bytes(request, AgentsJson.Context.SendMessageRequest);
        try
        {
            var receipt = await mesh.PersistAsync(
                (client, stop) => Decided(client, client.SendAsync(record.ThreadId, utf8, stop)), cancellation);
            options.Sent?.Invoke(receipt);
            if (receipt.Kind != ReceiptKind.Rejected)
            {
                return (receipt.Sequence, null);
            }

            var reason = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{receipt.Reason}");
            AgentLog.Refused(log, record.ThreadId, request.Kind, request.MessageId, reason, receipt.Detail);
            return (null, CanBeMended(receipt.Reason) ? new RunEnd.Refused(reason, receipt.Detail ?? reason) : null);
        }
        catch (MeshProblemException problem)
        {
            AgentLog.Refused(
                log, record.ThreadId, request.Kind, request.MessageId, problem.Problem.Code ?? "refused", problem.Message);
            return (null, new RunEnd.Refused(problem.Problem.Code ?? "refused", problem.Message));
        }
    }

    /// <summary>Why a run that ended well is no answer.</summary>
    public static string NoAnswer(AgentTurn turn, string agent, string? text) =>
        agent == turn.Thread.Initiator ? "It ended well and said nothing: print the answer, or write it to $MESH_REPLY."
        : string.IsNullOrWhiteSpace(text)
            ? "It ended well and gave no verdict: write one to $MESH_REPLY ('mesh reply verdict …')."
        : "It printed text, which is never a verdict: write the verdict to $MESH_REPLY ('mesh reply verdict …').";

    private AgentReply? OfText(AgentTurn turn, string? text) =>
        !string.IsNullOrWhiteSpace(text) && Turns.KindOfText(turn, options.Agent) is { } kind
            ? AgentReply.Of(kind, Fit(text.Trim()))
            : null;

    private SendMessageRequest Request(RunRecord record, string id, AgentReply reply, Usage? usage)
    {
        reply = _secret.Hide(reply);
        return new SendMessageRequest
        {
            MessageId = id,
            From = options.Agent,
            Kind = reply.Kind,
            Body = reply.Body,
            Checks = reply.Checks,
            Artifacts = reply.Artifacts,
            InReplyTo = reply.InReplyTo ?? record.Sequence,
            Verdict = reply.Verdict,
            Usage = usage,
        };
    }

    private Usage? Assumed() =>
        (options.CostPerRunUsd ?? options.WorstCaseUsd) is { } usd ? new Usage { CostUsd = usd } : null;

    /// <summary>A text that fits into a message: its head and tail where it is too long.</summary>
    private static string Fit(string text)
    {
        for (var limit = LongestText; ; limit /= 2)
        {
            var bounded = new BoundedText(limit / 2, limit / 2);
            bounded.Append(text);
            var said = bounded.ToString();
            if (Encoding.UTF8.GetByteCount(CanonicalJson.Quote(said)) <= LongestText)
            {
                return said;
            }
        }
    }

    private static bool CanBeMended(RejectReason? reason) => reason is
        RejectReason.UnsupportedPass or RejectReason.WrongKind or RejectReason.UnknownReply or RejectReason.FindingsCap;

    private static async Task<Receipt> Decided(MeshClient client, Task<Receipt> asked)
    {
        var receipt = await asked;
        return receipt.Kind != ReceiptKind.Pending
            ? receipt
            : throw new MeshUnreachableException(client.Address, "it has not decided about a message yet");
    }
}
