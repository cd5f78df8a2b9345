using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Agents;

/// <summary>Reads companies and agents strictly: all that is wrong with one is said at once.</summary>
public static class RegistryReader
{
    private const int MaxAliases = 20;
    private const int MaxLength = 128;
    private const int MaxDomainLength = 500;
    private const int MaxWip = 1_000_000;

    /// <summary>Reads the body of <c>PUT /agents/{id}</c>.</summary>
    /// <param name="utf8">The body; what it repeats of an answer (version, liveness) does not matter.</param>
    /// <param name="id">The id in the address.</param>
    public static ReadResult<AgentView> ReadAgent(ReadOnlyMemory<byte> utf8, string id) =>
        JsonInput.Read(utf8, input => ReadAgent(input, id));

    /// <summary>Reads the body of <c>PUT /companies/{id}</c>.</summary>
    /// <param name="utf8">The body; a version in it does not matter.</param>
    /// <param name="id">The id in the address.</param>
    public static ReadResult<CompanyView> ReadCompany(ReadOnlyMemory<byte> utf8, string id) =>
        JsonInput.Read(utf8, input => ReadCompany(input, id));

    internal static CompanyView? ReadCompany(ObjectReader input, string? knownId = null)
    {
        var id = ReadId(input, knownId);
        var name = input.Line("name", MaxLength);
        var domain = input.Line("domain", MaxDomainLength, required: false);
        var budget = input.Usd("dailyBudgetUsd");
        input.Ignore("version");
        return id is null || name is null ? null : new CompanyView
        {
            Id = id,
            Name = name,
            Domain = domain,
            DailyBudgetUsd = budget,
        };
    }

    internal static AgentView? ReadAgent(ObjectReader input, string? knownId = null)
    {
        var id = ReadId(input, knownId);
        var company = ReadSlug(input, "company", required: true);
        var roles = input.Lines("roles", AgentRegistry.Roles.Count, MaxLength);
        RejectUnknownNames(input, "roles", roles, AgentRegistry.Roles);
        if (roles.Count == 0)
        {
            input.Add("roles", InputError.Missing, $"An agent has one role or more of {string.Join(", ", AgentRegistry.Roles)}.");
        }

        var device = input.Line("device", MaxLength, required: false);
        var trustZone = input.Line("trustZone", MaxLength, required: false);
        RejectUnknownNames(input, "trustZone", trustZone is null ? [] : [trustZone], AgentRegistry.TrustZones);
        var adapter = AdapterReader.Read(input, "adapter");
        var aliases = input.Lines("aliases", MaxAliases, MaxLength);
        var model = input.Line("model", MaxLength, required: adapter?.Kind == AdapterKind.Chat);
        var wipLimit = (int?)input.Whole("wipLimit", 1, MaxWip);
        var budget = input.Usd("dailyBudgetUsd");
        var enabled = input.Flag("enabled") ?? true;
        input.Ignore("version", "lastSeen", "reachable", "unreachable", "atWork");
        return id is null || company is null ? null : new AgentView
        {
            Id = id,
            Company = company,
            Roles = [.. roles.Distinct()],
            Device = device,
            TrustZone = trustZone,
            Adapter = adapter,
            Aliases = [.. aliases.Distinct()],
            Model = model,
            WipLimit = wipLimit,
            DailyBudgetUsd = budget,
            Enabled = enabled,
        };
    }

    private static string? ReadId(ObjectReader input, string? knownId)
    {
        var id = ReadSlug(input, "id", required: knownId is null);
        if (knownId is null || id == knownId)
        {
            return id;
        }

        if (id is not null)
        {
            input.Add("id", InputError.InvalidValue, $"The address says '{knownId}'; say the same here, or leave it out.");
        }
        else if (!TextRules.IsSlug(knownId) || knownId.Length > MaxLength)
        {
            input.Add(
                "id", InputError.InvalidValue, "The id in the address must be a slug: a-z, 0-9 and single hyphens between them.");
        }

        return knownId;
    }

    private static string? ReadSlug(ObjectReader input, string name, bool required)
    {
        var slug = input.Line(name, MaxLength, required);
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
}
