using System.Text;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Gate;

public sealed class GateRulesTests
{
    private static readonly DateTimeOffset Now = Dialogue.Start;

    private static readonly AgentView Builder =
        new() { Id = Dialogue.Builder, Company = "codecraft", Roles = ["builder"], TrustZone = "internal", Enabled = true };

    private static readonly AgentView Verifier =
        new() { Id = Dialogue.Verifier, Company = "proveo", Roles = ["verifier"], TrustZone = "internal", Enabled = true };

    private static readonly GateInput Good = new()
    {
        Thread = Dialogue.StartOf() with { Trust = MeshPolicy.Standard.Trust.Decide(Builder, Verifier) },
        Initiator = new GateParty(Dialogue.Builder, Builder, new CompanyView { Id = "codecraft", Name = "CodeCraft" }),
        Responder = new GateParty(Dialogue.Verifier, Verifier, new CompanyView { Id = "proveo", Name = "Proveo" }),
        Task = new MissionTask
        {
            Id = "101959",
            Title = "CSV",
            Owner = "anna",
            State = MissionTaskState.InProgress,
            Priority = Priority.M,
            CreatedAt = Now,
            UpdatedAt = Now,
            Version = 1,
        },
        Authority = Authority(authorised: true),
        Policy = MeshPolicy.Standard,
        Now = Now,
    };

    private static readonly (string Rule, GateInput Input, string Words)[] Denied =
    [
        ("initiator_known_and_enabled", Good with { Initiator = Disabled(Good.Initiator) }, "disabled"),
        ("responder_known_and_enabled", Good with { Responder = Disabled(Good.Responder) }, "disabled"),
        ("mc_task_in_progress", Good with { Task = null }, "no MC task '101959'"),
        ("mc_task_in_progress", Good with { Task = Good.Task! with { State = MissionTaskState.Open } }, "is open"),
        ("mc_task_in_progress", Good with { Task = Good.Task! with { State = MissionTaskState.Done } }, "is done"),
        ("acceptance_criteria_present", With(thread => thread with { Acceptance = [] }), "brief.acceptance"),
        (
            "acceptance_criteria_present",
            With(thread => thread with { Acceptance = [new("AC-1", "t", Required: false)] }),
            "required"
        ),
        (
            "acceptance_criteria_present",
            With(thread => thread with { Acceptance = [], Pattern = Pattern.Advisory, Rules = 3 }),
            "required"
        ),
        ("pair_authorized", Good with { Authority = Authority(authorised: false) }, "no row"),
        ("trust_zones_allow", Trust(new("restricted", "public", TrustAction.Deny, TrustAction.Allow)), "deny"),
        ("trust_zones_allow", Trust(new("public", "restricted", TrustAction.Allow, TrustAction.Deny)), "deny"),
        ("limits_within_maxima", Limits(one => one with { MaxTurns = 501 }), "maxTurns is 501, at most 500 is allowed"),
        ("limits_within_maxima", Limits(one => one with { Ttl = TimeSpan.FromDays(2) }), "ttl is P2D, at most P1D is allowed"),
        ("limits_within_maxima", Limits(one => one with { CostCapUsd = 100.01m }), "costCapUsd is 100.01"),
        ("limits_within_maxima", Limits(one => one with { MaxFindingsPerTurn = 1001 }), "maxFindingsPerTurn is 1001"),
        ("limits_within_maxima", Limits(one => one with { MaxRoundsWithoutProgress = 21 }), "maxRoundsWithoutProgress is 21"),
        ("cost_cap_covers_a_turn", Limits(one => one with { CostCapUsd = 0 }), "limits.costCapUsd"),
        ("cost_cap_covers_a_turn", Priced(cap: 0.0194m), "0.0195 USD"),
        ("work_in_progress", Good with { Initiator = Busy(Good.Initiator, open: 3, limit: 3) }, "3 open threads"),
        ("work_in_progress", Good with { Responder = Busy(Good.Responder, open: 4, limit: 3) }, "limit of 3"),
        (
            "work_in_progress",
            Policy("""{"budgets":{"openThreads":2}}""") with { Responder = Busy(Good.Responder, open: 2, limit: null) },
            "limit of 2"
        ),
        (
            "daily_budget",
            Good with { Initiator = Good.Initiator with { Agent = Builder with { DailyBudgetUsd = 5 }, AgentSpentUsd = 5 } },
            "agent 'codecraft-builder' has spent 5 of 5 USD"
        ),
        (
            "daily_budget",
            Good with
            {
                Responder = Good.Responder with
                {
                    Company = Good.Responder.Company! with { DailyBudgetUsd = 7 },
                    CompanySpentUsd = 8,
                },
            },
            "company 'proveo' has spent 8 of 7 USD"
        ),
        (
            "daily_budget",
            Policy("""{"budgets":{"agentDayUsd":1}}""") with { Initiator = Good.Initiator with { AgentSpentUsd = 1 } },
            "1 of 1 USD"
        ),
    ];

    public static TheoryData<int> Cases { get; } = [.. Enumerable.Range(0, Denied.Length)];

    [Fact]
    public void Advice_needs_no_criterion() => Assert.Equal(
        GateOutcome.Approved,
        GateRules.Evaluate(With(thread => thread with { Acceptance = [], Pattern = Pattern.Advisory })).Outcome);

    [Fact]
    public void A_good_thread_is_approved_and_every_rule_is_on_record_with_what_it_saw()
    {
        var report = GateRules.Evaluate(Good);
        Assert.Equal(GateOutcome.Approved, report.Outcome);
        Assert.Equal(GateRules.All.Select(rule => rule.Name), report.Rules.Select(rule => rule.Name));
        Assert.All(report.Rules, rule => Assert.True(rule.Explanation.Length > 10));
        Assert.Equal("", report.Objections());
        Assert.Null(report.Reason);
        Assert.Equal(MeshPolicy.Standard.Hash, report.PolicyHash);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_rule_denies_what_it_is_there_for_and_only_that(int number)
    {
        var (rule, input, words) = Denied[number];
        var report = GateRules.Evaluate(input);
        Assert.Equal(GateOutcome.Denied, report.Outcome);
        var finding = Assert.Single(report.Rules, finding => finding.Outcome != GateOutcome.Approved);
        Assert.Equal(rule, finding.Name);
        Assert.Contains(words, finding.Explanation, StringComparison.Ordinal);
        Assert.Equal(finding.Explanation, report.Objections());
    }

    [Fact]
    public void What_is_just_within_its_bound_is_approved()
    {
        Assert.Equal(GateOutcome.Approved, GateRules.Evaluate(Limits(_ => LimitPolicy.Standard.Maxima)).Outcome);
        Assert.Equal(GateOutcome.Approved, GateRules.Evaluate(Priced(cap: 0.0195m)).Outcome);
        Assert.Equal(
            GateOutcome.Approved, GateRules.Evaluate(Good with { Initiator = Busy(Good.Initiator, open: 2, limit: 3) }).Outcome);
    }

    [Fact]
    public void Agents_must_be_known_and_of_one_that_is_not_nothing_else_is_asked()
    {
        var report = GateRules.Evaluate(Good with
        {
            Thread = Good.Thread with { Responder = "nobody", Trust = null },
            Responder = new GateParty("nobody", null, null),
            Authority = null,
        });
        Assert.Equal((GateOutcome.Denied, EndReason.GateDenied), (report.Outcome, report.Reason));
        Assert.Contains("'nobody' is not in the agent registry", report.Objections(), StringComparison.Ordinal);
        Assert.Equal(
            ["pair_authorized", "trust_zones_allow"],
            report.Rules.Where(rule => rule.Outcome == GateOutcome.NotEvaluated).Select(rule => rule.Name));
    }

    [Fact]
    public void A_builder_does_not_verify_itself()
    {
        var report = GateRules.Evaluate(Good with
        {
            Thread = Good.Thread with { Responder = Dialogue.Builder },
            Responder = Good.Initiator,
            Authority = null,
        });
        Assert.Equal(EndReason.GateDenied, report.Reason);
        Assert.Contains("does not verify itself", report.Objections(), StringComparison.Ordinal);
    }

    private static DurableMesh.Core.Threads.ThreadStart TrustDenied => Denied.First(one => one.Rule == "trust_zones_allow").Input.Thread;

    [Fact]
    public void Every_objection_is_said_at_once_and_the_reason_is_the_one_that_no_other_request_gets_round()
    {
        var all = Good with { Task = null, Authority = Authority(authorised: false), Thread = TrustDenied };
        Assert.Equal(EndReason.NotAuthorized, GateRules.Evaluate(all).Reason);
        Assert.Equal(3, GateRules.Evaluate(all).Rules.Count(rule => rule.Outcome == GateOutcome.Denied));
        Assert.Equal(EndReason.TrustDenied, GateRules.Evaluate(all with { Authority = Good.Authority }).Reason);
        Assert.Equal(EndReason.GateDenied, GateRules.Evaluate(Good with { Task = null }).Reason);
    }

    [Fact]
    public void High_priority_asks_a_person_for_as_long_as_the_policy_says_but_not_beyond_the_time_to_live()
    {
        var high = With(thread => thread with { Priority = Priority.H });
        var report = GateRules.Evaluate(high);
        Assert.Equal(GateOutcome.Held, report.Outcome);
        Assert.Equal(new HoldTerms(Now + TimeSpan.FromMinutes(30), Now + TimeSpan.FromMinutes(15)), report.Hold);

        var hasty = Policy("""{"hold":{"expiresAfter":"PT10M","remindBefore":"PT2M"}}""") with { Thread = high.Thread };
        Assert.Equal(
            new HoldTerms(Now + TimeSpan.FromMinutes(10), Now + TimeSpan.FromMinutes(8)), GateRules.Evaluate(hasty).Hold);
    }

    [Fact]
    public void A_denial_goes_before_a_hold()
    {
        var report = GateRules.Evaluate(Good with { Task = null, Thread = Good.Thread with { Priority = Priority.H } });
        Assert.Equal((GateOutcome.Denied, null), (report.Outcome, report.Hold));
    }

    [Fact]
    public void The_policy_says_what_an_objection_comes_to()
    {
        var held = GateRules.Evaluate(Policy("""{"rules":{"mc_task_in_progress":"hold"}}""") with { Task = null });
        Assert.Equal(GateOutcome.Held, held.Outcome);

        var off = GateRules.Evaluate(Policy("""{"rules":{"mc_task_in_progress":"off"}}""") with { Task = null });
        Assert.Equal(GateOutcome.Approved, off.Outcome);
        Assert.Contains(off.Rules, rule => rule.Explanation.StartsWith("Switched off by the policy.", StringComparison.Ordinal));

        var everybody = GateRules.Evaluate(Policy("""{"hold":{"priorities":["L","M"]}}"""));
        Assert.Equal(GateOutcome.Held, everybody.Outcome);
    }

    private static AuthorityDecision Authority(bool authorised) => new()
    {
        Pattern = Pattern.BuilderVerifier,
        Authorised = authorised,
        Version = 1,
        Explanation = authorised ? "Row 'r' decides." : "There is no row of the table.",
    };

    private static GateInput With(Func<DurableMesh.Core.Threads.ThreadStart, DurableMesh.Core.Threads.ThreadStart> change) =>
        Good with { Thread = change(Good.Thread) };

    private static GateInput Trust(TrustDecision trust) => With(thread => thread with { Trust = trust });

    private static GateInput Limits(Func<Limits, Limits> change) =>
        With(thread => thread with { Limits = change(thread.Limits) });

    private static GateInput Policy(string json) => Good with { Policy = PolicyReader.Read(Encoding.UTF8.GetBytes(json)).Value! };

    private static GateParty Disabled(GateParty party) => party with { Agent = party.Agent! with { Enabled = false } };

    private static GateParty Busy(GateParty party, int open, int? limit) =>
        party with { OpenThreads = open, Agent = party.Agent! with { WipLimit = limit } };

    /// <summary>A turn of 4,000 tokens in and 500 out costs 0.0195 USD.</summary>
    private static GateInput Priced(decimal cap)
    {
        var priced = Policy("""{"prices":[{"model":"m","from":"2026-01-01T00:00:00Z","input":3,"output":15}]}""");
        return priced with
        {
            Thread = Good.Thread with { Limits = Good.Thread.Limits with { CostCapUsd = cap } },
            Responder = Good.Responder with { Agent = Verifier with { Model = "m" } },
        };
    }
}
