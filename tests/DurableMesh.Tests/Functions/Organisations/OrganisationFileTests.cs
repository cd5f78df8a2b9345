using DurableMesh.Cli;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Organisations;
using DurableMesh.Core.Tasks;
using DurableMesh.Functions;
using DurableMesh.Functions.Organisations;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Organisations;

public sealed class OrganisationFileTests
{
    [Theory]
    [InlineData("""{"agents":[{"id":"Two Words","company":"c","roles":["builder"]}]}""", "agents[0].id: This must be a slug")]
    [InlineData("""{"agents":[""", "no JSON")]
    [InlineData("", "no content")]
    public void A_broken_file_says_why_and_gives_nobody(string content, string why)
    {
        using var file = new TemporaryFile(content);

        var read = Read(file.Path);

        Assert.Contains(why, read.Failure, StringComparison.Ordinal);
        Assert.Null(SeedRegistry.Of(read.Organisation));
    }

    [Fact]
    public void A_missing_file_says_so()
    {
        Assert.Contains("nowhere.json", Read("nowhere.json").Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void The_organisation_that_is_shipped_makes_a_registry()
    {
        var read = Read(new MeshOptions().SeedFile);

        Assert.Null(read.Failure);
        AssertMakesARegistry(read.Organisation, agents: 9, companies: 8, rows: 5);
    }

    [Fact]
    public void The_sample_organisation_has_53_agents_in_14_companies()
    {
        var read = Read(Path.Combine(Installation.FindOrNull()!.Root, "samples", "organisation.json"));

        Assert.Null(read.Failure);
        AssertMakesARegistry(read.Organisation, agents: 53, companies: 14, rows: 7);
        Assert.All(read.Organisation.Companies, company => Assert.Contains(
            read.Organisation.Agents, agent => agent.Company == company.Id && agent.Aliases.Count > 0));
    }

    private static void AssertMakesARegistry(Organisation organisation, int agents, int companies, int rows)
    {
        var (registry, refusal) = AgentRegistry.Empty.Apply(SeedRegistry.Of(organisation)!, DateTimeOffset.UnixEpoch, "test");
        Assert.Null(refusal);
        Assert.Equal((agents, companies), (registry.Count, registry.Companies.Count()));
        Assert.NotNull(registry.Find("evidence-verifier"));
        Assert.Equal(rows, organisation.Authority.Count);
        Assert.Contains(organisation.Tasks, task => task is { Id: "101959", State: MissionTaskState.InProgress });
    }

    private static OrganisationFile Read(string path) =>
        new(Options.Create(new MeshOptions { SeedFile = path }), NullLogger<OrganisationFile>.Instance);
}
