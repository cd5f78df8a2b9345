using System.CommandLine;
using System.CommandLine.Help;
using System.ComponentModel;
using DurableMesh.Cli.Agents;
using DurableMesh.Cli.Artifacts;
using DurableMesh.Cli.Authority;
using DurableMesh.Cli.Backups;
using DurableMesh.Cli.Demo;
using DurableMesh.Cli.Dispatch;
using DurableMesh.Cli.Distill;
using DurableMesh.Cli.Doctor;
using DurableMesh.Cli.Events;
using DurableMesh.Cli.Evidence;
using DurableMesh.Cli.Experiments;
using DurableMesh.Cli.Host;
using DurableMesh.Cli.Keys;
using DurableMesh.Cli.Ledger;
using DurableMesh.Cli.Mcp;
using DurableMesh.Cli.Policy;
using DurableMesh.Cli.Smoke;
using DurableMesh.Cli.Surfaces;
using DurableMesh.Cli.Tasks;
using DurableMesh.Cli.Threads;
using DurableMesh.Cli.Workflows;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.CommandLine;

/// <summary>The whole command line: parses, runs, and turns every failure into words and an exit code.</summary>
internal static class MeshCommandLine
{
    // Long enough for a host that was started here to save its work and stop.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    /// <summary>Runs one command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        var parsed = Create(terminal).Parse(args is [] ? ["--help"] : args, AsGiven);
        if (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true })
        {
            return SayUsage(parsed, terminal);
        }

        try
        {
            return await parsed.InvokeAsync(ConfigurationFor(terminal), cancellation);
        }
        catch (MeshProblemException refused)
        {
            return Fail(parsed, terminal, ExitCode.Refused, refused.Problem, Advise(refused, terminal.Mesh));
        }
        catch (MeshUnreachableException unreachable)
        {
            return Fail(
                parsed,
                terminal,
                ExitCode.Unreachable,
                Describe("unreachable", unreachable.Message),
                unreachable.AdviceFor(terminal.Mesh));
        }
        catch (ArtifactMismatchException other)
        {
            return Fail(parsed, terminal, ExitCode.Refused, Describe("artifact_mismatch", other.Message), other.Message);
        }
        catch (CliException failure)
        {
            return Fail(parsed, terminal, failure.Code, Describe("command_failed", failure.Message), failure.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or Win32Exception)
        {
            return Fail(parsed, terminal, ExitCode.Usage, Describe("command_failed", failure.Message), failure.Message);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    /// <summary>The words of a command line as they are: none names a file of more of them.</summary>
    public static ParserConfiguration AsGiven { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs what was parsed over a terminal.</summary>
    public static InvocationConfiguration ConfigurationFor(Terminal terminal) => new()
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = StopPatience,
        Output = terminal.Help,
        Error = terminal.Complaint,
    };

    /// <summary>All commands.</summary>
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("DurableMesh: bounded dialogues between AI agents that survive crashes and end with evidence.")
        {
            CommonOptions.Url,
            CommonOptions.Key,
            CommonOptions.Json,
            UpCommand.Create(terminal),
            DashboardCommand.Create(terminal),
            DemoCommand.Create(terminal),
            StartCommand.Create(terminal),
            SendCommand.Create(terminal),
            RespondCommand.Create(terminal),
            AwaitCommand.Create(terminal),
            StatusCommand.Create(terminal),
            ListCommand.Create(terminal),
            SearchCommand.Create(terminal),
            StatsCommand.Create(terminal),
            CostsCommand.Create(terminal),
            WatchCommand.Create(terminal),
            EventsCommand.Create(terminal),
            WebhooksCommand.Create(terminal),
            CancelCommand.Create(terminal),
            DecideCommand.Create(terminal),
            PolicyCommand.Create(terminal),
            EvidenceCommand.Create(terminal),
            ArtifactCommand.Create(terminal),
            TasksCommand.Create(terminal),
            WorkflowCommand.Create(terminal),
            SurfaceCommand.Create(terminal),
            DispatchCommand.Create(terminal),
            AuthorityCommand.Create(terminal),
            KeysCommand.Create(terminal),
            AgentCommand.Create(terminal),
            ReplyCommand.Create(terminal),
            AgentsCommand.Create(terminal),
            DistillCommand.Create(terminal),
            ExperimentCommand.Create(terminal),
            McpCommand.Create(terminal),
            SmokeCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            BackupCommand.Create(terminal),
            RestoreCommand.Create(terminal),
            CompletionCommand.Create(terminal),
            VersionCommand.Create(terminal),
            DemoAgentCommand.Create(terminal),
        };
        root.Subcommands.Add(HelpCommand.Create(root, terminal));
        VersionCommand.Teach(root.Options.OfType<VersionOption>().Single(), terminal);
        root.Options.OfType<HelpOption>().Single().Action = new MeshHelp(terminal.Mesh);
        return root;
    }

    private static int SayUsage(ParseResult parsed, Terminal terminal)
    {
        var errors = UsageErrors.Of(parsed);
        var command = string.Join(' ', [terminal.Mesh, .. parsed.CommandResult.Path()]);
        return Fail(
            parsed,
            terminal,
            ExitCode.Usage,
            Describe("usage", string.Join(' ', errors)),
            $"{string.Join('\n', errors)}\n'{command} --help' says how it is used.");
    }

    // Where something is not there, a list shows what is.
    private static string Advise(MeshProblemException refused, string mesh) => refused.Problem.Code switch
    {
        "thread_not_found" => $"{refused.Message}\n'{mesh} list' shows the threads that there are.",
        "agent_not_found" => $"{refused.Message}\n'{mesh} agents list' shows the agents that there are.",
        "workflow_not_found" => $"{refused.Message}\n'{mesh} workflow list' shows the workflows that there are.",
        "schedule_not_found" => $"{refused.Message}\n'{mesh} surface cron list' shows the schedules that there are.",
        "task_not_found" => $"{refused.Message}\n'{mesh} tasks list' shows the tasks that there are.",
        "webhook_not_found" => $"{refused.Message}\n'{mesh} webhooks list' shows the webhooks that there are.",
        "key_not_found" => $"{refused.Message}\n'{mesh} keys list' shows the keys that there are.",
        _ => refused.Message,
    };

    private static Problem Describe(string code, string detail) =>
        new() { Title = "mesh could not do it", Code = code, Status = 0, Detail = detail };

    private static int Fail(ParseResult parsed, Terminal terminal, int exitCode, Problem problem, string message)
    {
        if (parsed.WantsJson())
        {
            terminal.WriteJson(problem, CliJson.Context.Problem);
        }
        else
        {
            terminal.Pass($"mesh: {message}");
        }

        return exitCode;
    }
}
