using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Agents;

/// <summary>
/// Reads the registry file: <c>{"agents":[{"id":"codecraft-builder","company":"codecraft","roles":["builder"], …}]}</c>.
/// </summary>
public static class AgentRegistryReader
{
    private const int MaxAgents = 10_000;
    private const int MaxAliases = 20;
    private const int MaxLength = 128;

    /// <summary>Reads a registry, or lists all that is wrong with it at once.</summary>
    /// <param name="utf8">The file's content.</param>
    public static ReadResult<AgentRegistry> Read(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        var agents = input.Objects("agents", MaxAgents, ReadAgent, agent => agent.Id);
        if (!input.Has("agents"))
        {
            input.Add("agents", InputError.Missing, "This is missing; it lists the agents.");
        }

        RejectAmbiguousNames(input, agents);
        return new AgentRegistry(agents);
    });

    private static AgentView? ReadAgent(ObjectReader input)
    {
        var id = ReadSlug(input, "id");
        var company = input.Line("company", MaxLength);
        var roles = input.Lines("roles", AgentRegistry.Roles.Count, MaxLength);
        RejectUnknownNames(input, "roles", roles, AgentRegistry.Roles);
        if (roles.Count == 0)
        {
            input.Add("roles", InputError.Missing, $"An agent has one role or more of {string.Join(", ", AgentRegistry.Roles)}.");
        }

        var device = input.Line("device", MaxLength, required: false);
        var trustZone = input.Line("trustZone", MaxLength, required: false);
        RejectUnknownNames(input, "trustZone", trustZone is null ? [] : [trustZone], AgentRegistry.TrustZones);
        var adapter = input.Line("adapter", MaxLength, required: false);
        var aliases = input.Lines("aliases", MaxAliases, MaxLength);
        var model = input.Line("model", MaxLength, required: false);
        var enabled = input.Flag("enabled") ?? true;
        return id is null || company is null ? null : new AgentView
        {
            Id = id,
            Company = company,
            Roles = roles,
            Device = device,
            TrustZone = trustZone,
            Adapter = adapter,
            Aliases = aliases,
            Model = model,
            Enabled = enabled,
        };
    }

    private static string? ReadSlug(ObjectReader input, string name)
    {
        var slug = input.Line(name, MaxLength);
        if (slug is not null && !TextRules.IsSlug(slug))
        {
            input.Add(name, InputError.InvalidValue, "This must be a slug: a-z, 0-9 and single hyphens between them.");
        }

        return slug;
    }

    private static void RejectUnknownNames(
        ObjectReader input,
        string field,
        IReadOnlyList<string> names,
        IReadOnlyList<string> known)
    {
        foreach (var name in names.Where(name => !known.Contains(name)))
        {
            input.Add(field, InputError.InvalidValue, $"'{name}' is none of {string.Join(", ", known)}.");
        }
    }

    private static void RejectAmbiguousNames(ObjectReader input, IReadOnlyList<AgentView> agents)
    {
        var owners = agents.ToLookup(agent => agent.Id).ToDictionary(group => group.Key, group => group.Key);
        foreach (var agent in agents)
        {
            foreach (var alias in agent.Aliases)
            {
                if (!owners.TryAdd(alias, agent.Id))
                {
                    input.Add(
                        "agents",
                        InputError.DuplicateId,
                        $"The alias '{alias}' of '{agent.Id}' is also a name of '{owners[alias]}'; a name belongs to one agent.");
                }
            }
        }
    }
}
