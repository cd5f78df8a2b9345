using DurableMesh.Core.Agents;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Dispatch;

/// <summary>Whom work goes to where nobody is named: pure, and the same choice for the same registry.</summary>
public static class Routing
{
    private const string Builder = "builder";
    private const string Verifier = "verifier";

    /// <summary>The specialist of a company: its first enabled builder, by id; null where it has none.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="company">The company's id.</param>
    public static AgentView? BuilderOf(AgentRegistry registry, string company) => registry.Agents
        .FirstOrDefault(agent => agent.Company == company && agent.Enabled && agent.Roles.Contains(Builder));

    /// <summary>
    /// The verifier of an agent's work: an enabled one of another company, to whose zone the agent may speak; those of a company
    /// that builds nothing go first, then those that do nothing but verify, then by id. Null where there is none.
    /// </summary>
    /// <param name="registry">The registry.</param>
    /// <param name="trust">Who may say anything to whom.</param>
    /// <param name="builder">The agent whose work it is.</param>
    public static AgentView? VerifierFor(AgentRegistry registry, TrustMatrix trust, AgentView builder) => registry.Agents
        .Where(agent => agent.Enabled && agent.Company != builder.Company && agent.Roles.Contains(Verifier))
        .Where(agent => !trust.Decide(builder, agent).Denied)
        .OrderBy(agent => Builds(registry, agent.Company))
        .ThenBy(agent => agent.Roles.Count > 1)
        .ThenBy(agent => agent.Company, StringComparer.Ordinal)
        .ThenBy(agent => agent.Id, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>A company by its id, or by its name; null where there is none.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="name">The id, or the name, case apart.</param>
    public static CompanyView? CompanyOf(AgentRegistry registry, string name) => registry.FindCompany(name)
        ?? registry.Companies.FirstOrDefault(company => company.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool Builds(AgentRegistry registry, string company) =>
        registry.Agents.Any(agent => agent.Company == company && agent.Roles.Contains(Builder));
}
