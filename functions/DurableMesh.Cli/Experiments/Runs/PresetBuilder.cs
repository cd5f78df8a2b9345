using System.Security.Cryptography;
using System.Text;
using DurableMesh.Agents;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Cli.Demo.CodingAgents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>
/// The builder as a real coding agent over the scripted model: it works in a copy of the project, one for each thread, and keeps
/// its session there. What shares a prompt cache shares a key of the provider's.
/// </summary>
/// <param name="cells">The runs that are under way.</param>
/// <param name="cli">The coding agent.</param>
/// <param name="program">Its program.</param>
/// <param name="model">Where the scripted model answers.</param>
/// <param name="root">A folder of its own.</param>
internal sealed class PresetBuilder(Cells cells, ICodingAgent cli, string program, Uri model, string root)
    : IAgentHandler, IWorkspaces
{
    private const string ModuleName = "module.mjs";

    /// <inheritdoc/>
    public Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
    {
        var thread = run.Turn.Thread;
        if (cells.Find(thread.Subject) is not { } cell)
        {
            return Task.FromResult<RunEnd>(new RunEnd.Failed("The thread is of no run that is under way here.", ForGood: true));
        }

        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cell.ScopeOf(thread.ThreadId))))[..16];
        var settings = Directory.CreateDirectory(Path.Combine(root, "settings", key)).FullName;
        var options = new CodingAgentOptions
        {
            Home = Path.Combine(root, "sessions"),
            Program = program,
            Model = ScriptedProvider.ModelFor(cli.Name),
            Programs = new WithEnvironment(run.Programs, ScriptedProvider.SetUp(cli.Name, settings, model, key)),
        };
        return cell.TimeAsync(() => new CodingAgentHandler(cli, options).RunAsync(run, cancellation));
    }

    /// <summary>The module that it has made in a thread.</summary>
    /// <param name="thread">The thread.</param>
    public async Task<string> ModuleOfAsync(ThreadView thread, CancellationToken cancellation) =>
        await File.ReadAllTextAsync(Path.Combine(await PrepareAsync(thread, cancellation), ModuleName), cancellation);

    /// <inheritdoc/>
    public Task<string> PrepareAsync(ThreadView thread, CancellationToken cancellation) =>
        cells.Find(thread.Subject) is { } cell
            ? new FolderCopies(cell.Task.ProjectFolder, Path.Combine(root, "work")).PrepareAsync(thread, cancellation)
            : throw new WorkspaceException("The thread is of no run that is under way here.");

    /// <inheritdoc/>
    public Task ReleaseAsync(string threadId, CancellationToken cancellation) => Task.CompletedTask;

    private sealed class WithEnvironment(IProgramRunner programs, IReadOnlyDictionary<string, string?> variables) : IProgramRunner
    {
        public Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation)
        {
            var environment = new Dictionary<string, string?>(start.Environment);
            foreach (var (name, value) in variables)
            {
                environment[name] = value;
            }

            return programs.RunAsync(start with { Environment = environment }, cancellation);
        }
    }
}
