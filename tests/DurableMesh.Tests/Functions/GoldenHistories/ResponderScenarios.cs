using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Responder;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>
/// The lives of the orchestrations that answer messages. Nobody is asked: their activities answer as they are told.
/// </summary>
internal static class ResponderScenarios
{
    private static readonly ReplyTo Submission = new("thread", 2, SampleThread.Verifier);

    private static readonly Usage Spent = new() { InputTokens = 900, OutputTokens = 80, CostUsd = 0.01m };

    private static readonly ReplyPlan Ask = new(ReplyStep.Ask)
    {
        WorstCase = new Usage { CostUsd = 0.25m },
        RetryFor = TimeSpan.FromMinutes(5),
        MaxTries = 3,
    };

    private static readonly ReplyOutcome Sent = new(ReplyEnd.Ready);

    private static readonly ReplyOutcome Failed = new(ReplyEnd.Failed, "It is away.") { Spent = Spent };

    public static IReadOnlyList<ThreadScenario> All { get; } =
    [
        Reply("left", reply => reply.RunAsync(
            nameof(ReplyOrchestrator), new ReplyTo("no-such-thread", 2, SampleThread.Verifier))),
        Reply("sent", async reply =>
        {
            Try(reply, Answered);
            reply.Answer(nameof(ReplyActivities.SendReply), Sent);
            await StartAsync(reply);
        }),
        Reply("sent-after-failures-and-a-refusal", async reply =>
        {
            var toldToWait = Failed with { After = TimeSpan.FromSeconds(7) };
            var atWork = new ReplyOutcome(ReplyEnd.AtWork) { Resume = "task-1", Spent = Spent };
            Try(reply, Failed);
            Try(reply, toldToWait);
            Try(reply, atWork);
            Try(reply, Answered);
            reply.Answer(
                nameof(ReplyActivities.SendReply),
                new ReplyOutcome(ReplyEnd.Refused, "AC-1 is not among the checks.") { Reason = "unsupported_pass" });
            Try(reply, Answered);
            reply.Answer(nameof(ReplyActivities.SendReply), Sent);
            await StartAsync(reply);
            for (var seconds = 0; seconds < 30; seconds++)
            {
                await reply.AdvanceAsync(TimeSpan.FromSeconds(1));
            }
        }),
        Reply("given-up", async reply =>
        {
            Try(reply, new ReplyOutcome(ReplyEnd.Hopeless, "It wants a key."));
            reply.Answer(nameof(ReplyActivities.GiveUpReply), [null]);
            await StartAsync(reply);
        }),
        Reply("without-money", async reply =>
        {
            reply.Answer(nameof(ReplyActivities.PlanReply), Ask);
            reply.Answer(nameof(ReplyActivities.ReserveReply), new ReplyPlan(ReplyStep.Leave, "The cap is reached."));
            await StartAsync(reply);
        }),
        Reply("acknowledged", async reply =>
        {
            reply.Answer(nameof(ReplyActivities.PlanReply), new ReplyPlan(ReplyStep.Acknowledge));
            reply.Answer(nameof(ReplyActivities.AcknowledgeFor), [null]);
            await StartAsync(reply);
        }),
        Watch("broken", async watch =>
        {
            watch.Fail(nameof(ResponderActivities.StartReplies), new FormatException("a defect"));
            await watch.RunAsync(nameof(ResponderWatch), EventCursor.Beginning);
        }),
        Watch("goes-on-as-new", async watch =>
        {
            watch.Answer(
                nameof(ResponderActivities.StartReplies),
                EventCursor.Beginning with { Store = 7 },
                EventCursor.Beginning with { Store = 8 });
            watch.Fail(nameof(ResponderActivities.StartReplies), new FormatException("a defect, or it would go on for ever"));
            await watch.RunAsync(nameof(ResponderWatch), EventCursor.Beginning);
        }),
        new("nobody-of-that-name", End: null, async waiting =>
        {
            await waiting.RunAsync(nameof(WaitingReplies), new WaitingFor("nobody", IsChanged: true));
            await waiting.AdvanceAsync(TimeSpan.FromSeconds(10));
        })
        {
            Orchestration = nameof(WaitingReplies),
        },
    ];

    private static ReplyOutcome Answered => new(ReplyEnd.Ready)
    {
        Message = SampleThread.Incoming(SampleThread.PassOf(ReplyOrchestrator.MessageIdOf(Submission))),
        Spent = Spent,
    };

    private static void Try(ThreadRecorder reply, ReplyOutcome outcome)
    {
        reply.Answer(nameof(ReplyActivities.PlanReply), Ask);
        reply.Answer(nameof(ReplyActivities.ReserveReply), [null]);
        reply.Answer(nameof(ReplyActivities.AskAgent), outcome);
    }

    private static Task StartAsync(ThreadRecorder reply) => reply.RunAsync(nameof(ReplyOrchestrator), Submission);

    private static ThreadScenario Reply(string name, Func<ThreadRecorder, Task> steps) =>
        new(name, End: null, steps) { Orchestration = nameof(ReplyOrchestrator) };

    private static ThreadScenario Watch(string name, Func<ThreadRecorder, Task> steps) =>
        new(name, End: null, steps) { Orchestration = nameof(ResponderWatch) };
}
