using System.Globalization;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;

namespace DurableMesh.Functions.Responder;

/// <summary>
/// Answers one message for an agent that the mesh reaches itself: plans, reserves the money, asks, and sends. Its instance is
/// named after the message, and so is what it sends: neither can be there twice.
/// </summary>
/// <remarks>
/// A call that fails is tried again for a bounded time, with the same idempotency key; an answer of the wrong form goes back
/// once. What cannot be answered ends as a message of kind failure. Nothing here makes a verdict: only an adapter that was
/// answered with one does, and the thread's own rules look at it as at any other.
/// </remarks>
public static class ReplyOrchestrator
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>The orchestration that answers a message.</summary>
    /// <param name="to">The message.</param>
    public static string InstanceOf(ReplyTo to) =>
        string.Create(CultureInfo.InvariantCulture, $"respond:{to.ThreadId}:{to.Sequence}");

    /// <summary>The thread of the message that an orchestration answers.</summary>
    /// <param name="instanceId">What <see cref="InstanceOf"/> gave.</param>
    public static string ThreadOf(string instanceId) => instanceId.Split(':')[1];

    /// <summary>What is sent is called so, whatever it is.</summary>
    /// <param name="to">The message that it answers.</param>
    public static string MessageIdOf(ReplyTo to) => string.Create(CultureInfo.InvariantCulture, $"respond-{to.Sequence}");

    /// <summary>Answers.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="to">The message.</param>
    /// <returns>What became of it, in words.</returns>
    [Function(nameof(ReplyOrchestrator))]
    public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, ReplyTo to)
    {
        var began = context.CurrentUtcDateTime;
        var next = new ReplyTry(to);
        var failures = 0;
        for (var tries = 1; ; tries++)
        {
            var plan = await context.CallActivityAsync<ReplyPlan>(nameof(ReplyActivities.PlanReply), next, UntilDone);
            if (plan.Step == ReplyStep.Leave)
            {
                return $"left: {plan.Why}";
            }

            if (plan.Step != ReplyStep.Ask)
            {
                return await CloseAsync(context, plan.Step, new ReplyGivenUp(to, plan.Why ?? "", next.Spent));
            }

            if (await NoMoneyAsync(context, to, plan) is { } none)
            {
                return none.Step == ReplyStep.Leave
                    ? $"left: {none.Why}"
                    : await CloseAsync(context, none.Step, new ReplyGivenUp(to, none.Why ?? "", next.Spent));
            }

            var outcome = await context.CallActivityAsync<ReplyOutcome>(nameof(ReplyActivities.AskAgent), next, UntilDone);
            if (outcome.End == ReplyEnd.Ready)
            {
                outcome = await SendAsync(context, to, outcome);
            }

            if (outcome.End is ReplyEnd.Ready or ReplyEnd.Elsewhere)
            {
                return outcome.Why ?? "sent";
            }

            next = next with { Spent = outcome.Spent, Resume = outcome.Resume };
            if (outcome.End == ReplyEnd.Refused && next.Refused is null)
            {
                next = next with { Refused = new Refusal(outcome.Reason ?? "bad_reply", outcome.Why ?? "") };
                continue;
            }

            if (outcome.End == ReplyEnd.AtWork)
            {
                // Nothing failed: the thread's own time to live is the limit.
                var later = context.CurrentUtcDateTime + PauseAfter(tries, context.InstanceId);
                await context.CreateTimer(later, CancellationToken.None);
                continue;
            }

            failures++;
            var pause = outcome.After ?? PauseAfter(failures, context.InstanceId);
            if (outcome.End != ReplyEnd.Failed
                || failures >= plan.MaxTries
                || context.CurrentUtcDateTime + pause > began + plan.RetryFor)
            {
                return await CloseAsync(context, ReplyStep.GiveUp, new ReplyGivenUp(to, WhyNot(outcome, failures), next.Spent));
            }

            await context.CreateTimer(context.CurrentUtcDateTime + pause, CancellationToken.None);
        }
    }

    private static async Task<ReplyPlan?> NoMoneyAsync(TaskOrchestrationContext context, ReplyTo to, ReplyPlan plan) =>
        plan.WorstCase is null
            ? null
            : await context.CallActivityAsync<ReplyPlan?>(
                nameof(ReplyActivities.ReserveReply), new ReplyTry(to, Spent: plan.WorstCase), UntilDone);

    private static async Task<ReplyOutcome> SendAsync(TaskOrchestrationContext context, ReplyTo to, ReplyOutcome outcome)
    {
        var sent = await context.CallActivityAsync<ReplyOutcome>(
            nameof(ReplyActivities.SendReply), new ReplyReady(to, outcome.Message!), UntilDone);
        return sent with { Spent = outcome.Spent };
    }

    private static async Task<string> CloseAsync(TaskOrchestrationContext context, ReplyStep step, ReplyGivenUp end)
    {
        var activity = step == ReplyStep.Acknowledge
            ? nameof(ReplyActivities.AcknowledgeFor)
            : nameof(ReplyActivities.GiveUpReply);
        await context.CallActivityAsync(activity, end, UntilDone);
        return step == ReplyStep.Acknowledge ? "acknowledged" : $"given up: {end.Why}";
    }

    private static string WhyNot(ReplyOutcome outcome, int failures) => outcome.End == ReplyEnd.Refused
        ? $"Its answer was refused twice, {outcome.Reason}: {outcome.Why}"
        : failures == 1 ? outcome.Why ?? ""
        : string.Create(CultureInfo.InvariantCulture, $"It failed {failures} times. {outcome.Why}");

    // Spread by the name, which a replay has too, so that many that fail together do not come back together.
    private static TimeSpan PauseAfter(int tries, string instanceId)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(tries - 1, 10));
        var jitter = instanceId.Aggregate((uint)tries, (hash, one) => (hash * 31) + one) % 1000 / 1000.0;
        return (pause < LongestPause ? pause : LongestPause) * (0.5 + jitter);
    }
}
