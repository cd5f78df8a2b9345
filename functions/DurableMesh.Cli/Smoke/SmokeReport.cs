using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Smoke;

/// <summary>What came of asking everybody.</summary>
/// <param name="Agents">How many agents were asked.</param>
/// <param name="AgentsAnswered">How many of them answered to each of their names.</param>
/// <param name="Companies">How many companies they belong to.</param>
/// <param name="CompaniesAnswered">Of how many companies each agent answered.</param>
/// <param name="Seconds">How long all of it took.</param>
/// <param name="CostUsd">What all of it cost.</param>
/// <param name="Rows">The questions, by company, agent and name.</param>
internal sealed record SmokeReport(
    int Agents,
    int AgentsAnswered,
    int Companies,
    int CompaniesAnswered,
    double Seconds,
    decimal CostUsd,
    IReadOnlyList<SmokeRow> Rows)
{
    /// <summary>Sums up.</summary>
    /// <param name="rows">The questions.</param>
    /// <param name="time">How long all of it took.</param>
    public static SmokeReport Of(IReadOnlyList<SmokeRow> rows, TimeSpan time)
    {
        var (agents, companies) = (rows.ToLookup(row => row.Agent), rows.ToLookup(row => row.Company));
        return new SmokeReport(
            agents.Count,
            agents.Count(names => names.All(row => row.Answered)),
            companies.Count,
            companies.Count(names => names.All(row => row.Answered)),
            Math.Round(time.TotalSeconds, 3),
            rows.Sum(row => row.CostUsd),
            rows);
    }

    /// <summary>Whether everybody answered.</summary>
    public bool Holds() => AgentsAnswered == Agents && Agents > 0;

    /// <summary>Writes it for people.</summary>
    /// <param name="console">The terminal.</param>
    public void WriteTo(IAnsiConsole console)
    {
        var listing = new Listing("company", "agent", "asked as", "time", "cost", "answered by, or why not")
        {
            Numbers = ["time", "cost"],
            Spare = ["company", "cost"],
        };
        foreach (var row in Rows)
        {
            listing.Add(
                row.Company,
                row.Agent,
                row.Name,
                row.Seconds.ToString("0.00 's'", CultureInfo.InvariantCulture),
                row.CostUsd.ToString("0.######", CultureInfo.InvariantCulture),
                row.Answered ? row.By! : $"NOT: {row.WhyNot}");
        }

        listing.WriteTo(console);
        var colour = Holds() ? "green" : "red";
        console.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[{colour}]{AgentsAnswered} of {Agents} agents and {CompaniesAnswered} of {Companies} companies answered[/], "
                + $"asked by {Rows.Count} names; {Seconds:0.0} s, {CostUsd:0.######} USD"));
    }
}

/// <summary>One question.</summary>
/// <param name="Company">The agent's company.</param>
/// <param name="Agent">The agent.</param>
/// <param name="Name">The id or alias that it was asked by.</param>
/// <param name="ThreadId">The thread; null where there is none.</param>
/// <param name="Answered">Whether there was an answer.</param>
/// <param name="By">What answered, for instance <c>chat (anthropic), claude-opus-4-5</c>; null where nothing did.</param>
/// <param name="Plumbing">Whether the mesh answered by itself, and the agent was not asked.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="CostUsd">What the answer cost.</param>
/// <param name="WhyNot">Why there was no answer; null where there was one.</param>
internal sealed record SmokeRow(
    string Company,
    string Agent,
    string Name,
    string? ThreadId,
    bool Answered,
    string? By,
    bool Plumbing,
    double Seconds,
    decimal CostUsd,
    string? WhyNot)
{
    /// <summary>Nobody has answered yet.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="name">What it is asked by.</param>
    public static SmokeRow Of(AgentView agent, string name) =>
        new(agent.Company, agent.Id, name, null, false, null, false, 0, 0, null);
}
