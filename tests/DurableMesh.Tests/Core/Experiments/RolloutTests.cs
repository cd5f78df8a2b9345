using DurableMesh.Core.Authority;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using DurableMesh.Tests.Core.Authority;

namespace DurableMesh.Tests.Core.Experiments;

public sealed class RolloutTests
{
    private static readonly ExperimentEvidence Evidence = SampleExperiment.RollOut();
    private static readonly DateTimeOffset Now = AuthoritySample.Now;

    private static readonly AgentView[] Agents =
    [
        AuthoritySample.Builder,
        AuthoritySample.Verifier,
        AuthoritySample.FarVerifier,
        AuthoritySample.Agent("vizu-builder", "vizu", "ANVIL", "builder"),
        AuthoritySample.Agent("lexicon-advisor", "lexicon", "ANVIL", "advisor"),
        AuthoritySample.Agent("away-builder", "vizu", "ANVIL", "builder") with { Enabled = false },
    ];

    [Fact]
    public void A_rolled_out_pair_gets_a_row_and_the_two_busiest_others_come_on_trial()
    {
        var proposal = Propose(
            AuthorityTable.Empty,
            Thread("vizu-builder", "evidence-verifier"),
            Thread("vizu-builder", "evidence-verifier"),
            Thread("vizu-builder", "proveo-verifier"),
            Thread("codecraft-builder", "evidence-verifier", Pattern.CrossDevice));

        Assert.Equal((true, 0, 3), (proposal.Changes, proposal.Version, proposal.Rows.Count));
        Assert.Equal(
            ("builder-verifier.codecraft-builder.proveo-verifier", AuthorityStatus.Active),
            (proposal.Row.Id, proposal.Row.Status));
        Assert.Contains($"experiment 'csv-fixes' ({Evidence.Chain.Head})", proposal.Row.Why, StringComparison.Ordinal);
        Assert.True(proposal.Row.Why.Length <= 500);
        Assert.Equal(
            [
                "builder-verifier.vizu-builder.evidence-verifier", "builder-verifier.vizu-builder.proveo-verifier",
            ],
            proposal.Pilots.Select(row => row.Id));
        Assert.All(proposal.Pilots, row => Assert.Equal(AuthorityStatus.Pilot, row.Status));
        var table = new AuthorityTable(1, proposal.Rows, Now, "ann");
        Assert.True(table.Decide(AuthoritySample.Builder, AuthoritySample.Verifier).Authorised);
    }

    [Fact]
    public void Pairs_without_threads_follow_by_their_ids()
    {
        Assert.Equal(
            ["builder-verifier.codecraft-builder.evidence-verifier", "builder-verifier.vizu-builder.evidence-verifier"],
            Propose(AuthorityTable.Empty).Pilots.Select(row => row.Id));
    }

    [Fact]
    public void Who_may_already_or_was_taken_back_does_not_come_on_trial()
    {
        var table = AuthoritySample.Table(
            AuthoritySample.Row("vizu", new() { Agent = "vizu-builder" }),
            AuthoritySample.Row(
                "back",
                new() { Agent = "codecraft-builder" },
                new() { Agent = "evidence-verifier" },
                AuthorityStatus.Retired));
        var proposal = Propose(table);
        Assert.Empty(proposal.Pilots);
        Assert.Equal(3, proposal.Rows.Count);
    }

    [Fact]
    public void The_same_evidence_twice_changes_nothing_and_another_one_the_row()
    {
        var first = Propose(AuthorityTable.Empty);
        var table = new AuthorityTable(1, first.Rows, Now, "ann");
        var again = Propose(table);
        Assert.False(again.Changes);
        Assert.Equal(first.Row, again.Row);
        Assert.Equal(first.Pilots, again.Pilots);
        Assert.Same(table.Rows, again.Rows);

        var plan = SampleExperiment.Plan(tasks: 9);
        var other = Rollout.Propose(SampleExperiment.Evidence(plan, SampleExperiment.Runs(plan)), table, Agents, [], Now);
        Assert.True(other.Changes);
        Assert.Single(other.Rows, row => row.Id == first.Row.Id);
    }

    [Fact]
    public void A_pair_is_taken_back_also_where_a_wider_row_lets_it_in()
    {
        var pair = Evidence.Pair;
        var table = AuthoritySample.Table(AuthoritySample.Row("all", new() { Role = "builder" }, new() { Role = "verifier" }));
        var back = Rollout.Demote(pair, table, "the saving is gone", Now);
        Assert.Equal((true, AuthorityStatus.Retired, "the saving is gone"), (back.Changes, back.Row.Status, back.Row.Why));
        var after = new AuthorityTable(4, back.Rows, Now, "ann");
        Assert.False(after.Decide(AuthoritySample.Builder, AuthoritySample.Verifier).Authorised);
        Assert.True(after.Decide(AuthoritySample.Builder, AuthoritySample.FarVerifier).Authorised);
        Assert.False(Rollout.Demote(pair, after, "again", Now).Changes);
    }

    [Fact]
    public void An_evidence_that_says_something_else_proposes_nothing()
    {
        var plan = SampleExperiment.Plan();
        var keep = SampleExperiment.Evidence(plan, SampleExperiment.Runs(plan, share: 0.95));
        Assert.Throws<ArgumentException>(() => Rollout.Propose(keep, AuthorityTable.Empty, Agents, [], Now));
    }

    [Fact]
    public void The_row_of_long_names_still_has_an_id()
    {
        var pair = new ExperimentPair(new string('a', 60), new string('b', 60), Pattern.BuilderVerifier);
        Assert.InRange(Rollout.RowId(pair).Length, 1, 128);
        Assert.NotEqual(Rollout.RowId(pair), Rollout.RowId(pair with { Initiator = new string('c', 60) }));
    }

    private static RolloutProposal Propose(AuthorityTable table, params ThreadView[] threads) =>
        Rollout.Propose(Evidence, table, Agents, threads, Now);

    private static ThreadView Thread(string initiator, string responder, Pattern pattern = Pattern.BuilderVerifier) =>
        Sample.Thread() with { Initiator = initiator, Responder = responder, Pattern = pattern };
}
