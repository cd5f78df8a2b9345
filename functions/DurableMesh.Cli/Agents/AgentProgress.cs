using System.Text.Json;

namespace DurableMesh.Cli.Agents;

/// <summary>A message in a thread.</summary>
internal readonly record struct MessageKey(string ThreadId, int Sequence);

/// <summary>How far an agent's runner has come.</summary>
/// <param name="After">The inbox position up to which every message is done; null before the first.</param>
/// <param name="Done">The messages after it that are done too.</param>
internal sealed record AgentProgress(string? After, IReadOnlyList<MessageKey> Done)
{
    /// <summary>Nothing is done yet.</summary>
    public static AgentProgress None { get; } = new(null, []);
}

/// <summary>Keeps an agent's progress in a file, which is replaced as a whole or not at all.</summary>
internal sealed class ProgressFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;

    private ProgressFile(string path, FileStream @lock) => (_path, _lock) = (path, @lock);

    /// <summary>Opens an agent's file, and keeps other runners of the same agent out of it.</summary>
    /// <exception cref="CliException">Another runner has it.</exception>
    public static ProgressFile Open(string folder, string agent)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{Uri.EscapeDataString(agent)}.json");
        try
        {
            var @lock = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new ProgressFile(path, @lock);
        }
        catch (IOException taken)
        {
            throw new CliException(
                ExitCode.Usage,
                $"Another 'mesh agent run --as {agent}' is at work here ({path}.lock). One agent has one runner.",
                taken);
        }
    }

    /// <summary>What the file says; nothing where there is none.</summary>
    /// <exception cref="CliException">The file is damaged.</exception>
    public AgentProgress Load()
    {
        if (!File.Exists(_path))
        {
            return AgentProgress.None;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(_path), CliJson.Context.AgentProgress) ?? AgentProgress.None;
        }
        catch (JsonException damaged)
        {
            throw new CliException(
                ExitCode.Usage,
                $"{_path} is damaged: {damaged.Message} Delete it to begin with the inbox's first message; " +
                "what was sent is not sent twice.",
                damaged);
        }
    }

    /// <summary>Writes the progress.</summary>
    public void Save(AgentProgress progress)
    {
        var next = _path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, progress, CliJson.Context.AgentProgress);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, _path, overwrite: true);
    }

    /// <summary>Lets other runners in.</summary>
    public void Dispose() => _lock.Dispose();
}
