using System.Text.Json;

namespace DurableMesh.Agents.Runs;

/// <summary>
/// What an agent's runner knows about each of its open threads: a file for each thread, and nothing in memory while nobody is at
/// work on it. The mesh says whose move it is; so a journal that is lost costs a session, and never a second answer.
/// </summary>
/// <param name="folder">The folder of the journals; made when the first one is written.</param>
public sealed class RunJournal(string folder)
{
    /// <summary>The record of a thread; a new one where there is none, or where its file is damaged.</summary>
    public RunRecord Read(string threadId) =>
        File.Exists(PathOf(threadId)) && TryRead(PathOf(threadId)) is { } record ? record : new RunRecord { ThreadId = threadId };

    /// <summary>Writes a thread's record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="durable">Whether it must be on the disk when this returns; otherwise a loss of power may undo it.</param>
    public void Write(RunRecord record, bool durable = false)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.Write(PathOf(record.ThreadId), record, AgentsJson.Context.RunRecord, durable);
    }

    /// <summary>Forgets a thread.</summary>
    public void Forget(string threadId)
    {
        if (File.Exists(PathOf(threadId)))
        {
            File.Delete(PathOf(threadId));
        }
    }

    /// <summary>All records, in no order; a damaged one is left out.</summary>
    public IEnumerable<RunRecord> ReadAll() => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*.json").Select(TryRead).OfType<RunRecord>()
        : [];

    private static RunRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), AgentsJson.Context.RunRecord);
        }
        catch (Exception damaged) when (damaged is JsonException or IOException)
        {
            return null;
        }
    }

    private string PathOf(string threadId) => Path.Combine(folder, $"{FileNames.Of(threadId)}.json");
}
