using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Cli.Processes;

namespace DurableMesh.Cli.Demo.CodingAgents;

/// <summary>
/// A real coding agent as builder and as verifier, each with a scripted model of its own: they work in one folder, by turns, and
/// what each round
/// costs is counted by the models.
/// </summary>
internal sealed class CodingCast : IDemoCast, IAsyncDisposable
{
    private readonly string _preset;
    private readonly string _program;
    private readonly bool _isFresh;
    private readonly string _project;
    private readonly Dictionary<string, (ScriptedModelServer Model, Dictionary<string, string?> Environment)> _parts = [];

    /// <summary>Lays out the project and starts the models.</summary>
    /// <param name="preset">The preset's name.</param>
    /// <param name="program">Its program.</param>
    /// <param name="material">The demo's material.</param>
    /// <param name="folder">A folder of its own.</param>
    /// <param name="isFresh">Whether every message begins a new session.</param>
    public CodingCast(string preset, string program, DemoMaterial material, string folder, bool isFresh)
    {
        (_preset, _program, _isFresh) = (preset, program, isFresh);
        _project = Directory.CreateDirectory(Path.Combine(folder, "project")).FullName;
        Copy(material.Library, Path.Combine(_project, "library"));
        Copy(material.Acceptance, Path.Combine(_project, "acceptance"));
        var check = Path.Combine(_project, ScriptedVerifier.Command);
        File.WriteAllText(
            check,
            $"#!/bin/sh\nexec \"{BackgroundProcess.Dotnet}\" \"{typeof(CodingCast).Assembly.Location}\" demo-agent check\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(check, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var builder = new ScriptedBuilder(PreparedFix.ReadAll(material.Fixes), _project);
        Add(DemoRun.Builder, builder.Answer, folder);
        Add(DemoRun.Verifier, ScriptedVerifier.Answer, folder);
    }

    /// <summary>What each round cost one of the two.</summary>
    public IReadOnlyList<ModelTokens> RoundsOf(string part)
    {
        var rounds = new List<ModelTokens>();
        foreach (var exchange in _parts[part].Model.Log)
        {
            // A prompt of the mesh begins a round; what tools answer goes on with it.
            if (exchange.Request.Messages[^1].Role == ModelRole.User)
            {
                rounds.Add(ModelTokens.None);
            }

            rounds[^1] += exchange.Tokens;
        }

        return rounds;
    }

    /// <inheritdoc/>
    public IEnumerable<string> ArgumentsOf(string part) =>
    [
        "--with", _preset,
        "--program", _program,
        "--model", ScriptedProvider.ModelFor(_preset),
        "--workspace", "shared", _project,
        .. part == DemoRun.Verifier ? (string[])["--allow", ScriptedVerifier.Command] : [],
        .. _isFresh ? (string[])["--fresh"] : [],
    ];

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> EnvironmentOf(string part) =>
        _parts[part].Environment.Select(variable => KeyValuePair.Create(variable.Key, variable.Value!));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (model, _) in _parts.Values)
        {
            await model.DisposeAsync();
        }
    }

    private void Add(string part, Func<ModelRequest, ModelAnswer> script, string folder)
    {
        var model = ScriptedModelServer.Start(script);
        var settings = Directory.CreateDirectory(Path.Combine(folder, $"{part}-settings")).FullName;
        _parts[part] = (model, ScriptedProvider.SetUp(_preset, settings, model.Address));
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from, "*.cs"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
