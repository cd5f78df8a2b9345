using System.Collections.Immutable;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Agents;

/// <summary>The companies and agents that the mesh knows: a fold of their changes.</summary>
public sealed class AgentRegistry : IFolded<AgentRegistry, RegistryChange>
{
    /// <summary>What an agent may be (DESIGN §3).</summary>
    public static IReadOnlyList<string> Roles { get; } = ["builder", "verifier", "distiller", "comparator", "advisor"];

    /// <summary>The trust zones, the strictest first (DESIGN §5).</summary>
    public static IReadOnlyList<string> TrustZones { get; } = ["restricted", "internal", "partner", "public"];

    private readonly VersionedSet<CompanyView> _companies;
    private readonly VersionedSet<AgentView> _agents;
    private readonly ImmutableDictionary<string, AgentView> _byName;

    private AgentRegistry(
        VersionedSet<CompanyView> companies, VersionedSet<AgentView> agents, ImmutableDictionary<string, AgentView> byName) =>
        (_companies, _agents, _byName) = (companies, agents, byName);

    /// <summary>Nobody.</summary>
    public static AgentRegistry Empty { get; } = new(
        VersionedSet<CompanyView>.Empty, VersionedSet<AgentView>.Empty, ImmutableDictionary<string, AgentView>.Empty);

    /// <summary>All companies, by id.</summary>
    public IEnumerable<CompanyView> Companies => _companies.Items;

    /// <summary>All agents, by id.</summary>
    public IEnumerable<AgentView> Agents => _agents.Items;

    /// <summary>How many agents there are.</summary>
    public int Count => _agents.Count;

    /// <summary>An agent by its id or one of its aliases; null where nobody is called that.</summary>
    /// <param name="idOrAlias">The id or alias; case matters.</param>
    public AgentView? Find(string idOrAlias) => _byName.GetValueOrDefault(idOrAlias);

    /// <summary>The id of whoever is called that; the name itself where nobody is, so that the gate can say so.</summary>
    /// <param name="idOrAlias">The id or alias.</param>
    public string Resolve(string idOrAlias) => Find(idOrAlias)?.Id ?? idOrAlias;

    /// <summary>
    /// What tells an agent from others that had its id before and were deleted: the version with which it came, 0 where it never
    /// did.
    /// </summary>
    /// <param name="id">The agent's id.</param>
    public int IncarnationOf(string id) => _agents.FirstVersion(id);

    /// <summary>A company by its id; null where there is none.</summary>
    /// <param name="id">The id; case matters.</param>
    public CompanyView? FindCompany(string id) => _companies.Find(id);

    /// <summary>Why nothing can be done with a company that does not exist.</summary>
    /// <param name="id">What it was called.</param>
    public static ChangeRefusal CompanyNotFound(string id) =>
        new(RefusalKind.NotFound, "company_not_found", $"There is no company {id}.");

    /// <inheritdoc/>
    public ChangeResult<AgentRegistry> Apply(RegistryChange change, DateTimeOffset at, string by) => change switch
    {
        SeedRegistry seed => Seed(seed),
        PutCompany put => Put(put.Company, put.Expected),
        DeleteCompany delete => DeleteCompany(delete.Id, delete.Expected),
        PutAgent put => Put(put.Agent, put.Expected),
        DeleteAgent delete => DeleteAgent(delete.Id, delete.Expected),
        _ => Refuse(RefusalKind.Invalid, "unknown_change", $"The registry knows no change {change.GetType().Name}."),
    };

    private ChangeResult<AgentRegistry> Seed(SeedRegistry seed)
    {
        if (this != Empty)
        {
            return Refuse(RefusalKind.Conflict, "already_seeded", "The registry has begun already; change it piece by piece.");
        }

        var registry = this;
        var objections = new List<string>();
        foreach (var company in seed.Companies)
        {
            Take(registry.Put(company, expected: 0));
        }

        foreach (var agent in seed.Agents)
        {
            Take(registry.Put(agent, expected: 0));
        }

        return objections.Count == 0
            ? new(registry)
            : Refuse(RefusalKind.Invalid, "contradictory_registry", string.Join(' ', objections));

        void Take(ChangeResult<AgentRegistry> result)
        {
            registry = result.State;
            if (result.Refusal is { } refusal)
            {
                objections.Add(refusal.Detail);
            }
        }
    }

    private ChangeResult<AgentRegistry> Put(CompanyView company, int? expected)
    {
        if (_companies.Mismatch($"Company '{company.Id}'", company.Id, expected) is { } mismatch)
        {
            return new(this, mismatch);
        }

        var stored = company with { Version = _companies.NextVersion(company.Id) };
        return new(new AgentRegistry(_companies.With(stored), _agents, _byName));
    }

    private ChangeResult<AgentRegistry> DeleteCompany(string id, int? expected)
    {
        if (_companies.Find(id) is null)
        {
            return new(this, CompanyNotFound(id));
        }

        if (_companies.Mismatch($"Company '{id}'", id, expected) is { } mismatch)
        {
            return new(this, mismatch);
        }

        var agents = Agents.Where(agent => agent.Company == id).Select(agent => agent.Id).ToList();
        return agents.Count > 0
            ? Refuse(
                RefusalKind.Conflict,
                "company_in_use",
                $"Company '{id}' has agents: {string.Join(", ", agents)}. Delete them or give them another company first.")
            : new(new AgentRegistry(_companies.Without(id), _agents, _byName));
    }

    private ChangeResult<AgentRegistry> Put(AgentView agent, int? expected)
    {
        var refusal = _agents.Mismatch($"Agent '{agent.Id}'", agent.Id, expected) ?? Contradiction(agent);
        if (refusal is not null)
        {
            return new(this, refusal);
        }

        var stored = agent with
        {
            Version = _agents.NextVersion(agent.Id),
            LastSeen = null,
            Reachable = false,
            Unreachable = null,
        };
        var names = WithoutNamesOf(agent.Id).SetItems(NamesOf(stored).Select(name => KeyValuePair.Create(name, stored)));
        return new(new AgentRegistry(_companies, _agents.With(stored), names));
    }

    private ChangeResult<AgentRegistry> DeleteAgent(string id, int? expected)
    {
        if (_agents.Find(id) is null)
        {
            return Refuse(RefusalKind.NotFound, "agent_not_found", $"There is no agent {id}.");
        }

        return _agents.Mismatch($"Agent '{id}'", id, expected) is { } mismatch
            ? new(this, mismatch)
            : new(new AgentRegistry(_companies, _agents.Without(id), WithoutNamesOf(id)));
    }

    private ChangeRefusal? Contradiction(AgentView agent)
    {
        if (FindCompany(agent.Company) is null)
        {
            return new ChangeRefusal(
                RefusalKind.Invalid,
                "unknown_company",
                $"Agent '{agent.Id}' belongs to company '{agent.Company}', which does not exist. Create the company first.");
        }

        var taken = NamesOf(agent).FirstOrDefault(name => Find(name) is { } owner && owner.Id != agent.Id);
        return taken is null
            ? null
            : new ChangeRefusal(
                RefusalKind.Conflict,
                "name_taken",
                $"'{taken}' of agent '{agent.Id}' is also a name of '{Find(taken)!.Id}'; a name belongs to one agent.");
    }

    private ImmutableDictionary<string, AgentView> WithoutNamesOf(string id) =>
        _agents.Find(id) is { } agent ? _byName.RemoveRange(NamesOf(agent)) : _byName;

    private static IEnumerable<string> NamesOf(AgentView agent) => agent.Aliases.Prepend(agent.Id);

    private ChangeResult<AgentRegistry> Refuse(RefusalKind kind, string code, string detail) =>
        new(this, new ChangeRefusal(kind, code, detail));
}
