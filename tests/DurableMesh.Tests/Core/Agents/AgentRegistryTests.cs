using CsCheck;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Agents;

public sealed class AgentRegistryTests
{
    private static readonly AgentRegistry Registry = SampleRegistry.Of(
        """
        {"companies":[{"id":"proveo","name":"Proveo"},{"id":"empty","name":"Empty"}],
         "agents":[
          {"id":"proveo-verifier","company":"proveo","roles":["verifier"],"aliases":["Proveo"]},
          {"id":"codecraft-builder","company":"codecraft","roles":["builder"]}]}
        """);

    private static readonly string[] Names = ["a", "b", "c"];

    private static readonly Gen<string> Name = Gen.Int[0, Names.Length - 1].Select(index => Names[index]);

    private static readonly Gen<RegistryChange> Changes = Gen.Select(
        Gen.Int[0, 3],
        Name,
        Name,
        Gen.Bool.Select(first => first ? "x" : "y"),
        Gen.Int[-3, 3].Select(expected => expected < 0 ? (int?)null : expected),
        (kind, id, alias, company, expected) => (RegistryChange)(kind switch
        {
            0 => new PutAgent(Agent(id, company) with { Aliases = [alias] }, expected),
            1 => new DeleteAgent(id, expected),
            2 => new PutCompany(new CompanyView { Id = company, Name = company }, expected),
            _ => new DeleteCompany(company, expected),
        }));

    [Fact]
    public void An_agent_is_found_by_id_and_by_alias()
    {
        Assert.Equal(["codecraft-builder", "proveo-verifier"], Registry.Agents.Select(agent => agent.Id));
        Assert.Same(Registry.Find("proveo-verifier"), Registry.Find("Proveo"));
        Assert.Equal("proveo-verifier", Registry.Resolve("Proveo"));
        Assert.Equal("nobody", Registry.Resolve("nobody"));
        Assert.Null(Registry.Find("nobody"));
        Assert.Equal("Proveo", Registry.FindCompany("proveo")?.Name);
    }

    [Fact]
    public void A_change_counts_the_version_on_and_takes_old_names_away()
    {
        var changed = Done(Registry, new PutAgent(Agent("proveo-verifier", "proveo") with { Aliases = ["verifier"] }, 1));

        Assert.Equal((1, 2), (Registry.Find("Proveo")!.Version, changed.Find("verifier")!.Version));
        Assert.Null(changed.Find("Proveo"));
        Assert.Null(Done(changed, new DeleteAgent("proveo-verifier", 2)).Find("verifier"));
    }

    [Fact]
    public void Whoever_comes_again_does_not_have_an_old_version()
    {
        var without = Done(Registry, new DeleteAgent("proveo-verifier", 1));
        var changed = Done(without, new PutAgent(Agent("proveo-verifier", "proveo"), 0));

        Assert.Equal(2, changed.Find("proveo-verifier")!.Version);
        Assert.Equal((1, 2), (Registry.IncarnationOf("proveo-verifier"), changed.IncarnationOf("proveo-verifier")));
        Assert.Equal("version_mismatch", Refused(changed, new DeleteAgent("proveo-verifier", 1)).Code);
    }

    [Fact]
    public void What_an_answer_says_of_liveness_is_not_stored()
    {
        var agent = Agent("new", "proveo") with { LastSeen = DateTimeOffset.UnixEpoch, Reachable = true, Version = 9 };

        var stored = Done(Registry, new PutAgent(agent, null)).Find("new")!;

        Assert.Equal((null, false, 1), (stored.LastSeen, stored.Reachable, stored.Version));
    }

    public static TheoryData<RegistryChange, RefusalKind, string, string> Refusals => new()
    {
        {
            new PutAgent(Agent("codecraft-builder", "codecraft"), 0),
            RefusalKind.VersionMismatch, "version_mismatch", "exists already"
        },
        {
            new PutAgent(Agent("codecraft-builder", "codecraft"), 2),
            RefusalKind.VersionMismatch, "version_mismatch", "at version 1"
        },
        { new PutAgent(Agent("new", "proveo"), 1), RefusalKind.VersionMismatch, "version_mismatch", "does not exist" },
        { new PutAgent(Agent("new", "nowhere"), null), RefusalKind.Invalid, "unknown_company", "'nowhere'" },
        { new PutAgent(Agent("Proveo", "proveo"), null), RefusalKind.Conflict, "name_taken", "'proveo-verifier'" },
        {
            new PutAgent(Agent("new", "proveo") with { Aliases = ["mine", "Proveo"] }, null),
            RefusalKind.Conflict, "name_taken", "'Proveo' of agent 'new' is also a name of 'proveo-verifier'"
        },
        { new DeleteAgent("Proveo", null), RefusalKind.NotFound, "agent_not_found", "Proveo" },
        { new DeleteAgent("proveo-verifier", 7), RefusalKind.VersionMismatch, "version_mismatch", "version 7" },
        {
            new PutCompany(new CompanyView { Id = "empty", Name = "n" }, 0),
            RefusalKind.VersionMismatch, "version_mismatch", "exists"
        },
        { new DeleteCompany("nowhere", null), RefusalKind.NotFound, "company_not_found", "nowhere" },
        { new DeleteCompany("empty", 3), RefusalKind.VersionMismatch, "version_mismatch", "version 3" },
        { new DeleteCompany("proveo", 1), RefusalKind.Conflict, "company_in_use", "proveo-verifier" },
        { new SeedRegistry([], []), RefusalKind.Conflict, "already_seeded", "begun already" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_cannot_be_is_refused_and_changes_nothing(RegistryChange change, RefusalKind kind, string code, string words)
    {
        var refusal = Refused(Registry, change);

        Assert.Equal((kind, code), (refusal.Kind, refusal.Code));
        Assert.Contains(words, refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_company_without_agents_can_be_deleted()
    {
        Assert.Null(Done(Registry, new DeleteCompany("empty", 1)).FindCompany("empty"));
    }

    [Fact]
    public void A_seed_that_contradicts_itself_is_refused_as_a_whole_with_all_that_is_wrong()
    {
        var seed = new SeedRegistry(
            [new CompanyView { Id = "proveo", Name = "Proveo" }],
            [
                Agent("one", "proveo"),
                Agent("two", "nowhere"),
                Agent("three", "proveo") with { Aliases = ["one"] },
            ]);

        var refusal = Refused(AgentRegistry.Empty, seed);

        Assert.Equal("contradictory_registry", refusal.Code);
        Assert.Contains("'two' belongs to company 'nowhere'", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("'one' of agent 'three' is also a name of 'one'", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_changes_names_stay_clear_and_versions_count_up() => Changes.Array[0, 40].Sample(changes =>
    {
        var registry = AgentRegistry.Empty;
        var newest = new Dictionary<string, int>();
        foreach (var change in changes)
        {
            var (next, refusal) = registry.Apply(change, DateTimeOffset.UnixEpoch, "test");
            Assert.Equal(refusal is not null, ReferenceEquals(registry, next));
            registry = next;
            if (refusal is null && change is PutAgent { Agent.Id: var id, Expected: var expected })
            {
                var version = registry.Find(id)!.Version;
                Assert.Equal(newest.GetValueOrDefault(id) + 1, version);
                Assert.True(expected is null or 0 || expected + 1 == version);
                newest[id] = version;
            }
        }

        Assert.Equal(registry.Count, registry.Agents.Count());
        foreach (var agent in registry.Agents)
        {
            Assert.NotNull(registry.FindCompany(agent.Company));
            Assert.All(agent.Aliases.Prepend(agent.Id), name => Assert.Same(agent, registry.Find(name)));
        }

        string[] names = [.. registry.Agents.SelectMany(agent => agent.Aliases.Append(agent.Id).Distinct())];
        Assert.Equal(names.Distinct().Count(), names.Length);
        Assert.All(Names.Except(names), name => Assert.Null(registry.Find(name)));
    });

    private static AgentView Agent(string id, string company) =>
        new() { Id = id, Company = company, Roles = ["builder"], Enabled = true };

    private static AgentRegistry Done(AgentRegistry registry, RegistryChange change)
    {
        var (changed, refusal) = registry.Apply(change, DateTimeOffset.UnixEpoch, "test");
        Assert.Null(refusal);
        return changed;
    }

    private static ChangeRefusal Refused(AgentRegistry registry, RegistryChange change)
    {
        var (changed, refusal) = registry.Apply(change, DateTimeOffset.UnixEpoch, "test");
        Assert.Same(registry, changed);
        return refusal!;
    }
}
