using System.Text;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Organisations;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Agents;

/// <summary>Registries out of a few lines of JSON, whose companies need not be listed.</summary>
internal static class SampleRegistry
{
    public static AgentRegistry Of(string organisation) => Of(SeedOf(organisation));

    public static AgentRegistry Of(SeedRegistry seed)
    {
        var (registry, refusal) = AgentRegistry.Empty.Apply(seed, DateTimeOffset.UnixEpoch, "test");
        Assert.Null(refusal);
        return registry;
    }

    public static SeedRegistry SeedOf(string organisation)
    {
        var read = OrganisationReader.Read(Encoding.UTF8.GetBytes(organisation));
        Assert.Empty(read.Errors);
        var listed = read.Value!.Companies.Select(company => company.Id);
        var unlisted = read.Value.Agents.Select(agent => agent.Company).Except(listed);
        return new SeedRegistry(
            [.. read.Value.Companies, .. unlisted.Select(id => new CompanyView { Id = id, Name = id })], read.Value.Agents);
    }
}
