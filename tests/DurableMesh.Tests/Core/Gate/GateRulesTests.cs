using DurableMesh.Core.Agents;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Agents;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Gate;

public sealed class GateRulesTests
{
    private static readonly AgentRegistry Agents = SampleRegistry.Of(
        """
        {"agents":[
          {"id":"codecraft-builder","company":"codecraft","roles":["builder"]},
          {"id":"proveo-verifier","company":"proveo","roles":["verifier"]},
          {"id":"retired","company":"proveo","roles":["verifier"],"enabled":false}]}
        """);

    private static readonly GateInput Good = GateInput.Of(Dialogue.StartOf(), Agents, LimitPolicy.Standard);

    [Fact]
    public void A_good_thread_is_approved_and_every_rule_is_on_record()
    {
        var report = GateRules.Evaluate(Good);
        Assert.Equal(GateOutcome.Approved, report.Outcome);
        Assert.Equal(GateRules.All.Select(rule => rule.Name), report.Rules.Select(rule => rule.Name));
        Assert.Equal("", report.Objections());
    }

    [Fact]
    public void Agents_must_be_known() => AssertDenied(
        Good with { Thread = Good.Thread with { Responder = "nobody" }, Responder = null },
        "responder_known_and_enabled",
        "nobody");

    [Fact]
    public void Agents_must_be_enabled() => AssertDenied(
        Good with { Initiator = Agents.Find("retired") },
        "initiator_known_and_enabled",
        "disabled");

    [Fact]
    public void An_agent_does_not_verify_itself() => AssertDenied(
        Good with { Thread = Good.Thread with { Responder = Dialogue.Builder }, Responder = Good.Initiator },
        "parties_differ",
        "does not verify itself");

    [Fact]
    public void Acceptance_criteria_must_be_present() => AssertDenied(
        Good with { Thread = Good.Thread with { Acceptance = [] } },
        "acceptance_criteria_present",
        "brief.acceptance");

    [Fact]
    public void Optional_criteria_alone_verify_nothing() => AssertDenied(
        Good with { Thread = Good.Thread with { Acceptance = [new("AC-1", "t", Required: false)] } },
        "acceptance_criteria_present",
        "required");

    [Fact]
    public void A_cost_cap_of_zero_is_below_the_price_of_a_turn() => AssertDenied(
        Good with { Thread = Good.Thread with { Limits = Dialogue.Generous with { CostCapUsd = 0 } } },
        "cost_cap_above_zero",
        "limits.costCapUsd");

    [Fact]
    public void Limits_stay_within_the_maxima_and_every_excess_is_named()
    {
        var limits = LimitPolicy.Standard.Maxima with { MaxTurns = 100_000, Ttl = TimeSpan.FromDays(2) };
        AssertDenied(
            Good with { Thread = Good.Thread with { Limits = limits } },
            "limits_within_maxima",
            "ttl is P2D, at most P1D is allowed; maxTurns is 100000, at most 500 is allowed");
        Assert.Equal(
            GateOutcome.Approved,
            GateRules.Evaluate(Good with { Thread = Good.Thread with { Limits = LimitPolicy.Standard.Maxima } }).Outcome);
    }

    [Fact]
    public void Every_objection_is_said_at_once()
    {
        var report = GateRules.Evaluate(new GateInput(
            Good.Thread with { Acceptance = [], Limits = Dialogue.Generous with { CostCapUsd = 0 } },
            null,
            null,
            LimitPolicy.Standard.Maxima));
        Assert.Equal(4, report.Rules.Count(rule => rule.Outcome == GateOutcome.Denied));
    }

    [Fact]
    public void A_rule_that_holds_asks_a_person()
    {
        var rule = new GateRule("high_priority", _ => "A person decides.", Holds: true);
        Assert.Equal(new GateFinding("high_priority", GateOutcome.Held, "A person decides."), rule.Evaluate(Good));
    }

    private static void AssertDenied(GateInput input, string rule, string words)
    {
        var report = GateRules.Evaluate(input);
        Assert.Equal(GateOutcome.Denied, report.Outcome);
        var finding = Assert.Single(report.Rules, finding => finding.Outcome != GateOutcome.Approved);
        Assert.Equal(rule, finding.Name);
        Assert.Contains(words, finding.Explanation, StringComparison.Ordinal);
    }
}
