using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Money;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Responder;

/// <summary>
/// What answering a message takes. Each may run twice, late, or for an episode that is never committed: what is sent bears the
/// same id every time, and what does not fit any more is left.
/// </summary>
public sealed partial class ReplyActivities(
    TurnReader turns,
    AdapterCalls calls,
    IAgentDirectory agents,
    IPolicySource policies,
    IThreadLog log,
    MessageDelivery delivery,
    CallReservations reservations,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger<ReplyActivities> logger)
{
    /// <summary>How many failed checks are told to the peer while the agent is still at it.</summary>
    private const int MaxFindings = 20;

    /// <summary>Looks whether a message is to be answered, and what that can cost at most.</summary>
    /// <param name="next">The try.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(PlanReply))]
    public async Task<ReplyPlan> PlanReply([ActivityTrigger] ReplyTry next, CancellationToken cancellation)
    {
        var pending = await turns.ReadAsync(next.To, next.Refused, cancellation);
        if (pending.Call is not { } call)
        {
            return new ReplyPlan(pending.IsHopeless ? ReplyStep.GiveUp : ReplyStep.Leave, pending.Why);
        }

        if (SignOfLife.IsAskedFor(call.Turn.Message))
        {
            return new ReplyPlan(ReplyStep.Acknowledge);
        }

        if (!call.Adapter.IsServerSide)
        {
            return new ReplyPlan(ReplyStep.Leave, $"{call.Agent.Id} comes for its messages itself");
        }

        var limits = options.Value.Responder;
        return new ReplyPlan(ReplyStep.Ask)
        {
            WorstCase = calls.WorstCase(call) is { } worst ? UsageSum.Of(next.Spent, worst) : null,
            RetryFor = limits.RetryFor,
            MaxTries = limits.MaxTries,
        };
    }

    /// <summary>Reserves what a call can cost at most; a call that it is refused is not made.</summary>
    /// <param name="worst">The message, and what to reserve.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Null where the call may be made; else what is to be done instead.</returns>
    [Function(nameof(ReserveReply))]
    public async Task<ReplyPlan?> ReserveReply(
        [ActivityTrigger] ReplyTry worst, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        if (await log.FindAsync(worst.To.ThreadId, cancellation) is not { View: var thread })
        {
            return new ReplyPlan(ReplyStep.Leave, "there is no such thread");
        }

        var policy = policies.Current;
        var settled = policy.Prices.Settle(worst.Spent!, time.GetUtcNow());
        if (settled.CostSource == CostSource.Unpriced && policy.Unpriced == UnpricedUsage.Allow)
        {
            return null;
        }

        var registry = await agents.ReadAsync(cancellation);
        var receipt = Decided(
            await reservations.AskAsync(client, thread, worst.To.Agent, settled, registry, cancellation));
        return receipt switch
        {
            { Kind: not ReceiptKind.Rejected } => null,
            { Reason: RejectReason.DayBudget or RejectReason.UnpricedModel } =>
                new ReplyPlan(ReplyStep.GiveUp, $"There is no money for the call. {receipt.Detail}"),
            _ => new ReplyPlan(ReplyStep.Leave, receipt.Detail),
        };
    }

    /// <summary>Asks the agent, once. What it says is screened before anything keeps it.</summary>
    /// <param name="next">The try.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(AskAgent))]
    public async Task<ReplyOutcome> AskAgent(
        [ActivityTrigger] ReplyTry next, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var pending = await turns.ReadAsync(next.To, next.Refused, cancellation);
        if (pending.Call is not { } call)
        {
            return new ReplyOutcome(ReplyEnd.Elsewhere, $"left: {pending.Why}");
        }

        var answer = await calls.AskAsync(
            call with { Resume = next.Resume, Failing = Findings(next.To, call, client) }, cancellation);
        var spent = UsageSum.Of(next.Spent, answer.Spent);
        var thread = call.Turn.Thread;
        if (answer is { End: RunEnd.Done, Reply: { } reply })
        {
            var (asked, wrong) = ReplyForm.Of(next.To, reply, spent);
            return asked is not null
                ? new ReplyOutcome(ReplyEnd.Ready)
                {
                    Message = await delivery.PrepareAsync(thread, asked, cancellation),
                    Spent = spent,
                }
                : await OutcomeAsync(thread, next.To, new RunEnd.Refused("bad_reply", wrong!), spent, cancellation);
        }

        var outcome = await OutcomeAsync(thread, next.To, answer.End, spent, cancellation);
        return outcome with { End = answer.IsAtWork ? ReplyEnd.AtWork : outcome.End, Resume = answer.Resume };
    }

    /// <summary>Sends an answer.</summary>
    /// <param name="ready">The answer.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(SendReply))]
    public async Task<ReplyOutcome> SendReply(
        [ActivityTrigger] ReplyReady ready, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        if (await log.FindAsync(ready.To.ThreadId, cancellation) is not { View: var thread })
        {
            return new ReplyOutcome(ReplyEnd.Elsewhere, "left: there is no such thread");
        }

        var registry = await agents.ReadAsync(cancellation);
        var receipt = Decided(await delivery.DeliverAsync(client, thread, ready.Message, registry, cancellation));
        LogSent(ready.To.ThreadId, ready.To.Sequence, ready.To.Agent, ready.Message.Kind, receipt.Kind, receipt.Detail);
        return receipt switch
        {
            { Kind: not ReceiptKind.Rejected } => new ReplyOutcome(ReplyEnd.Ready),
            { Reason: RejectReason.UnsupportedPass or RejectReason.WrongKind or RejectReason.UnknownReply } =>
                new ReplyOutcome(ReplyEnd.Refused, receipt.Detail) { Reason = ReplyForm.NameOf(receipt.Reason.Value) },
            { Reason: RejectReason.DayBudget or RejectReason.UnpricedModel } =>
                new ReplyOutcome(ReplyEnd.Hopeless, receipt.Detail),
            { Reason: RejectReason.ThreadNotOpen } => new ReplyOutcome(ReplyEnd.Failed, receipt.Detail),
            _ => new ReplyOutcome(ReplyEnd.Elsewhere, $"left: {receipt.Detail}"),
        };
    }

    /// <summary>Says that a message arrives, where its sender wants to know no more.</summary>
    /// <param name="of">The message.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(AcknowledgeFor))]
    public async Task AcknowledgeFor(
        [ActivityTrigger] ReplyGivenUp of, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var registry = await agents.ReadAsync(cancellation);
        var adapter = registry.Find(of.To.Agent)?.Adapter ?? AgentAdapter.Pull;
        await SendAsync(of.To, SignOfLife.Of(of.To, adapter), client, cancellation);
    }

    /// <summary>Says that an agent cannot answer.</summary>
    /// <param name="end">The message, and why.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(GiveUpReply))]
    public Task GiveUpReply(
        [ActivityTrigger] ReplyGivenUp end, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        LogGivenUp(end.To.ThreadId, end.To.Sequence, end.To.Agent, end.Why);
        return SendAsync(end.To, ReplyForm.Failure(end), client, cancellation);
    }

    private async Task SendAsync(
        ReplyTo to, SendMessageRequest asked, DurableTaskClient client, CancellationToken cancellation)
    {
        if (await log.FindAsync(to.ThreadId, cancellation) is { View: var thread })
        {
            var registry = await agents.ReadAsync(cancellation);
            var receipt = Decided(await delivery.SendAsync(client, thread, asked, registry, cancellation));
            LogSent(to.ThreadId, to.Sequence, to.Agent, asked.Kind, receipt.Kind, receipt.Detail);
        }
    }

    /// <summary>What went wrong, without what the other party may not see: history and thread may get it.</summary>
    private async Task<ReplyOutcome> OutcomeAsync(
        ThreadView thread, ReplyTo to, RunEnd end, Usage? spent, CancellationToken cancellation)
    {
        var (kind, why) = end switch
        {
            RunEnd.Done => (ReplyEnd.Elsewhere, "the agent answers by itself"),
            RunEnd.Later later => (ReplyEnd.Failed, later.Why),
            RunEnd.Refused refused => (ReplyEnd.Refused, refused.Detail),
            RunEnd.Failed { ForGood: false } failed => (ReplyEnd.Failed, failed.Why),
            RunEnd.Failed failed => (ReplyEnd.Hopeless, failed.Why),
            _ => (ReplyEnd.Hopeless, "It failed."),
        };
        var words = ReplyForm.Failure(new ReplyGivenUp(to, why));
        var screened = await delivery.PrepareAsync(thread, words, cancellation);
        return new ReplyOutcome(kind, screened.Body?.Inline?.ToDisplayText() ?? "It failed.")
        {
            Reason = (end as RunEnd.Refused)?.Reason,
            After = (end as RunEnd.Later)?.After,
            Spent = spent,
        };
    }

    private Func<Check, ValueTask> Findings(ReplyTo to, AdapterCall call, DurableTaskClient client)
    {
        var thread = call.Turn.Thread;
        var (count, most) = (0, Math.Min(MaxFindings, thread.Limits.MaxFindingsPerTurn));
        return async check =>
        {
            if (++count > most || ReplyForm.Finding(to, check, count) is not { } finding)
            {
                return;
            }

            try
            {
                var registry = await agents.ReadAsync(CancellationToken.None);
                await delivery.SendAsync(client, thread, finding, registry, CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or JsonException or InvalidOperationException)
            {
                // The verdict will say it again.
                LogFindingLost(to.ThreadId, to.Sequence, e.Message);
            }
        };
    }

    private static Receipt Decided(Receipt receipt) => receipt.Kind != ReceiptKind.Pending
        ? receipt
        : throw new StoreUnavailableException($"Thread {receipt.ThreadId} has not decided in time.");

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Thread {ThreadId}, message {Sequence}: {Kind} for {Agent} is {Receipt}. {Detail}")]
    private partial void LogSent(
        string threadId, int sequence, string agent, MessageKind kind, ReceiptKind receipt, string? detail);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Thread {ThreadId}, message {Sequence}: {Agent} cannot answer. {Why}")]
    private partial void LogGivenUp(string threadId, int sequence, string agent, string why);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Thread {ThreadId}, message {Sequence}: a finding was not sent. {Why}")]
    private partial void LogFindingLost(string threadId, int sequence, string why);
}
