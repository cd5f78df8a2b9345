using System.Text.Json.Serialization;
using DurableMesh.Core.Organisations;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Agents;

/// <summary>What changes an <see cref="AgentRegistry"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "change")]
[JsonDerivedType(typeof(SeedRegistry), "seed")]
[JsonDerivedType(typeof(PutCompany), "put_company")]
[JsonDerivedType(typeof(DeleteCompany), "delete_company")]
[JsonDerivedType(typeof(PutAgent), "put_agent")]
[JsonDerivedType(typeof(DeleteAgent), "delete_agent")]
public abstract record RegistryChange
{
    private protected RegistryChange()
    {
    }
}

/// <summary>What a registry begins with; refused once there was any other change.</summary>
/// <param name="Companies">The companies.</param>
/// <param name="Agents">The agents.</param>
public sealed record SeedRegistry(IReadOnlyList<CompanyView> Companies, IReadOnlyList<AgentView> Agents) : RegistryChange
{
    /// <summary>What an organisation begins with; null where it has neither companies nor agents.</summary>
    /// <param name="organisation">The organisation.</param>
    public static SeedRegistry? Of(Organisation organisation) => organisation.Companies.Count + organisation.Agents.Count > 0
        ? new SeedRegistry(organisation.Companies, organisation.Agents)
        : null;
}

/// <summary>Adds or replaces a company.</summary>
/// <param name="Company">The company; its version does not matter.</param>
/// <param name="Expected">The version it must have; 0 where it must be new, null where it does not matter.</param>
public sealed record PutCompany(CompanyView Company, int? Expected) : RegistryChange;

/// <summary>Removes a company that has no agents.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Expected">The version it must have; null where it does not matter.</param>
public sealed record DeleteCompany(string Id, int? Expected) : RegistryChange;

/// <summary>Adds or replaces an agent.</summary>
/// <param name="Agent">The agent; its version and liveness do not matter.</param>
/// <param name="Expected">The version it must have; 0 where it must be new, null where it does not matter.</param>
public sealed record PutAgent(AgentView Agent, int? Expected) : RegistryChange;

/// <summary>Removes an agent.</summary>
/// <param name="Id">Its id; an alias will not do.</param>
/// <param name="Expected">The version it must have; null where it does not matter.</param>
public sealed record DeleteAgent(string Id, int? Expected) : RegistryChange;
