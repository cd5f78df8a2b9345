using System.CommandLine;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;

namespace DurableMesh.Cli.Smoke;

/// <summary><c>mesh smoke</c>: asks every agent of every company, by id and by alias, and shows who answers.</summary>
internal static class SmokeCommand
{
    private static readonly Option<string[]> Agents = new("--agent")
    {
        Description = "Ask this agent, by id or alias. May be repeated. [default: all]",
        HelpName = "NAME",
    };

    private static readonly Option<string[]> Companies = new("--company")
    {
        Description = "Ask the agents of this company. May be repeated. [default: all]",
        HelpName = "ID",
    };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "Who asks; the authority table must let it. [default: an agent of the company resolver, or helixsupport]",
        HelpName = "AGENT",
    };

    private static readonly Option<string> Question = new("--ask")
    {
        Description = "The question.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "In one sentence: who are you, and what do you do?",
    };

    private static readonly Option<bool> Acknowledge = new("--acknowledge")
    {
        Description = "Ask only for a sign that the question arrives, which costs nothing: no agent is called.",
    };

    private static readonly Option<string?> Task = new("--task")
    {
        Description = "The MC task to ask on, in progress. [default: smoke-COMPANY, made where there is none]",
        HelpName = "ID",
    };

    private static readonly Option<TimeSpan> Patience =
        Durations.Option("--timeout", "How long one answer may take.", TimeSpan.FromMinutes(2), TimeSpan.FromHours(1));

    private static readonly Option<int> Parallel = CommonOptions.Between(
        1,
        100,
        new("--parallel")
        {
            Description = "How many companies are asked at once.",
            HelpName = "N",
            DefaultValueFactory = _ => 8,
        });

    private static readonly Option<bool> Scripted = new("--scripted")
    {
        Description =
            "Run a mesh of its own with the sample organisation, a scripted model in the place of the providers, and ask that.",
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("smoke", "Ask every agent of every company, by id and by alias, and show who answers.")
        {
            Agents, Companies, From, Question, Acknowledge, Task, Patience, Parallel, Scripted,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!parsed.GetValue(Scripted))
            {
                return await RunAsync(parsed.Connect(), parsed, terminal, cancellation);
            }

            await using var mesh = await ScriptedMesh.StartAsync(Installation.Find("smoke"), terminal, cancellation);
            return await RunAsync(MeshClient.Connect(mesh.Address), parsed, terminal, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        MeshClient mesh, ParseResult parsed, Terminal terminal, CancellationToken cancellation)
    {
        var options = new SmokeOptions(
            parsed.GetValue(Agents) ?? [],
            parsed.GetValue(Companies) ?? [],
            parsed.GetValue(From),
            parsed.GetRequiredValue(Question),
            parsed.GetValue(Acknowledge),
            parsed.GetValue(Task),
            parsed.GetValue(Patience),
            parsed.GetValue(Parallel));
        var report = await terminal.WorkAsync(
            "smoke", asking => new SmokeRun(mesh, options).RunAsync(asking, cancellation), "names asked");
        if (parsed.WantsJson())
        {
            terminal.WriteJson(report, CliJson.Context.SmokeReport);
        }
        else
        {
            report.WriteTo(terminal.Out);
        }

        return report.Holds() ? ExitCode.Done : ExitCode.Refused;
    }
}
