using System.Text.Json;

namespace DurableMesh.Agents.Runs;

/// <summary>How far an agent's runner has come in the inbox.</summary>
/// <param name="After">The position up to which every message is done; null before the first.</param>
internal sealed record InboxPosition(string? After);

/// <summary>The folder of an agent's runner cannot be used; the message says why and what to do.</summary>
public sealed class AgentHomeException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// An agent's folder on this machine: its runner's name, its place in the inbox, its threads' records. One runner has it at a
/// time. Losing it is safe: the mesh knows what is answered.
/// </summary>
public sealed class AgentHome : IDisposable
{
    private readonly FileStream _lock;

    private AgentHome(string folder, FileStream @lock)
    {
        (Folder, _lock) = (folder, @lock);
        Journal = JournalIn(folder);
        Holder = ReadHolder();
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The runner's name towards the mesh: the machine, and a number that stays with the folder.</summary>
    public string Holder { get; }

    /// <summary>What is known about each open thread.</summary>
    public RunJournal Journal { get; }

    private string Inbox => Path.Combine(Folder, "inbox.json");

    /// <summary>
    /// Opens an agent's folder, which is its owner's alone, and keeps other runners of the same agent out of it.
    /// </summary>
    /// <param name="home">The folder of all agents.</param>
    /// <param name="agent">The agent's id.</param>
    /// <exception cref="AgentHomeException">Another runner has it, or it cannot be written.</exception>
    public static AgentHome Open(string home, string agent)
    {
        var folder = FolderOf(home, agent);
        try
        {
            PrivateFolder.Ensure(folder, withContents: true);
            return new AgentHome(folder, PrivateFolder.Open(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileShare.None));
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new AgentHomeException($"{folder} cannot be written: {denied.Message}", denied);
        }
        catch (IOException taken)
        {
            throw new AgentHomeException(
                $"Another runner of '{agent}' is at work here, or {folder} cannot be written. One folder has one runner.", taken);
        }
    }

    /// <summary>The records of an agent's runner, which may be at work meanwhile.</summary>
    public static RunJournal JournalOf(string home, string agent) => JournalIn(FolderOf(home, agent));

    /// <summary>Asks an agent's runner not to wait any longer before it tries a thread's message again.</summary>
    public static void AskToRetry(string home, string agent, string threadId) =>
        File.WriteAllBytes(Path.Combine(RetriesIn(FolderOf(home, agent)), FileNames.Of(threadId)), []);

    /// <summary>Takes the wish to try a thread again, where there is one; the wish is then gone.</summary>
    internal bool TakeRetry(string threadId)
    {
        var file = Path.Combine(RetriesIn(Folder), FileNames.Of(threadId));
        var isThere = File.Exists(file);
        File.Delete(file);
        return isThere;
    }

    /// <summary>Tells when somebody asks to try a thread again.</summary>
    internal FileSystemWatcher WatchRetries() => new(RetriesIn(Folder)) { EnableRaisingEvents = true };

    /// <summary>
    /// How far the runner has come; the beginning where that is not known, because the mesh tells what is done.
    /// </summary>
    internal string? LoadPosition()
    {
        try
        {
            return File.Exists(Inbox)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(Inbox), AgentsJson.Context.InboxPosition)?.After
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes down how far the runner has come.</summary>
    internal void SavePosition(string? after) =>
        AtomicFile.Write(Inbox, new InboxPosition(after), AgentsJson.Context.InboxPosition, durable: false);

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static string FolderOf(string home, string agent) => Path.Combine(home, FileNames.Of(agent));

    private static RunJournal JournalIn(string folder) => new(Path.Combine(folder, "threads"));

    private static string RetriesIn(string folder) => Directory.CreateDirectory(Path.Combine(folder, "retry")).FullName;

    private string ReadHolder()
    {
        var file = Path.Combine(Folder, "holder");
        if (!File.Exists(file))
        {
            var machine = string.Concat(Environment.MachineName.Where(char.IsAsciiLetterOrDigit).Take(60));
            File.WriteAllText(file, $"{machine}:{Guid.NewGuid():N}");
        }

        return File.ReadAllText(file).Trim();
    }
}
