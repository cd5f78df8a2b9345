using System.Text.Json.Serialization;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>What the doctor thinks of one thing.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Health>))]
public enum Health
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works, but the user should know.</summary>
    Remark,

    /// <summary>The agent cannot run like this.</summary>
    Missing,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Health">How it is.</param>
/// <param name="Subject">The thing, in a word.</param>
/// <param name="Words">What was found and, where something is to be done, what.</param>
public sealed record Diagnosis(Health Health, string Subject, string Words);

/// <summary>
/// Says what a coding agent lacks on this machine. It never tells a secret, and calls a model only where it is asked to.
/// </summary>
/// <param name="cli">The coding agent.</param>
/// <param name="programs">Runs its program.</param>
/// <param name="variable">The value of an environment variable; null where it is not set.</param>
/// <param name="userHome">The user's home.</param>
public sealed class CodingAgentDoctor(
    ICodingAgent cli, IProgramRunner programs, Func<string, string?> variable, string userHome)
{
    private const int NotFound = 127;
    private static readonly TimeSpan VersionLimit = TimeSpan.FromSeconds(30);

    private readonly CodingAgentNeeds _needs = cli.Needs;

    /// <summary>Looks at everything that costs nothing.</summary>
    /// <param name="program">The program, where it is not the usual one.</param>
    /// <param name="model">The model that it is to be run with; null where none is named.</param>
    /// <param name="meshHome">The folder that the runner keeps its files in.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<IReadOnlyList<Diagnosis>> ExamineAsync(
        string? program, string? model, string meshHome, CancellationToken cancellation) =>
    [
        await VersionAsync(program ?? _needs.Program, cancellation),
        Login(),
        Writable(_needs.Title, HomeOfCli(), $"set {_needs.HomeMovedBy.Variable} to a folder that is"),
        Writable("mesh", meshHome, "set MESH_HOME to a folder that is"),
        await GitAsync(cancellation),
        model is null
            ? new(Health.Remark, "model", "none is named: pin one with --model; another one in mid-thread loses the cache")
            : new(Health.Good, "model", model),
        new(Health.Remark, "rights", _needs.Rights),
    ];

    /// <summary>Asks the model for one word.</summary>
    /// <param name="program">The program, where it is not the usual one.</param>
    /// <param name="model">The model; null for the CLI's own choice.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<Diagnosis> TryAsync(string? program, string? model, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("mesh-doctor-").FullName;
        try
        {
            var session = new CodingSession
            {
                Preset = cli.Name,
                Flags = new CodingFlags { Role = CodingRole.Verifier, Model = model, MaxTurns = 1 },
                Id = cli.NewSession(folder),
            };
            var launch = cli.Launch(session, new CodingPrompt("Answer with the one word: ready", folder, folder, program));
            foreach (var (path, content) in launch.Files)
            {
                await File.WriteAllTextAsync(path, content, cancellation);
            }

            var output = cli.Listen(session);
            var ended = await programs.RunAsync(launch.Program with { OnOutputLine = output.Read }, cancellation);
            var result = output.Finish(ended);
            var spent = string.Join(", ", output.Spent.Select(Words));
            return result.Failure switch
            {
                null => new(Health.Good, "answer", $"'{CodingFailure.Shorten(result.Text ?? "")}' for {spent}"),
                { Kind: CodingFailureKind.NotConfigured, Words: var words } =>
                    new(Health.Missing, "answer", $"{words}: {_needs.Login}"),
                { Words: var words } => new(Health.Missing, "answer", words),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<Diagnosis> VersionAsync(string program, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(VersionLimit);
        try
        {
            var end = await RunAsync(program, limit.Token);
            if (end.ExitCode == NotFound)
            {
                var install = $"npm install -g {_needs.Package}@{_needs.Measured}";
                return new(Health.Missing, "program", $"'{program}' is not there: {install}");
            }

            // pi says it on standard error.
            var said = CodingFailure.Shorten($"{end.Output} {end.ErrorTail}");
            return end.ExitCode != 0
                ? new(Health.Missing, "program", $"'{program} --version' fails: {CodingFailure.Shorten(end.ErrorTail)}")
                : said.Contains(_needs.Measured, StringComparison.Ordinal)
                    ? new(Health.Good, "program", $"{program} {_needs.Measured}")
                    : new(Health.Remark, "program", $"{program} {said}; the preset was measured with {_needs.Measured}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(Health.Missing, "program", $"'{program} --version' says nothing within {VersionLimit.TotalSeconds:0} s");
        }
    }

    private Diagnosis Login()
    {
        bool IsSet(string name) => !string.IsNullOrWhiteSpace(variable(name));
        if (_needs.Keys.FirstOrDefault(IsSet) is { } key)
        {
            return new(Health.Good, "login", $"{key} is set");
        }

        if (_needs.Settings.FirstOrDefault(IsSet) is { } setting)
        {
            return new(Health.Good, "login", $"{setting} is set");
        }

        var file = _needs.Logins.Select(name => Path.Combine(HomeOfCli(), name)).FirstOrDefault(File.Exists);
        return file is not null
            ? new(Health.Good, "login", $"{file} is there")
            : new(Health.Missing, "login", $"no {string.Join(", no ", _needs.Keys)}, and no login is stored: {_needs.Login}");
    }

    private async Task<Diagnosis> GitAsync(CancellationToken cancellation)
    {
        var end = await RunAsync("git", cancellation);
        return end.ExitCode == 0
            ? new(Health.Good, "git", CodingFailure.Shorten(end.Output))
            : new(Health.Remark, "git", "it is not there: no working copy for each thread, and no patches");
    }

    private static Diagnosis Writable(string whose, string folder, string advice)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".mesh-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return new(Health.Good, "home", $"{folder} ({whose}) is writable");
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            return new(Health.Missing, "home", $"{folder} ({whose}) is not writable: {advice}");
        }
    }

    private string HomeOfCli() => variable(_needs.HomeMovedBy.Variable) is { Length: > 0 } moved
        ? Path.Combine(moved, _needs.HomeMovedBy.Below)
        : Path.Combine(userHome, _needs.Home);

    private Task<ProgramEnd> RunAsync(string program, CancellationToken cancellation) => programs.RunAsync(
        new ProgramStart { FileName = program, Arguments = ["--version"], Folder = Path.GetTempPath() }, cancellation);

    private static string Words(Usage usage) =>
        $"{usage.InputTokens:N0} tokens in ({usage.CachedInputTokens:N0} cached), {usage.OutputTokens:N0} out" +
        (usage.CostUsd is { } usd ? $", ${usd:0.####} by its own count" : "");
}
