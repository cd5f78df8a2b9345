using System.Security.Cryptography;
using System.Text;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments.Workloads;

/// <summary>The tasks of an experiment, with all that their files say.</summary>
internal sealed class Workload
{
    /// <summary>The file that names an experiment, in its folder.</summary>
    public const string FileName = "experiment.json";

    private const string CheckRunner = "run-check.mjs";

    private Workload(ExperimentFile file, string folder, IReadOnlyList<WorkloadTask> tasks, string hash) =>
        (File, Folder, Tasks, Hash) = (file, folder, tasks, hash);

    /// <summary>The experiment's file.</summary>
    public ExperimentFile File { get; }

    /// <summary>The folder that it stands in.</summary>
    public string Folder { get; }

    /// <summary>The tasks, by their ids.</summary>
    public IReadOnlyList<WorkloadTask> Tasks { get; }

    /// <summary>The SHA-256 of the experiment's file and of every file of its tasks, with their names.</summary>
    public string Hash { get; }

    /// <summary>Runs a check over a candidate.</summary>
    public string Runner => Path.Combine(Folder, CheckRunner);

    /// <summary>Reads an experiment.</summary>
    /// <param name="path">Its file, or the folder that it stands in.</param>
    /// <exception cref="CliException">Something is wrong with it; the message has all of it.</exception>
    public static Workload Read(string path)
    {
        var name = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        var folder = Path.GetDirectoryName(Path.GetFullPath(name))!;
        var mistakes = new List<string>();
        var file = ReadOne(name, ExperimentReader.Read, mistakes);
        if (file is null)
        {
            throw Refuse(mistakes);
        }

        var home = Path.GetFullPath(Path.Combine(folder, file.Workload));
        if (!home.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || !Directory.Exists(home))
        {
            throw Refuse([$"{name}: workload: there is no folder '{file.Workload}' beside the file."]);
        }

        var tasks = Directory.EnumerateDirectories(home).Order(StringComparer.Ordinal)
            .Select(task => ReadTask(task, mistakes))
            .OfType<WorkloadTask>()
            .ToList();
        mistakes.AddRange(tasks
            .GroupBy(task => task.Task.Id)
            .Where(group => group.Skip(1).Any())
            .Select(twice => $"{twice.Last().Folder}: id: '{twice.Key}' is the id of {twice.First().Folder} already."));
        if (tasks.Count == 0 && mistakes.Count == 0)
        {
            mistakes.Add($"{home} has no tasks: a folder for each, with a {WorkloadTask.FileName}.");
        }

        if (!System.IO.File.Exists(Path.Combine(folder, CheckRunner)))
        {
            mistakes.Add($"{Path.Combine(folder, CheckRunner)} is not there, which runs the checks.");
        }

        return mistakes.Count > 0 ? throw Refuse(mistakes) : new Workload(file, folder, tasks, HashOf(name, folder, home));
    }

    private static WorkloadTask? ReadTask(string folder, List<string> mistakes)
    {
        var path = Path.Combine(folder, WorkloadTask.FileName);
        var task = ReadOne(path, ExperimentReader.ReadTask, mistakes);
        var missing = new[] { WorkloadTask.CheckName, WorkloadTask.HiddenName }
            .Where(name => !System.IO.File.Exists(Path.Combine(folder, name)))
            .ToList();
        mistakes.AddRange(missing.Select(name => $"{folder} has no {name}."));
        return task is null || missing.Count > 0 ? null : new WorkloadTask(task, folder);
    }

    private static T? ReadOne<T>(string path, Func<ReadOnlyMemory<byte>, ReadResult<T>> read, List<string> mistakes)
        where T : class
    {
        try
        {
            var result = read(System.IO.File.ReadAllBytes(path));
            mistakes.AddRange(result.Errors.Select(error => $"{path}: {error.Path}: {error.Message}"));
            return result.Errors.Count > 0 ? null : result.Value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mistakes.Add($"{path} cannot be read: {e.Message}");
            return null;
        }
    }

    private static string HashOf(string file, string folder, string home)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var all = Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories)
            .Append(Path.GetFullPath(file))
            .Append(Path.Combine(folder, CheckRunner));
        foreach (var path in all.Order(StringComparer.Ordinal))
        {
            var content = System.IO.File.ReadAllBytes(path);
            hash.AppendData(Encoding.UTF8.GetBytes(
                $"{Path.GetRelativePath(folder, path).Replace('\\', '/')}\n{content.Length}\n"));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static CliException Refuse(IEnumerable<string> mistakes) =>
        new(ExitCode.Usage, $"The experiment cannot be used:\n  {string.Join("\n  ", mistakes)}");
}

/// <summary>A task with its files.</summary>
/// <param name="Task">As both parties see it.</param>
/// <param name="Folder">Where its files are.</param>
internal sealed record WorkloadTask(ExperimentTask Task, string Folder)
{
    /// <summary>The file that says what it is.</summary>
    public const string FileName = "task.json";

    /// <summary>The file of the check that the verifier runs.</summary>
    public const string CheckName = "check.mjs";

    /// <summary>The file of the check that no agent sees.</summary>
    public const string HiddenName = "hidden.mjs";

    private const string ProjectName = "project";

    /// <summary>The check that the verifier runs.</summary>
    public string Check => Path.Combine(Folder, CheckName);

    /// <summary>The check that no agent sees.</summary>
    public string Hidden => Path.Combine(Folder, HiddenName);

    /// <summary>The folder of the files that a builder works on.</summary>
    public string ProjectFolder => Path.Combine(Folder, ProjectName);

    /// <summary>Those files, by their names.</summary>
    public IReadOnlyDictionary<string, string> Project { get; } = ReadFolder(Folder, ProjectName);

    /// <summary>What a scripted builder hands in, in their order; empty where only a model can do the task.</summary>
    public IReadOnlyList<string> Attempts { get; } =
        [.. ReadFolder(Folder, "attempts").OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value)];

    private static Dictionary<string, string> ReadFolder(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path).ToDictionary(file => Path.GetFileName(file), File.ReadAllText)
            : [];
    }
}
