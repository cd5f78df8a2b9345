using System.Text.Json;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>
/// Where an experiment is kept: its hash chain, an entry a line, and the evidence of every thread and dispatch in it. An
/// experiment that was broken off goes on from there.
/// </summary>
internal sealed class ExperimentFolder : IDisposable
{
    private const string ChainName = "chain.jsonl";

    private readonly FileStream _lock;
    private readonly FileStream _chain;
    private readonly List<ExperimentEntry> _entries;
    private readonly Lock _gate = new();

    private ExperimentFolder(string path, FileStream @lock, FileStream chain, List<ExperimentEntry> entries) =>
        (Path, _lock, _chain, _entries) = (path, @lock, chain, entries);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The evidence of its threads and dispatches, a file for each.</summary>
    public string Evidence => System.IO.Path.Combine(Path, "evidence");

    /// <summary>The plan; null where there is none yet.</summary>
    public ExperimentPlan? Plan => Entries is [{ Event: ExperimentOpened opened }, ..] ? opened.Plan : null;

    /// <summary>The runs that ended, in the order in which they did.</summary>
    public IReadOnlyList<ArmRun> Runs => ExperimentEvidence.RunsOf(Entries);

    /// <summary>The chain.</summary>
    public IReadOnlyList<ExperimentEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Opens a folder to go on in it; only one program at a time may.</summary>
    /// <param name="path">The folder; made where there is none.</param>
    /// <exception cref="CliException">Another program has it, or it cannot be read.</exception>
    public static ExperimentFolder Open(string path)
    {
        try
        {
            var folder = PrivateFolder.Ensure(path);
            Directory.CreateDirectory(System.IO.Path.Combine(folder, "evidence"));
            return Open(folder, PrivateFolder.Open(
                System.IO.Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Usage, $"{path} cannot be used, or another experiment is at work in it: {e.Message}", e);
        }
    }

    /// <summary>Reads a folder that another program may be at work in.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="CliException">There is no experiment.</exception>
    public static (ExperimentPlan Plan, IReadOnlyList<ExperimentEntry> Entries) Read(string path)
    {
        var name = System.IO.Path.Combine(path, ChainName);
        try
        {
            using var chain = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var (entries, _) = ReadChain(chain);
            return entries is [{ Event: ExperimentOpened opened }, ..]
                ? (opened.Plan, entries)
                : throw new CliException(ExitCode.Usage, $"The experiment in {path} has not begun yet.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Usage, $"{path} is no experiment's folder: {e.Message} 'mesh experiment run' makes one.", e);
        }
    }

    /// <summary>Puts an event at the end of the chain. It is on the disk when the call returns.</summary>
    public void Append(ExperimentEvent happened)
    {
        lock (_gate)
        {
            var entry = ExperimentEntry.Link(_entries is [.., var last] ? last : null, happened);
            _chain.Write(JsonSerializer.SerializeToUtf8Bytes(entry, MeshJson.Options));
            _chain.WriteByte((byte)'\n');
            _chain.Flush(flushToDisk: true);
            _entries.Add(entry);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chain.Dispose();
        _lock.Dispose();
    }

    private static ExperimentFolder Open(string folder, FileStream @lock)
    {
        var chain = new FileStream(
            System.IO.Path.Combine(folder, ChainName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            var (entries, length) = ReadChain(chain);

            // A line that was broken off says nothing: its run is done again.
            chain.SetLength(length);
            chain.Position = length;
            return new ExperimentFolder(folder, @lock, chain, entries);
        }
        catch
        {
            chain.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    private static (List<ExperimentEntry> Entries, long Length) ReadChain(FileStream chain)
    {
        var content = new byte[chain.Length];
        chain.ReadExactly(content);
        var (entries, length) = (new List<ExperimentEntry>(), 0);
        for (int end; (end = content.AsSpan(length).IndexOf((byte)'\n')) >= 0; length += end + 1)
        {
            entries.Add(ReadEntry(content.AsSpan(length, end), entries));
        }

        return (entries, length);
    }

    private static ExperimentEntry ReadEntry(ReadOnlySpan<byte> line, List<ExperimentEntry> before)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<ExperimentEntry>(line, MeshJson.Options);
            if (entry is not null && ExperimentEntry.Link(before is [.., var last] ? last : null, entry.Event).Hash == entry.Hash)
            {
                return entry;
            }
        }
        catch (JsonException)
        {
            // It is damaged as one that does not follow is.
        }

        throw new CliException(
            ExitCode.Usage,
            $"Line {before.Count + 1} of the experiment's chain does not follow the one before it: the file was changed. " +
            "Begin in a new folder (--folder).");
    }
}
