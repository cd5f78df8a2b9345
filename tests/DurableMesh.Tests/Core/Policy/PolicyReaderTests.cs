using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Policy;

public sealed class PolicyReaderTests
{
    [Fact]
    public void An_empty_file_is_the_standard_policy()
    {
        var policy = Good("{}");
        Assert.Equal(LimitPolicy.Standard, policy.Limits);
        Assert.Equal([Priority.H], policy.Hold.Priorities);
        Assert.Equal((null, null, null), (policy.Budgets.AgentDayUsd, policy.Budgets.CompanyDayUsd, policy.Budgets.OpenThreads));
        Assert.Empty(policy.Rules);
    }

    [Fact]
    public void The_policy_that_ships_says_what_the_standard_one_does()
    {
        var policy = Good(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "policy.json")));
        Assert.Equal(LimitPolicy.Standard, policy.Limits);
        Assert.Equal(HoldPolicy.Standard.ExpiresAfter, policy.Hold.ExpiresAfter);
        Assert.Equal(MeshPolicy.Standard.Turn, policy.Turn);
        foreach (var (from, to) in from one in DurableMesh.Core.Agents.AgentRegistry.TrustZones
                                   from other in DurableMesh.Core.Agents.AgentRegistry.TrustZones
                                   select (one, other))
        {
            Assert.Equal(MeshPolicy.Standard.Trust.ActionOf(from, to), policy.Trust.ActionOf(from, to));
        }
    }

    [Fact]
    public void The_hash_is_that_of_the_file_as_it_stands()
    {
        const string File = "\uFEFF{ \"limits\": { } }\n";
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(File))), Good(File).Hash);
    }

    [Fact]
    public void A_default_that_is_not_given_never_exceeds_a_maximum_that_is()
    {
        var limits = Good("""{"limits":{"maxima":{"ttl":"PT5M","maxTurns":4,"costCapUsd":1}}}""").Limits.Defaults;
        Assert.Equal((TimeSpan.FromMinutes(5), 4, 1m), (limits.Ttl, limits.MaxTurns, limits.CostCapUsd));
    }

    [Theory]
    [InlineData("", "$", "no content")]
    [InlineData("[]", "$", "object")]
    [InlineData("""{"limit":{}}""", "limit", "do you mean 'limits'")]
    [InlineData("""{"limits":{"defaults":{"ttl":"30 minutes"}}}""", "limits.defaults.ttl", "ISO 8601")]
    [InlineData("""{"limits":{"defaults":{"maxTurns":501}}}""", "limits.defaults", "exceeds the maximum")]
    [InlineData("""{"limits":{"maxima":{"maxTurns":0}}}""", "limits.maxima.maxTurns", "whole number")]
    [InlineData("""{"limits":{"maxima":{"costCapUsd":-1}}}""", "limits.maxima.costCapUsd", "US dollars")]
    [InlineData("""{"limits":{"maxima":{"costCapUsd":1e99}}}""", "limits.maxima.costCapUsd", "US dollars")]
    [InlineData("""{"hold":{"priorities":["X"]}}""", "hold.priorities", "'X' is none of")]
    [InlineData("""{"hold":{"expiresAfter":"PT1H","remindBefore":"PT1H"}}""", "hold.remindBefore", "shorter than expiresAfter")]
    [InlineData("""{"trust":{"restricted":{"internal":"maybe"}}}""", "trust.restricted.internal", "redact")]
    [InlineData("""{"trust":{"secret":{}}}""", "trust.secret", "no such field")]
    [InlineData("""{"prices":[{"model":"m"}]}""", "prices[0].from", "missing")]
    [InlineData("""{"turn":{"inputTokens":-5}}""", "turn.inputTokens", "whole number")]
    [InlineData("""{"budgets":{"openThreads":0}}""", "budgets.openThreads", "whole number")]
    [InlineData("""{"budgets":{"agentDayUsd":"5"}}""", "budgets.agentDayUsd", "amount in US dollars")]
    [InlineData("""{"rules":{"mc_task_in_progress":"perhaps"}}""", "rules.mc_task_in_progress", "deny, hold, off")]
    [InlineData("""{"rules":{"parties_differ":"off"}}""", "rules.parties_differ", "cannot be changed")]
    [InlineData("""{"rules":{"no_such_rule":"off"}}""", "rules.no_such_rule", "no such field")]
    [InlineData("""{"limits":{},"limits":{}}""", "$", "limits")]
    public void What_is_wrong_is_said_with_its_place(string json, string path, string words)
    {
        var read = PolicyReader.Read(Encoding.UTF8.GetBytes(json));
        Assert.False(read.Ok);
        var error = read.Errors[0];
        Assert.Equal(path, error.Path);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once() => Assert.Equal(
        3,
        PolicyReader.Read("""{"limit":{},"hold":{"expiresAfter":"x"},"budgets":{"openThreads":-1}}"""u8.ToArray()).Errors.Count);

    [Fact]
    public void Every_adjustable_rule_can_be_adjusted()
    {
        foreach (var rule in GateRules.All.Where(rule => rule.Adjustable))
        {
            var json = $$$"""{"rules":{"{{{rule.Name}}}":"hold"}}""";
            Assert.Equal(RuleStance.Hold, Good(json).Rules[rule.Name]);
        }
    }

    private static MeshPolicy Good(string json)
    {
        var read = PolicyReader.Read(Encoding.UTF8.GetBytes(json));
        Assert.Empty(read.Errors);
        return read.Value!;
    }
}
