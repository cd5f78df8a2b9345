using System.CommandLine;
using System.Text.Json;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Organisations;
using DurableMesh.Core.Wire;
using Spectre.Console;

namespace DurableMesh.Cli.Organisations;

/// <summary>
/// <c>mesh agents load</c>: loads an organisation file into a running mesh, part by part; what it says replaces what is there,
/// and an
/// agent that it does not say to be enabled stays disabled. What the mesh refuses is said at the end, and the rest is loaded.
/// </summary>
internal static class LoadCommand
{
    private static readonly Option<string> By = new("--by")
    {
        Description = "Who does it. [default: the user's name]",
        DefaultValueFactory = _ => Environment.UserName,
    };

    /// <summary>Creates the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The organisation as JSON: companies, agents, authority, tasks; - for standard input.",
        };
        var command = new Command("load", "Load an organisation file: its companies, agents, authority table and tasks.")
        {
            file, By,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var organisation = await ReadAsync(parsed.GetRequiredValue(file), terminal, cancellation);
            var mesh = parsed.Connect();
            var known = (await mesh.ListAgentsAsync(cancellation)).Agents.ToDictionary(agent => agent.Id);
            var parts = Parts(organisation, known, mesh, parsed.GetRequiredValue(By)).ToList();
            var report = await LoadAsync(parts, terminal, cancellation);
            if (parsed.WantsJson())
            {
                terminal.WriteJson(report, CliJson.Context.LoadReport);
            }
            else
            {
                Say(report, organisation, terminal);
            }

            return report.Unreachable is not null ? ExitCode.Unreachable
                : report.Refused.Count > 0 ? ExitCode.Refused
                : ExitCode.Done;
        });
        return command;
    }

    private static async Task<Organisation> ReadAsync(string name, Terminal terminal, CancellationToken cancellation)
    {
        var read = OrganisationReader.Read(await InputText.ReadUtf8Async(name, terminal, cancellation));
        return read.Value ?? throw new CliException(
            ExitCode.Usage,
            $"{InputText.Name(name)} is no organisation file; nothing is loaded:"
            + string.Concat(read.Errors.Select(error => $"\n  {error.Path}: {error.Message} ({error.Code})")));
    }

    /// <summary>The parts in an order in which each finds what it needs.</summary>
    private static IEnumerable<Part> Parts(
        Organisation organisation, Dictionary<string, AgentView> known, MeshClient mesh, string by) =>
    [
        .. organisation.Companies.Select(company => new Part(
            $"company {company.Id}", cancellation => mesh.PutCompanyAsync(company, cancellation))),
        .. organisation.Agents.Select(agent => new Part(
            $"agent {agent.Id}",
            cancellation => organisation.Unswitched.Contains(agent.Id) && known.GetValueOrDefault(agent.Id) is { } before
                ? mesh.PutAgentAsync(agent with { Enabled = before.Enabled }, before.Version, cancellation)
                : mesh.PutAgentAsync(agent, version: null, cancellation))),
        .. organisation.Authority is []
            ? (Part[])[]
            : [new Part("authority table", cancellation => PutAuthorityAsync(organisation.Authority, mesh, by, cancellation))],
        .. organisation.Tasks.Select(task => new Part(
            $"task {task.Id}", cancellation => mesh.CreateTaskAsync(task with { By = task.By ?? by }, cancellation))),
    ];

    private static async Task PutAuthorityAsync(
        IReadOnlyList<AuthorityRow> rows, MeshClient mesh, string by, CancellationToken cancellation)
    {
        var current = await mesh.GetAuthorityAsync(version: null, cancellation);
        if (!current.Rows.SequenceEqual(rows))
        {
            var table = JsonSerializer.SerializeToUtf8Bytes(
                new PutAuthorityRequest(rows, by), CliJson.Context.PutAuthorityRequest);
            await mesh.PutAuthorityAsync(table, current.Version, cancellation);
        }
    }

    private static Task<LoadReport> LoadAsync(List<Part> parts, Terminal terminal, CancellationToken cancellation) =>
        terminal.WorkAsync(
            "load",
            async loading =>
            {
                var refused = new List<RefusedPart>();
                foreach (var part in parts)
                {
                    try
                    {
                        await part.PutAsync(cancellation);
                    }
                    catch (MeshProblemException problem)
                    {
                        refused.Add(new RefusedPart(part.Name, problem.Problem));
                    }
                    catch (MeshUnreachableException away)
                    {
                        var tried = (int)loading.Done;
                        return new LoadReport(tried - refused.Count, refused, parts.Count - tried)
                        {
                            Unreachable = away.AdviceFor(terminal.Mesh),
                        };
                    }

                    loading.Advance();
                }

                return new LoadReport(parts.Count - refused.Count, refused, Left: 0);
            },
            "parts",
            parts.Count);

    private static void Say(LoadReport report, Organisation organisation, Terminal terminal)
    {
        foreach (var (part, problem) in report.Refused)
        {
            terminal.Pass($"{part} is not loaded: {problem.Detail ?? problem.Title} ({problem.Code})");
            foreach (var error in problem.Errors ?? [])
            {
                terminal.Pass($"  {error.Path}: {error.Message} ({error.Code})");
            }
        }

        if (report.Unreachable is { } advice)
        {
            terminal.Pass($"mesh: {advice}\nThen load the file again, which is safe.");
        }

        var (companies, agents) = (organisation.Companies.Count, organisation.Agents.Count);
        var (rows, tasks) = (organisation.Authority.Count, organisation.Tasks.Count);
        terminal.Out.MarkupLineInterpolated(
            $"loaded [bold]{report.Loaded} of {report.Loaded + report.Refused.Count + report.Left}[/] parts");
        terminal.Note.MarkupLineInterpolated(
            $"[grey]The file has companies: {companies}, agents: {agents}, authority rows: {rows} (one part), tasks: {tasks}[/]");
    }

    /// <summary>What one request loads.</summary>
    private sealed record Part(string Name, Func<CancellationToken, Task> PutAsync);
}
