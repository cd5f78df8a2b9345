using System.CommandLine;
using System.CommandLine.Parsing;
using DurableMesh.Cli.Agents;
using DurableMesh.Cli.Artifacts;
using DurableMesh.Cli.Authority;
using DurableMesh.Cli.Demo;
using DurableMesh.Cli.Evidence;
using DurableMesh.Cli.Host;
using DurableMesh.Cli.Keys;
using DurableMesh.Cli.Ledger;
using DurableMesh.Cli.Mcp;
using DurableMesh.Cli.Policy;
using DurableMesh.Cli.Tasks;
using DurableMesh.Cli.Threads;
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
        var parsed = Create(terminal).Parse(
            args is [] ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            return SayUsage(parsed, terminal);
        }

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopPatience,
            Output = terminal.Output,
            Error = terminal.Error,
        };
        try
        {
            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (MeshProblemException refused)
        {
            return Fail(parsed, terminal, ExitCode.Refused, refused.Problem, refused.Message);
        }
        catch (MeshUnreachableException unreachable)
        {
            return Fail(parsed, terminal, ExitCode.Unreachable, Describe("unreachable", unreachable.Message), unreachable.Advice);
        }
        catch (ArtifactMismatchException other)
        {
            return Fail(parsed, terminal, ExitCode.Refused, Describe("artifact_mismatch", other.Message), other.Message);
        }
        catch (CliException failure)
        {
            return Fail(parsed, terminal, failure.Code, Describe("command_failed", failure.Message), failure.Message);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("DurableMesh: bounded dialogues between AI agents that survive crashes and end with evidence.")
        {
            CommonOptions.Url,
            CommonOptions.Key,
            CommonOptions.Json,
            UpCommand.Create(terminal),
            DemoCommand.Create(terminal),
            StartCommand.Create(terminal),
            SendCommand.Create(terminal),
            RespondCommand.Create(terminal),
            AwaitCommand.Create(terminal),
            StatusCommand.Create(terminal),
            ListCommand.Create(terminal),
            StatsCommand.Create(terminal),
            CostsCommand.Create(terminal),
            WatchCommand.Create(terminal),
            CancelCommand.Create(terminal),
            DecideCommand.Create(terminal),
            PolicyCommand.Create(terminal),
            EvidenceCommand.Create(terminal),
            ArtifactCommand.Create(terminal),
            TasksCommand.Create(terminal),
            AuthorityCommand.Create(terminal),
            KeysCommand.Create(terminal),
            AgentCommand.Create(terminal),
            ReplyCommand.Create(terminal),
            AgentsCommand.Create(terminal),
            McpCommand.Create(terminal),
            DemoAgentCommand.Create(terminal),
        };
        return root;
    }

    private static int SayUsage(ParseResult parsed, Terminal terminal)
    {
        var errors = parsed.Errors.Select(error => error.Message).Distinct().ToList();
        var command = string.Join(' ', Path(parsed.CommandResult));
        return Fail(
            parsed,
            terminal,
            ExitCode.Usage,
            Describe("usage", string.Join(' ', errors)),
            $"{string.Join('\n', errors)}\n'{command} --help' says how it is used.");
    }

    private static IEnumerable<string> Path(SymbolResult? result) => result is CommandResult command
        ? Path(command.Parent).Append(command.Command is RootCommand ? "mesh" : command.Command.Name)
        : [];

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
