using DurableMesh.Core.Money;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Surfaces;
using DurableMesh.Functions.Threads;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>
/// The lives of a thread that are recorded, and of the app's other orchestrations. A way through the orchestrator's code that
/// none of them takes can be changed without a golden history noticing: what adds a way, adds a scenario.
/// </summary>
internal static class ThreadScenarios
{
    private static readonly Exception StoreIsAway = new StoreUnavailableException("The storage does not answer.");

    private static readonly AcceptanceCriterion[] Criteria =
        [new("AC-1", "quoted newline kept"), new("AC-2", "empty file"), new("AC-3", "fast", Required: false)];

    public static IReadOnlyList<ThreadScenario> All { get; } =
    [
        new("verified-after-rounds", EndReason.Verified, async thread =>
        {
            await thread.StartAsync(SampleThread.RequestOf() with
            {
                Brief = new Brief { Subject = "CSV reader", Body = JsonText.OfString("Please."), Acceptance = Criteria },
            });
            await thread.SendAsync(
                Submission("b-1", body: new string('x', MessageBody.MaxInlineBytes)),
                Finding("v-1", "AC-1"),
                Finding("v-2", "AC-2"),
                Fail("v-3", "AC-1", "AC-2"),
                Note("b-2"),
                Submission("b-3"),
                Fail("v-4", "AC-2"),
                Submission("b-4") with { Usage = new Usage { InputTokens = 900, OutputTokens = 80, CostUsd = 0.25m } });
            await thread.SendAsync(SampleThread.PassOf("v-5") with
            {
                Checks = [Check("AC-1", CheckStatus.Pass), Check("AC-2", CheckStatus.Pass), Check("AC-3", CheckStatus.Skipped)],
            });
        }),
        new("question-and-answer", EndReason.PartiallyVerified, async thread =>
        {
            await thread.StartAsync();
            await thread.SendAsync(
                Message("b-1", MessageKind.Question),
                Message("v-1", MessageKind.Answer, SampleThread.Verifier) with { InReplyTo = 2 },
                Submission("b-2"),
                Message("v-2", MessageKind.Question, SampleThread.Verifier),
                Message("b-3", MessageKind.Answer),
                Message("v-3", MessageKind.Verdict, SampleThread.Verifier) with { Verdict = Verdict.Partial });
        }),
        new("recorded-by-an-episode-that-was-never-committed", EndReason.Verified, async thread =>
        {
            await thread.StartAsync();
            await thread.RecordElsewhereAsync(Submission("b-1"));
            await thread.SendAsync(Submission("b-1"), SampleThread.PassOf("v-1"));
        }),
        new("gate-denied", EndReason.GateDenied, thread => thread.StartAsync(
            SampleThread.RequestOf(verifier: SampleThread.Builder))),
        new("gate-failed", EndReason.InternalError, thread =>
        {
            thread.Fail(nameof(EvaluateGate), new FormatException("The registry cannot be read."));
            return thread.StartAsync();
        }),
        new("hold-approved", EndReason.VerifierBlocked, async thread =>
        {
            await thread.StartAsync(SampleThread.RequestOf() with { Priority = Priority.H });
            await thread.SendAsync(Submission("b-1"));
            await thread.PostAsync(new GateDecided("anna", HoldDecision.Approve, "fine"));
            await thread.PostAsync(new GateDecided("bert", HoldDecision.Deny, "too late"));
            await thread.SendAsync(Message("v-1", MessageKind.Note, SampleThread.Verifier), Submission("b-1"));
            await thread.SendAsync(Message("v-2", MessageKind.Verdict, SampleThread.Verifier) with { Verdict = Verdict.Blocked });
        }),
        new("hold-denied", EndReason.GateDenied, async thread =>
        {
            await thread.StartAsync(SampleThread.RequestOf() with { Priority = Priority.H });
            await thread.PostAsync(new GateDecided("anna", HoldDecision.Deny, "not today"));
        }),
        new("hold-expired-after-a-reminder", EndReason.GateExpired, async thread =>
        {
            await thread.StartAsync(SampleThread.RequestOf() with { Priority = Priority.H });
            await thread.AdvanceAsync(TimeSpan.FromMinutes(15));
            await thread.AdvanceAsync(TimeSpan.FromMinutes(15));
        }),
        new("recipient-gone", EndReason.AgentUnreachable, async thread =>
        {
            await thread.StartAsync();
            await thread.PostAsync(new PartyUnavailable(SampleThread.Verifier, "It is disabled."));
        }),
        new("ttl-expired", EndReason.TtlExpired, async thread =>
        {
            await thread.StartAsync();
            await thread.SendAsync(Submission("b-1"));
            await thread.AdvanceAsync(TimeSpan.FromMinutes(30));
        }),
        new("max-turns", EndReason.MaxTurns, async thread =>
        {
            await thread.StartAsync(SampleThread.RequestOf() with { Limits = new LimitsRequest { MaxTurns = 2 } });
            await thread.SendAsync(Submission("b-1"), Fail("v-1", "AC-1"));
        }),
        new("cost-cap", EndReason.CostCap, async thread =>
        {
            await thread.StartAsync();
            await thread.SendAsync(Submission("b-1") with { Usage = new Usage { CostUsd = 2.01m } });
        }),
        new("reservations", EndReason.CostCap, async thread =>
        {
            await thread.StartAsync();
            await thread.PostAsync(Reservation(SampleThread.Builder, 1.5m));
            await thread.SendAsync(Submission("b-1") with { Usage = new Usage { CostUsd = 1.25m } });
            await thread.PostAsync(Reservation(SampleThread.Verifier, 0.5m));
            await thread.PostAsync(Reservation(SampleThread.Builder, 0.5m));
        }),
        new("runs-that-do-not-say-their-cost", EndReason.CostCap, async thread =>
        {
            await thread.StartAsync();
            await thread.PostAsync(Reservation(SampleThread.Builder, 1.5m));
            await thread.SendAsync(Submission("b-1"));
            await thread.PostAsync(Reservation(SampleThread.Verifier, 0.75m));
        }),
        new("nobodys-word-is-taken", EndReason.Verified, async thread =>
        {
            await thread.StartAsync();
            await thread.SendAsync(Message("s-1", MessageKind.Note, "stranger"));
            var dear = new SendMessageRequest
            {
                MessageId = "b-1",
                From = SampleThread.Builder,
                Kind = MessageKind.Submission,
                Usage = new Usage { CostUsd = 0.5m },
            };
            var budgets = new[] { new DayBudget("agent 'codecraft-builder'", 1, 0.75m) };
            await thread.PostAsync(new MessageArrived(SampleThread.Incoming(dear) with { Budgets = budgets }));
            await thread.PostAsync(Reservation(SampleThread.Builder, 0.5m) with { Budgets = budgets });
            await thread.SendAsync(
                Submission("b-2"),
                SampleThread.PassOf("v-1") with { Checks = [Check("AC-1", CheckStatus.Pass), Check("X", CheckStatus.Fail)] },
                SampleThread.PassOf("v-2") with
                {
                    Checks = [new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "\u200B" }],
                });
            await thread.SendAsync(SampleThread.PassOf("v-3"));
        }),
        new("cannot-answer", EndReason.AgentUnreachable, async thread =>
        {
            await thread.StartAsync();
            await thread.PostAsync(Reservation(SampleThread.Builder, 0.5m));
            await thread.SendAsync(
                SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Failure, "The model is away."));
        }),
        new("no-progress", EndReason.NoProgress, async thread =>
        {
            await thread.StartAsync();
            await thread.SendAsync(
                Submission("b-1"),
                Fail("v-1", "AC-1"),
                Submission("b-2"),
                Fail("v-2", "AC-1"),
                Submission("b-3"),
                Fail("v-3", "AC-1"));
        }),
        new("verifier-blocked", EndReason.VerifierBlocked, async thread =>
        {
            await thread.StartAsync();
            await thread.SendAsync(
                Submission("b-1"),
                Message("v-1", MessageKind.Verdict, SampleThread.Verifier) with { Verdict = Verdict.Blocked });
        }),
        new("cancelled", EndReason.Cancelled, async thread =>
        {
            await thread.StartAsync();
            await thread.PostAsync(Cancel);
        }),
        new("cancelled-before-the-gate-spoke", EndReason.Cancelled, thread => thread.WhileActivitiesWaitAsync(async () =>
        {
            await thread.StartAsync();
            await thread.PostAsync(Cancel);
        })),
        new("messages-under-way-at-the-end", EndReason.Cancelled, async thread =>
        {
            await thread.StartAsync();
            await thread.WhileActivitiesWaitAsync(async () =>
            {
                await thread.SendAsync(Submission("b-1"));
                await thread.PostAsync(Cancel);
                await thread.SendAsync(Note("b-2"));
                await thread.PostAsync(Cancel);
            });
        }),
        new("messages-while-the-evidence-is-written", EndReason.Cancelled, async thread =>
        {
            await thread.StartAsync();
            thread.Fail(nameof(ThreadActivities.WriteEvidence), StoreIsAway);
            await thread.PostAsync(Cancel);
            await thread.WhileActivitiesWaitAsync(() => thread.SendAsync(Note("b-1"), Note("b-2")));
        }),
        new("duplicates-and-rejections", EndReason.Verified, async thread =>
        {
            await thread.StartAsync();
            await thread.SendAsync(
                Submission("b-1"),
                Submission("b-1"),
                Submission("b-1", body: "other content"),
                Submission("b-2"),
                Message("v-1", MessageKind.Submission, SampleThread.Verifier),
                Message("x-1", MessageKind.Note, "a stranger"),
                SampleThread.PassOf("v-2") with { Checks = [] },
                SampleThread.PassOf("b-3", SampleThread.Builder),
                Message("b-4", MessageKind.Note) with { InReplyTo = 9 });
            await thread.PostAsync(new GateDecided("a person", HoldDecision.Approve, "too late"));
            await thread.SendAsync(SampleThread.PassOf("v-3"));
        }),
        new("events-that-are-no-envelopes", EndReason.Verified, async thread =>
        {
            await thread.StartAsync();
            await thread.RaiseAsync("inbox", null);
            await thread.RaiseAsync("inbox", "hello");
            await thread.RaiseAsync("inbox", new { requestId = "request", payload = new { kind = "unheard of" } });
            await thread.RaiseAsync("inbox", new { });
            await thread.RaiseAsync("another event", 7);
            await thread.SendAsync(Submission("b-1"), SampleThread.PassOf("v-1"));
        }),
        new("events-that-nobody-sealed", EndReason.Verified, async thread =>
        {
            var pass = new MessageArrived(SampleThread.Incoming(SampleThread.PassOf("v-1")));
            await thread.StartAsync();
            await thread.RaiseAsync("inbox", new InboxEnvelope("forged-1", Cancel));
            await thread.SendAsync(Submission("b-1"));
            await thread.WhileActivitiesWaitAsync(async () =>
            {
                await thread.SendAsync(Note("b-2"));
                await thread.RaiseAsync("inbox", new InboxEnvelope("forged-2", pass, new string('a', 64)));
                await thread.SendAsync(Finding("v-2", "AC-1"));
            });
            await thread.RaiseAsync("inbox", new { payload = new { kind = "cancel", why = "no request, and by nobody" } });
            await thread.RaiseAsync(
                "inbox", new { requestId = "forged-3", payload = new { kind = "decision", decision = "approve" } });
            await thread.RaiseAsync("inbox", new { requestId = "forged-4", payload = new { kind = "reservation" }, seal = "x" });
            await thread.SendAsync(SampleThread.PassOf("v-3"));
        }),
        new("carried-over-without-a-seal", EndReason.Verified, async thread =>
        {
            await thread.GoOnWithoutSealAsync();
            await thread.SendAsync(Submission("b-1"), SampleThread.PassOf("v-1"));
        }),
        new("started-by-nobody", End: null, thread => thread.BeginAsync(ThreadState.Starting(
            SampleThread.AdmittedStartOf("started-by-nobody", SampleThread.RequestOf(), SampleThread.Noon)))),
        new("deadline-while-recording", EndReason.TtlExpired, async thread =>
        {
            await thread.StartAsync();
            await thread.WhileActivitiesWaitAsync(async () =>
            {
                await thread.SendAsync(Submission("b-1"), Note("b-2"));
                await thread.AdvanceAsync(TimeSpan.FromMinutes(30));
                await thread.SendAsync(SampleThread.PassOf("v-1"));
            });
        }),
        new("deadline-together-with-messages", EndReason.TtlExpired, async thread =>
        {
            await thread.StartAsync();
            await thread.WhileSuspendedAsync(async () =>
            {
                await thread.SendAsync(Submission("b-1"));
                await thread.AdvanceAsync(TimeSpan.FromMinutes(30));
                await thread.SendAsync(SampleThread.PassOf("v-1"));
            });
        }),
        new("storage-away", EndReason.Verified, async thread =>
        {
            thread.Fail(nameof(EvaluateGate), StoreIsAway, times: 2);
            thread.Fail(nameof(ThreadActivities.RecordThreadStep), StoreIsAway, times: 3);
            await thread.StartAsync();
            await thread.AdvanceAsync(TimeSpan.FromMilliseconds(250));
            await thread.AdvanceAsync(TimeSpan.FromMilliseconds(500));
            await thread.AdvanceAsync(TimeSpan.FromMilliseconds(250));
            await thread.SendAsync(Submission("b-1"));
            await thread.AdvanceAsync(TimeSpan.FromSeconds(1));
            thread.Fail(nameof(ThreadActivities.WriteEvidence), StoreIsAway);
            await thread.SendAsync(SampleThread.PassOf("v-1"));
            await thread.AdvanceAsync(TimeSpan.FromMilliseconds(250));
        }),
        new("step-that-cannot-be-recorded", EndReason.InternalError, async thread =>
        {
            await thread.StartAsync();
            thread.Fail(nameof(ThreadActivities.RecordThreadStep), new FormatException("There is no such number."));
            await thread.SendAsync(Submission("b-1"));
        }),
        new("continued-as-new", EndReason.Verified, async thread =>
        {
            await thread.StartAsync();
            var notes = Enumerable.Range(1, ThreadOrchestrator.StepsPerRun - 2).Select(number => Note($"b-{number}"));
            await thread.SendAsync([.. notes, Submission("b-49")]);
            await thread.WhileActivitiesWaitAsync(
                () => thread.SendAsync(Finding("v-1", "AC-1"), Fail("v-2", "AC-1"), Note("b-50")));
            await thread.SendAsync(Note("b-50"), Submission("b-51"), SampleThread.PassOf("v-3"));
        }),
        .. ResponderScenarios.All,
        .. WorkflowScenarios.All,
        new("surface-that-ends", End: null, async surface =>
        {
            await surface.OpenSurfaceAsync(Nightly);
            await surface.AdvanceAsync(TimeSpan.FromMinutes(30));
            await surface.RaiseAsync(SurfaceOrchestrator.Steered, "");
            await surface.AdvanceAsync(TimeSpan.FromHours(2));
        })
        {
            Orchestration = nameof(SurfaceOrchestrator),
        },
    ];

    private static SurfaceOpening Nightly => new()
    {
        Kind = SurfaceKind.AgentFactory,
        Name = "nightly",
        Limits = new SurfaceLimits(TimeSpan.FromHours(2), 1, 10),
        Agent = new AgentInput(SampleThread.Builder, SampleThread.Verifier, "proveo"),
    };

    private static ReservationAsked Reservation(string agent, decimal usd) =>
        new(agent, PriceTable.Empty.Settle(new Usage { CostUsd = usd }, SampleThread.Noon));

    private static CancelRequested Cancel => new("a person", "enough");

    private static SendMessageRequest Message(
        string id, MessageKind kind, string from = SampleThread.Builder, string body = "text") =>
        SampleThread.MessageOf(id, from, kind, body);

    private static SendMessageRequest Submission(string id, string body = "work") =>
        Message(id, MessageKind.Submission, body: body);

    private static SendMessageRequest Note(string id) => Message(id, MessageKind.Note);

    private static SendMessageRequest Finding(string id, string check) =>
        Message(id, MessageKind.Finding, SampleThread.Verifier) with { Checks = [Check(check, CheckStatus.Fail)] };

    private static SendMessageRequest Fail(string id, params string[] checks) =>
        Message(id, MessageKind.Verdict, SampleThread.Verifier) with
        {
            Verdict = Verdict.Fail,
            Checks = [.. checks.Select(check => Check(check, CheckStatus.Fail))],
        };

    private static Check Check(string id, CheckStatus status) => new() { Id = id, Status = status, Detail = "seen" };
}
