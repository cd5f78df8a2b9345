using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Threads;

/// <summary>A thread under test: sends what it is told and keeps every decision.</summary>
internal sealed class Dialogue
{
    public const string Builder = "codecraft-builder";
    public const string Verifier = "proveo-verifier";

    public static readonly DateTimeOffset Start = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private int _nextId;

    public Dialogue(Limits? limits = null, IReadOnlyList<AcceptanceCriterion>? acceptance = null) =>
        State = ThreadState.Starting(StartOf(limits, acceptance));

    public Dialogue(ThreadState state) => State = state;

    public ThreadState State { get; private set; }

    public DateTimeOffset Now { get; set; } = Start;

    public List<ThreadDecision> Decisions { get; } = [];

    public ThreadDecision Last => Decisions[^1];

    public static Limits Generous { get; } = new(TimeSpan.FromMinutes(30), 20, 2m, 50, 3);

    public static Dialogue Opened(Limits? limits = null, params AcceptanceCriterion[] acceptance)
    {
        var dialogue = new Dialogue(limits, acceptance.Length == 0 ? null : acceptance);
        dialogue.Decide(new GateEvaluated(new GateReport(GateOutcome.Approved, [])));
        return dialogue;
    }

    public static ThreadStart StartOf(Limits? limits = null, IReadOnlyList<AcceptanceCriterion>? acceptance = null)
    {
        var request = new StartThreadRequest
        {
            Pattern = Pattern.BuilderVerifier,
            McTask = "101959",
            Initiator = Builder,
            Responder = Verifier,
            Brief = new Brief
            {
                Subject = "CSV reader handles quoted newlines",
                Body = JsonText.OfString("Please."),
                Acceptance = acceptance ?? [new("AC-1", "newline kept"), new("AC-2", "empty file"), new("AC-3", "fast", false)],
            },
        };
        var policy = LimitPolicy.Standard with { Defaults = limits ?? Generous };
        return ThreadStart.Create("t-1", request, policy, ThreadStart.HashOf(request), Start);
    }

    public ThreadDecision Decide(ThreadInput input)
    {
        Now += TimeSpan.FromSeconds(1);
        var decision = ThreadRules.Decide(State, input, Now);
        State = decision.State;
        Decisions.Add(decision);
        return decision;
    }

    public Receipt Send(SendMessageRequest request, PriceTable? prices = null) =>
        Decide(new MessageArrived(IncomingMessage.Of(request, prices ?? PriceTable.Empty, Now))).Receipt!;

    public Receipt Send(string from, MessageKind kind, string? body = null, string? id = null, decimal? cost = null) => Send(new()
    {
        MessageId = id ?? NextId(),
        From = from,
        Kind = kind,
        Body = body is null ? null : JsonText.OfString(body),
        Usage = cost is null ? null : new Usage { CostUsd = cost },
    });

    public Receipt Submit(decimal? cost = null) => Send(Builder, MessageKind.Submission, "work", cost: cost);

    public Receipt Judge(Verdict verdict, params Check[] checks) => Send(new()
    {
        MessageId = NextId(),
        From = Verifier,
        Kind = MessageKind.Verdict,
        Verdict = verdict,
        Checks = checks,
    });

    public static Check Pass(string id, string? detail = "seen") => new() { Id = id, Status = CheckStatus.Pass, Detail = detail };

    public static Check Fail(string id) => new() { Id = id, Status = CheckStatus.Fail, Detail = "lost" };

    private string NextId() => $"m-{++_nextId}";
}
