using DurableMesh.Agents;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Cli;
using DurableMesh.Cli.Demo.CodingAgents;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Agents.Presets;

/// <summary>
/// A real coding agent over a scripted model: pi and opencode as <c>samples/coding-agents</c> pins them, Claude Code and Codex
/// where they are on
/// the path. Skips the test where the program is absent.
/// </summary>
internal sealed class RealAgent : IAsyncDisposable, IProgramRunner
{
    private readonly string _root = Directory.CreateTempSubdirectory("mesh-preset-").FullName;
    private readonly Dictionary<string, string?> _environment;
    private readonly ProgramRunner _programs = new($"test-{Guid.NewGuid():N}");

    private string _ended = "";

    private RealAgent(string preset, string program, Func<ModelRequest, ModelAnswer> script)
    {
        Cli = CodingAgents.Find(preset)!;
        Program = program;
        Folder = Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(_root, "home")).FullName;
        Model = ScriptedModelServer.Start(script);
        var settings = Directory.CreateDirectory(Path.Combine(_root, "settings")).FullName;
        _environment = ScriptedProvider.SetUp(preset, settings, Model.Address);
    }

    public ICodingAgent Cli { get; }

    public string Program { get; }

    public string Folder { get; }

    public string Home { get; }

    public ScriptedModelServer Model { get; }

    /// <summary>All that happened, for the message of a test that fails.</summary>
    public string Story => string.Join("\n", Model.Log.Select(exchange =>
        $"{exchange.Number}: {exchange.Request.Last}\n→ {exchange.Answer.Text} {string.Join(' ', exchange.Answer.Calls)} " +
        $"{exchange.Tokens}").Append(_ended));

    public static async Task<RealAgent> StartAsync(string preset, Func<ModelRequest, ModelAnswer> script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The programs are Linux's here.");
        string? program;
        if (preset is "pi" or "opencode")
        {
            var installation = new CodingAgentInstallation(
                Path.Combine(Installation.FindOrNull()!.Root, "samples", "coding-agents"));
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
            var missing = await installation.EnsureAsync(preset, _ => { }, limit.Token);
            Assert.SkipWhen(missing is not null, missing ?? "");
            program = installation.ProgramOf(preset);
        }
        else
        {
            var name = CodingAgents.Find(preset)!.Needs.Program;
            program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
            Assert.SkipWhen(program is null, $"{name} is not on the PATH.");
        }

        return new RealAgent(preset, program!, script);
    }

    public CodingAgentHandler Handler(params string[] allow) => Handler(50, allow);

    public CodingAgentHandler Handler(int maxTurns, params string[] allow) => new(Cli, new CodingAgentOptions
    {
        Home = Home,
        Program = Program,
        Model = ScriptedProvider.ModelFor(Cli.Name),
        Allow = allow,
        MaxTurns = maxTurns,
        Programs = this,
    });

    public async Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation)
    {
        var environment = new Dictionary<string, string?>(start.Environment);
        foreach (var (name, value) in _environment)
        {
            environment[name] = value;
        }

        var end = await _programs.RunAsync(start with { Environment = environment }, cancellation);
        _ended = $"exit code {end.ExitCode}\n{end.Output}\n{end.ErrorTail}";
        return end;
    }

    public string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await Model.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
