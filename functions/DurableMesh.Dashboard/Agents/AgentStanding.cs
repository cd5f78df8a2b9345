using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Dashboard.Agents;

/// <summary>How an agent is at the moment, in one word.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AgentStanding>))]
public enum AgentStanding
{
    /// <summary>It is at work on a thread.</summary>
    AtWork,

    /// <summary>It waits for work, or the mesh calls it.</summary>
    Reachable,

    /// <summary>The mesh calls it, and nobody answers.</summary>
    Unreachable,

    /// <summary>It does not wait at its inbox.</summary>
    Away,

    /// <summary>It may take part in nothing.</summary>
    Disabled,
}

/// <summary>An agent with what counts against its limits.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="OpenThreads">How many open threads it is a party of.</param>
/// <param name="OpenLimit">How many it may be a party of; null for any number.</param>
/// <param name="SpentUsd">What it spent today, in US dollars.</param>
/// <param name="BudgetUsd">What it may spend on a day, in US dollars; null for any amount.</param>
public sealed record AgentLine(AgentView Agent, int OpenThreads, int? OpenLimit, decimal SpentUsd, decimal? BudgetUsd)
{
    /// <summary>How the agent is.</summary>
    public AgentStanding Standing => StandingOf(Agent);

    /// <summary>How an agent is.</summary>
    /// <param name="agent">The agent, with what is known of its presence.</param>
    public static AgentStanding StandingOf(AgentView agent) => agent switch
    {
        { Enabled: false } => AgentStanding.Disabled,
        { Unreachable: not null } => AgentStanding.Unreachable,
        { AtWork: not null } => AgentStanding.AtWork,
        { Reachable: true } => AgentStanding.Reachable,
        _ => AgentStanding.Away,
    };
}

/// <summary>A company with some of its agents.</summary>
/// <param name="Company">The company.</param>
/// <param name="SpentUsd">What all its agents spent today, in US dollars.</param>
/// <param name="BudgetUsd">What they may spend on a day, in US dollars; null for any amount.</param>
/// <param name="Agents">The agents.</param>
public sealed record CompanyLine(CompanyView Company, decimal SpentUsd, decimal? BudgetUsd, IReadOnlyList<AgentLine> Agents);

/// <summary>What was asked of the list of agents.</summary>
/// <param name="Words">A part of an agent's id, alias, role, device or model; null for all.</param>
/// <param name="Company">A company's id; null for all.</param>
/// <param name="Standing">How they are; null for all.</param>
/// <param name="Page">Which page, the first one is 1.</param>
public sealed record AgentListQuery(string? Words, string? Company, AgentStanding? Standing, int Page)
{
    /// <summary>Whether an agent is one of those asked for, however it is.</summary>
    /// <param name="agent">The agent.</param>
    public bool Covers(AgentView agent) =>
        (Company is null || agent.Company == Company)
        && (Words is null || agent.Aliases.Concat(agent.Roles).Concat([agent.Id, agent.Device, agent.Model])
            .Any(text => text?.Contains(Words, StringComparison.OrdinalIgnoreCase) == true));
}

/// <summary>What the list of agents shows.</summary>
/// <param name="Asked">What was asked.</param>
/// <param name="Companies">The agents of this page, by company.</param>
/// <param name="Found">How many agents are as asked.</param>
/// <param name="Counts">How many of the others would be, by how they are.</param>
/// <param name="Choices">Companies to choose from; none where there are too many.</param>
public sealed record AgentListModel(
    AgentListQuery Asked,
    IReadOnlyList<CompanyLine> Companies,
    int Found,
    IReadOnlyDictionary<AgentStanding, int> Counts,
    IReadOnlyList<CompanyView> Choices)
{
    /// <summary>How many agents a page shows.</summary>
    public const int PageLength = 50;

    /// <summary>How many companies there may be to choose from.</summary>
    public const int MostChoices = 60;
}
