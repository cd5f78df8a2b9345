using CsCheck;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using static DurableMesh.Tests.Core.Authority.AuthoritySample;

namespace DurableMesh.Tests.Core.Authority;

public sealed class AuthorityTableTests
{
    private static readonly AuthoritySelector RoleBuilder = new() { Role = "builder" };
    private static readonly AuthoritySelector RoleVerifier = new() { Role = "verifier" };

    private static readonly AgentView[] Agents = [Builder, Verifier, FarVerifier];

    private static readonly Gen<AuthoritySelector> Selectors = Gen.Select(
        Gen.OneOf<string?>(null, null, "codecraft-builder", "proveo-verifier"),
        Gen.OneOf<string?>(null, "codecraft", "proveo"),
        Gen.OneOf<string?>(null, "builder", "verifier", "comparator"),
        Gen.OneOf<string?>(null, null, "ANVIL", "forge"),
        (agent, company, role, device) =>
            new AuthoritySelector { Agent = agent, Company = company, Role = role, Device = device });

    private static readonly Gen<AuthorityRow[]> Tables = Gen.Select(
        Selectors, Selectors, Gen.Enum<AuthorityStatus>(), Gen.Int[-1, 2], Gen.Enum<Pattern>(),
        (initiator, responder, status, daysAgo, pattern) => Row("", initiator, responder, status, daysAgo, pattern))
        .Array[0, 12];

    [Theory]
    [InlineData(Pattern.BuilderVerifier, "chain")]
    [InlineData(Pattern.CrossDevice, "one-shot-task")]
    [InlineData(Pattern.Distillation, "dag")]
    [InlineData(Pattern.Advisory, "agent-factory")]
    public void Without_a_row_nobody_may_and_the_answer_says_what_to_use_instead(Pattern pattern, string instead)
    {
        var decision = Table().Decide(Builder, FarVerifier, pattern);

        Assert.False(decision.Authorised);
        Assert.Equal((null, null, 3, instead), (decision.RowId, decision.Status, decision.Version, decision.UseInstead));
        Assert.Contains("No row of version 3", decision.Explanation, StringComparison.Ordinal);
        Assert.Contains("Use instead", decision.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AuthorityStatus.Active, true)]
    [InlineData(AuthorityStatus.Pilot, true)]
    [InlineData(AuthorityStatus.Retired, false)]
    public void The_status_of_the_row_decides_and_the_answer_names_it(AuthorityStatus status, bool authorised)
    {
        var decision = Table(Row("the-row", RoleBuilder, RoleVerifier, status)).Decide(Builder, Verifier);

        Assert.Equal((authorised, "the-row", status), (decision.Authorised, decision.RowId, decision.Status));
        Assert.Contains("'the-row'", decision.Explanation, StringComparison.Ordinal);
        Assert.EndsWith(authorised ? "The ADR says so." : "returns the verdict.", decision.Explanation, StringComparison.Ordinal);
        Assert.Equal(authorised ? null : "chain", decision.UseInstead);
    }

    [Fact]
    public void All_that_a_selector_gives_must_hold()
    {
        AuthoritySelector all = new() { Agent = "evidence-verifier", Company = "proveo", Role = "comparator", Device = "forge" };
        Assert.True(all.Matches(FarVerifier));
        Assert.False((all with { Agent = "proveo-verifier" }).Matches(FarVerifier));
        Assert.False((all with { Company = "codecraft" }).Matches(FarVerifier));
        Assert.False((all with { Role = "builder" }).Matches(FarVerifier));
        Assert.False((all with { Device = "ANVIL" }).Matches(FarVerifier));
        Assert.True(new AuthoritySelector().Matches(Builder));
    }

    [Fact]
    public void The_direction_matters()
    {
        var table = Table(Row("r", RoleBuilder, RoleVerifier));
        Assert.True(table.Decide(Builder, Verifier).Authorised);
        Assert.False(table.Decide(Verifier, Builder).Authorised);
    }

    [Fact]
    public void A_row_holds_for_its_own_pattern_only() =>
        Assert.False(Table(Row("r", pattern: Pattern.Distillation)).Decide(Builder, Verifier).Authorised);

    [Fact]
    public void A_row_holds_from_its_instant_on()
    {
        var table = Table(Row("r", daysAgo: 0));
        Assert.True(table.Decide(Builder, Verifier).Authorised);
        Assert.False(table.Decide(Pattern.BuilderVerifier, Builder, Verifier, Now.AddTicks(-1)).Authorised);
    }

    // Each pair of rows: the first is narrower, and older, so that only its narrowness can make it decide.
    public static TheoryData<AuthoritySelector, AuthoritySelector, AuthoritySelector, AuthoritySelector> Narrower => new()
    {
        { RoleBuilder, new(), new(), new() },
        { RoleBuilder, RoleVerifier, RoleBuilder, new() },
        { new() { Device = "ANVIL" }, new(), new(), new() },
        { new() { Company = "codecraft" }, new(), RoleBuilder, RoleVerifier },
        {
            new() { Company = "codecraft" }, new(),
            new() { Role = "builder", Device = "ANVIL" }, new() { Role = "verifier", Device = "ANVIL" }
        },
        { new() { Agent = "codecraft-builder" }, new(), new() { Company = "codecraft" }, new() { Company = "proveo" } },
        {
            new(), new() { Agent = "proveo-verifier" },
            new() { Company = "codecraft", Role = "builder" }, new() { Company = "proveo" }
        },
        {
            new() { Agent = "codecraft-builder" }, new() { Agent = "proveo-verifier" },
            new() { Agent = "codecraft-builder" }, new() { Company = "proveo" }
        },
    };

    [Theory]
    [MemberData(nameof(Narrower))]
    public void The_narrower_row_decides(
        AuthoritySelector initiator,
        AuthoritySelector responder,
        AuthoritySelector widerInitiator,
        AuthoritySelector widerResponder)
    {
        var narrow = Row("narrow", initiator, responder, AuthorityStatus.Retired, daysAgo: 20);
        var wide = Row("wide", widerInitiator, widerResponder, daysAgo: 1);

        Assert.Equal("narrow", Table(wide, narrow).Decide(Builder, Verifier).RowId);
        Assert.Equal("narrow", Table(narrow, wide).Decide(Builder, Verifier).RowId);
    }

    [Fact]
    public void Among_equally_narrow_rows_the_newest_that_is_in_force_decides()
    {
        var table = Table(
            Row("old", RoleBuilder, RoleVerifier, daysAgo: 20),
            Row("new", RoleBuilder, RoleVerifier, AuthorityStatus.Retired, daysAgo: 1),
            Row("future", RoleBuilder, RoleVerifier, daysAgo: -1));
        Assert.Equal(("new", false), (table.Decide(Builder, Verifier).RowId, table.Decide(Builder, Verifier).Authorised));
        Assert.Equal("old", table.Decide(Pattern.BuilderVerifier, Builder, Verifier, Now.AddDays(-2)).RowId);
    }

    [Theory]
    [InlineData("ANVIL", "FORGE", true, "")]
    [InlineData("ANVIL", "anvil", false, "both run on ANVIL")]
    [InlineData("ANVIL", null, false, "does not say on which device")]
    [InlineData(null, null, false, "does not say on which device")]
    public void Cross_device_needs_two_known_devices(string? one, string? other, bool authorised, string why)
    {
        var decision = Table(Row("x", pattern: Pattern.CrossDevice))
            .Decide(Agent("a", "c", one), Agent("b", "c", other), Pattern.CrossDevice);

        Assert.Equal(authorised, decision.Authorised);
        Assert.Contains(why, decision.Explanation, StringComparison.Ordinal);
        Assert.Equal(authorised ? "x" : null, decision.RowId);
    }

    [Fact]
    public void Advisory_needs_two_companies()
    {
        var table = Table(Row("x", pattern: Pattern.Advisory));
        Assert.True(table.Decide(Builder, Verifier, Pattern.Advisory).Authorised);
        var decision = table.Decide(FarVerifier, Verifier, Pattern.Advisory);
        Assert.False(decision.Authorised);
        Assert.Contains("both belong to proveo", decision.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void An_explanation_lists_the_patterns_rows_and_why_each_did_not_decide()
    {
        var explanation = Table(
                Row("verifier-starts", RoleVerifier),
                Row("other-pattern", pattern: Pattern.Advisory),
                Row("everybody"),
                Row("to-forge", RoleBuilder, new() { Role = "verifier", Device = "FORGE" }),
                Row("builder", RoleBuilder, RoleVerifier),
                Row("builder-before", RoleBuilder, RoleVerifier, daysAgo: 20),
                Row("tomorrow", RoleBuilder, RoleVerifier, daysAgo: -1))
            .Explain(Pattern.BuilderVerifier, Builder, Verifier, Now);

        (string, bool, string)[] expected =
        [
            ("to-forge", false, "The responder 'proveo-verifier' is not what it asks for: role verifier, device FORGE."),
            ("tomorrow", false, "It is not in force before 2026-11-25 08:00:00Z."),
            ("builder", true, "It decides."),
            ("builder-before", false, "Row 'builder' goes before it: it is as narrow, and newer."),
            ("verifier-starts", false, "The initiator 'codecraft-builder' is not what it asks for: role verifier."),
            ("everybody", false, "Row 'builder' goes before it: it is narrower."),
        ];
        Assert.Equal(expected, explanation.Considered.Select(one => (one.Row.Id, one.Decides, one.Why)));
    }

    [Fact]
    public void A_table_without_contradictions_decides_whatever_its_rows_are_called_and_in_whatever_order() =>
        Gen.Select(Tables, Gen.OneOf(Agents), Gen.OneOf(Agents), Gen.Enum<Pattern>())
            .Sample((rows, initiator, responder, pattern) =>
            {
                var clear = rows.Aggregate(
                    new List<AuthorityRow>(),
                    (taken, row) => taken.Exists(row.Contradicts) ? taken : [.. taken, row]);
                var one = Table([.. clear.Select((row, n) => row with { Id = $"{n:00}" })]);
                var other = Table([.. clear.Select((row, n) => row with { Id = $"{99 - n:00}" }).Reverse()]);

                Assert.Equal(
                    one.Decide(initiator, responder, pattern).Authorised, other.Decide(initiator, responder, pattern).Authorised);
            });

    [Fact]
    public void An_explanation_decides_as_the_decision_does() =>
        Gen.Select(Tables, Gen.OneOf(Agents), Gen.OneOf(Agents), Gen.Enum<Pattern>())
            .Sample((rows, initiator, responder, pattern) =>
            {
                var table = Table([.. rows.Select((row, n) => row with { Id = $"{n:00}" })]);
                var decision = table.Decide(initiator, responder, pattern);
                var explanation = table.Explain(pattern, initiator, responder, Now);

                Assert.Equal(decision, explanation.Decision);
                Assert.Equal(rows.Count(row => row.Pattern == pattern), explanation.Considered.Count);
                Assert.Equal(
                    decision.RowId is { } id ? [id] : [],
                    explanation.Considered.Where(one => one.Decides).Select(one => one.Row.Id));
            });
}
