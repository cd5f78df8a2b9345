using System.CommandLine;
using System.Text;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Agents;

/// <summary><c>mesh agents add</c>: puts one agent into the registry.</summary>
internal static class AddAgentCommand
{
    private const int Absent = 0;

    private static readonly Argument<string> Id = new("AGENT") { Description = "The agent's id: a-z, 0-9 and single hyphens." };

    private static readonly Option<string> Company = new("--company")
    {
        Description = "The company that it belongs to, by its id ('agents companies' lists them).",
        HelpName = "ID",
        Required = true,
    };

    private static readonly Option<string[]> Roles = new("--role")
    {
        Description = "builder, verifier, distiller, comparator or advisor. May be repeated.",
        HelpName = "ROLE",
        Required = true,
    };

    private static readonly Option<string?> Zone = new("--zone")
    {
        Description = "Its trust zone: restricted, internal, partner or public. [default: none, which counts as public]",
        HelpName = "ZONE",
    };

    private static readonly Option<string?> Device = new("--device") { Description = "Its machine.", HelpName = "NAME" };
    private static readonly Option<string?> Model = new("--model") { Description = "The model it runs on.", HelpName = "MODEL" };

    private static readonly Option<string?> Adapter = new("--adapter")
    {
        Description = "How the mesh reaches it: pull, chat:PROVIDER, webhook:URL, a2a:URL, or a JSON object. [default: pull]",
        HelpName = "ADAPTER",
    };

    private static readonly Option<string[]> Aliases = new("--alias")
    {
        Description = "Another name that it answers to. May be repeated.",
        HelpName = "NAME",
    };

    private static readonly Option<int?> Wip = new("--wip-limit")
    {
        Description = "How many threads it may have open at once. [default: any number]",
        HelpName = "N",
    };

    private static readonly Option<decimal?> Budget = new("--daily-budget")
    {
        Description = "What it may spend in a day of UTC, in US dollars. [default: any amount]",
        HelpName = "USD",
    };

    private static readonly Option<bool> Disabled = new("--disabled")
    {
        Description = "Leave it disabled until 'agents enable' lets it take part.",
    };

    private static readonly Option<bool> Replace = new("--replace")
    {
        Description = "Replace the agent of that id where there is one. Without it that is refused.",
    };

    private static readonly Option<bool> IdOnly = CommonOptions.IdOnly("the agent's id");

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("add", "Add an agent to the registry.")
        {
            Id, Company, Roles, Zone, Device, Adapter, Model, Aliases, Wip, Budget, Disabled, Replace, IdOnly,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var asked = new AgentView
            {
                Id = parsed.GetRequiredValue(Id),
                Company = parsed.GetRequiredValue(Company),
                Roles = parsed.GetRequiredValue(Roles),
                TrustZone = parsed.GetValue(Zone),
                Device = parsed.GetValue(Device),
                Adapter = AdapterOf(parsed.GetValue(Adapter)),
                Model = parsed.GetValue(Model),
                Aliases = parsed.GetValue(Aliases) ?? [],
                WipLimit = parsed.GetValue(Wip),
                DailyBudgetUsd = parsed.GetValue(Budget),
                Enabled = !parsed.GetValue(Disabled),
            };
            var version = parsed.GetValue(Replace) ? null : (int?)Absent;
            var agent = await parsed.Connect().PutAgentAsync(asked, version, cancellation);
            if (parsed.GetValue(IdOnly))
            {
                terminal.Say(agent.Id);
                return ExitCode.Done;
            }

            return AgentsCommand.Show(agent, parsed, terminal);
        });
        return command;
    }

    /// <summary>An adapter as somebody typed it; the mesh itself says what is wrong with an address or a provider.</summary>
    private static AgentAdapter AdapterOf(string? typed)
    {
        if (typed is null or "pull")
        {
            return AgentAdapter.Pull;
        }

        var (kind, rest) = typed.Split(':', 2) is [var before, var after] ? (before, after) : (typed, "");
        return kind switch
        {
            "chat" => new AgentAdapter { Kind = AdapterKind.Chat, Provider = rest },
            "webhook" => new AgentAdapter { Kind = AdapterKind.Webhook, Url = rest },
            "a2a" => new AgentAdapter { Kind = AdapterKind.A2a, Url = rest },
            _ when typed.StartsWith('{') => OfJson(typed),
            _ => throw new CliException(
                ExitCode.Usage, $"--adapter {typed}: pull, chat:PROVIDER, webhook:URL, a2a:URL or a JSON object is wanted."),
        };
    }

    private static AgentAdapter OfJson(string json)
    {
        var read = AdapterReader.Read(Encoding.UTF8.GetBytes(json));
        return read.Value
            ?? throw new CliException(
                ExitCode.Usage, string.Join(' ', read.Errors.Select(error => $"--{error.Path}: {error.Message}")));
    }
}
