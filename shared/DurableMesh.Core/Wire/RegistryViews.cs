using System.Text.Json.Serialization;
using DurableMesh.Core.Changes;

namespace DurableMesh.Core.Wire;

/// <summary>The answer to <c>GET /agents</c>.</summary>
/// <param name="Agents">The agents, by id.</param>
public sealed record AgentsPage(IReadOnlyList<AgentView> Agents);

/// <summary>The answer to <c>GET /companies</c>.</summary>
/// <param name="Companies">The companies, by id.</param>
public sealed record CompaniesPage(IReadOnlyList<CompanyView> Companies);

/// <summary>An agent as the API shows it.</summary>
public sealed record AgentView : IVersioned
{
    /// <summary>Its slug.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the company it belongs to.</summary>
    public required string Company { get; init; }

    /// <summary>What it may be: <c>builder verifier distiller comparator advisor</c>.</summary>
    public IReadOnlyList<string> Roles { get; init => field = value ?? []; } = [];

    /// <summary>The device it runs on.</summary>
    public string? Device { get; init; }

    /// <summary>Its trust zone: <c>restricted internal partner public</c>.</summary>
    public string? TrustZone { get; init; }

    /// <summary>How the mesh reaches it; null where nobody said, which is <c>pull</c>.</summary>
    public AgentAdapter? Adapter { get; init; }

    /// <summary>Other names it answers to.</summary>
    public IReadOnlyList<string> Aliases { get; init => field = value ?? []; } = [];

    /// <summary>The model it runs on.</summary>
    public string? Model { get; init; }

    /// <summary>How many threads it may have open at once; null for any number.</summary>
    public int? WipLimit { get; init; }

    /// <summary>What it may spend in a day (UTC), in US dollars; null for any amount.</summary>
    public decimal? DailyBudgetUsd { get; init; }

    /// <summary>Whether it may take part in new threads, and receives.</summary>
    public required bool Enabled { get; init; }

    /// <inheritdoc/>
    public int Version { get; init; }

    /// <summary>When it last asked for its inbox or had a message accepted; null where the mesh has not heard of it.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Whether it waits at its inbox, or did a moment ago; or the mesh calls it, and the calls arrive.</summary>
    public bool Reachable { get; init; }

    /// <summary>Why the mesh cannot reach it; left out where it can, as far as it knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unreachable { get; init; }

    /// <summary>What its runners are at work on; left out where they are not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentWork? AtWork { get; init; }
}

/// <summary>An agent at work.</summary>
/// <param name="Since">Since when it is at work on the message that it claimed first.</param>
/// <param name="Threads">On how many threads.</param>
/// <param name="Devices">On which machines, as far as its runners say; by name, with commas between them.</param>
public sealed record AgentWork(DateTimeOffset Since, int Threads, string? Devices)
{
    /// <summary>What an agent's leases come to; null where there are none.</summary>
    /// <param name="leases">Those that are alive.</param>
    public static AgentWork? Of(IEnumerable<LeaseView> leases)
    {
        var all = leases.ToList();
        var devices = string.Join(
            ", ", all.Select(lease => lease.Device).OfType<string>().Distinct().Order(StringComparer.Ordinal));
        return all.Count == 0 ? null : new AgentWork(all.Min(lease => lease.Since), all.Count, devices is "" ? null : devices);
    }
}

/// <summary>A company as the API shows it.</summary>
public sealed record CompanyView : IVersioned
{
    /// <summary>Its slug.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public string? Domain { get; init; }

    /// <summary>What all its agents together may spend in a day (UTC), in US dollars; null for any amount.</summary>
    public decimal? DailyBudgetUsd { get; init; }

    /// <inheritdoc/>
    public int Version { get; init; }
}
