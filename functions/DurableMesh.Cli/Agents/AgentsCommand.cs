using System.CommandLine;
using System.Globalization;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Cli.Organisations;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Agents;

/// <summary><c>mesh agents</c>: the registry of agents and companies.</summary>
internal static class AgentsCommand
{
    private static readonly Option<string?> Company = new("--company")
    {
        Description = "Agents of this company.",
        HelpName = "ID",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal) => new("agents", "The registry: who there is, and who is there.")
    {
        CreateList(terminal),
        CreateShow(terminal),
        AddAgentCommand.Create(terminal),
        CreateCompanies(terminal),
        CreateSwitch(terminal, "enable", "Let an agent take part and receive again.", enabled: true),
        CreateSwitch(
            terminal, "disable", "Let an agent start, join and receive nothing more, until it is enabled.", enabled: false),
        CreateRemove(terminal),
        LoadCommand.Create(terminal),
    };

    private static Command CreateList(Terminal terminal)
    {
        var command = new Command("list", "List the agents, and which of them are there.") { Company };
        command.SetAction(async (parsed, cancellation) =>
        {
            var company = parsed.GetValue(Company);
            var all = await parsed.Connect().ListAgentsAsync(cancellation);
            var page = new AgentsPage([.. all.Agents.Where(agent => company is null || agent.Company == company)]);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.AgentsPage);
            }
            else
            {
                Describe(page.Agents, terminal.Out);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateShow(Terminal terminal)
    {
        var id = Id();
        var command = new Command("show", "Show an agent.") { id };
        command.SetAction(async (parsed, cancellation) =>
            Show(await parsed.Connect().GetAgentAsync(parsed.GetRequiredValue(id), cancellation), parsed, terminal));
        return command;
    }

    private static Command CreateCompanies(Terminal terminal)
    {
        var command = new Command("companies", "List the companies.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var mesh = parsed.Connect();
            var page = await mesh.ListCompaniesAsync(cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(page, CliJson.Context.CompaniesPage);
                return ExitCode.Done;
            }

            var agents = await mesh.ListAgentsAsync(cancellation);
            Describe(page.Companies, agents.Agents.ToLookup(agent => agent.Company), terminal.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command CreateSwitch(Terminal terminal, string name, string description, bool enabled)
    {
        var id = Id();
        var command = new Command(name, description) { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            var mesh = parsed.Connect();
            var agent = await mesh.GetAgentAsync(parsed.GetRequiredValue(id), cancellation);
            return Show(
                await mesh.PutAgentAsync(agent with { Enabled = enabled }, agent.Version, cancellation), parsed, terminal);
        });
        return command;
    }

    private static Command CreateRemove(Terminal terminal)
    {
        var id = new Argument<string>("AGENT") { Description = "The agent's id." };
        var command = new Command("remove", "Remove an agent from the registry.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await parsed.Connect().DeleteAgentAsync(parsed.GetRequiredValue(id), cancellation);
            terminal.Hint($"{parsed.GetRequiredValue(id)} is removed");
            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Id() => new("AGENT") { Description = "The agent's id, or an alias." };

    /// <summary>Shows an agent.</summary>
    public static int Show(AgentView agent, ParseResult parsed, Terminal terminal)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(agent, CliJson.Context.AgentView);
            return ExitCode.Done;
        }

        terminal.Out.Write(Listing.Properties(Properties(agent)));
        return ExitCode.Done;
    }

    private static IEnumerable<(string Name, string Value)> Properties(AgentView agent) =>
    [
        ("agent", agent.Id),
        ("company", agent.Company),
        ("roles", string.Join(' ', agent.Roles)),
        ("device", agent.Device ?? "-"),
        ("trust zone", agent.TrustZone ?? "- (counts as public)"),
        ("adapter", (agent.Adapter ?? AgentAdapter.Pull).ToString()),
        ("aliases", agent.Aliases is [] ? "-" : string.Join(' ', agent.Aliases)),
        ("model", agent.Model ?? "-"),
        ("open threads", agent.WipLimit is { } limit ? $"at most {limit}" : "any number"),
        ("daily budget", Money(agent.DailyBudgetUsd)),
        ("state", StateOf(agent)),
        ("last seen", Instant(agent.LastSeen)),
        ("version", agent.Version.ToString(CultureInfo.InvariantCulture)),
    ];

    private static void Describe(IEnumerable<AgentView> agents, IAnsiConsole console)
    {
        var listing = new Listing("agent", "company", "roles", "device", "zone", "last seen", "state")
        {
            Spare = ["last seen", "device", "zone"],
        };
        foreach (var agent in agents)
        {
            listing.Add(
                agent.Id,
                agent.Company,
                string.Join(' ', agent.Roles),
                agent.Device ?? "-",
                agent.TrustZone ?? "-",
                Instant(agent.LastSeen),
                StateOf(agent));
        }

        listing.WriteTo(console);
    }

    private static void Describe(
        IEnumerable<CompanyView> companies, ILookup<string, AgentView> agents, IAnsiConsole console)
    {
        var listing = new Listing("company", "name", "agents", "daily budget", "domain")
        {
            Numbers = ["agents"],
            Spare = ["daily budget"],
        };
        foreach (var company in companies)
        {
            listing.Add(
                company.Id,
                company.Name,
                agents[company.Id].Count().ToString(CultureInfo.InvariantCulture),
                Money(company.DailyBudgetUsd),
                company.Domain ?? "-");
        }

        listing.WriteTo(console);
    }

    private static string StateOf(AgentView agent) => agent switch
    {
        { Enabled: false } => "disabled",
        { AtWork: { } work } =>
            $"at work since {Instant(work.Since)}{(work.Devices is { } devices ? $" on {devices}" : "")}"
            + (work.Threads == 1 ? "" : $", {work.Threads} threads"),
        { Unreachable: { } why } => $"unreachable: {why}",
        { Reachable: true } => "reachable",
        _ => "away",
    };

    private static string Money(decimal? usd) => usd?.ToString("0.## 'USD'", CultureInfo.InvariantCulture) ?? "none";

    private static string Instant(DateTimeOffset? at) => at?.ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";
}
