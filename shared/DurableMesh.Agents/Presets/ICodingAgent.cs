using System.Text.Json;
using DurableMesh.Agents.Money;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Presets;

/// <summary>
/// A coding agent's command line: how it is started for a thread, and how what it prints is read. Pure: it starts nothing,
/// writes nothing and
/// keeps nothing.
/// </summary>
public interface ICodingAgent
{
    /// <summary>The preset's name, for instance <c>claude-code</c>.</summary>
    string Name { get; }

    /// <summary>What it needs on a machine.</summary>
    CodingAgentNeeds Needs { get; }

    /// <summary>
    /// Whether the CLI holds the answer to a JSON schema; else the answer ends with a block of JSON that the prompt asks for.
    /// </summary>
    bool TakesSchema { get; }

    /// <summary>A new session's id or file, where it is ours to choose; null where the CLI names it.</summary>
    /// <param name="home">The thread's own folder for the preset's files, outside the working copy.</param>
    string? NewSession(string home);

    /// <summary>
    /// The file without which a session cannot be resumed; null where the CLI says itself that a session is gone.
    /// </summary>
    string? FileOf(CodingSession session) => null;

    /// <summary>How to start it.</summary>
    CodingLaunch Launch(CodingSession session, CodingPrompt prompt);

    /// <summary>A reader for what one run prints.</summary>
    CodingOutput Listen(CodingSession session);
}

/// <summary>What a coding agent is run with, this once.</summary>
/// <param name="Text">The prompt.</param>
/// <param name="Folder">The thread's working copy.</param>
/// <param name="Home">The thread's own folder for the preset's files, outside the working copy.</param>
/// <param name="Program">The program, where it is not the usual one.</param>
public sealed record CodingPrompt(string Text, string Folder, string Home, string? Program = null);

/// <summary>A start of a CLI.</summary>
/// <param name="Program">What to run.</param>
/// <param name="Files">Files that must stand before, by path.</param>
public sealed record CodingLaunch(ProgramStart Program, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>A start without files.</summary>
    public CodingLaunch(ProgramStart program)
        : this(program, new Dictionary<string, string>())
    {
    }
}

/// <summary>What a CLI needs on a machine; what <c>mesh agent doctor</c> looks for.</summary>
public sealed record CodingAgentNeeds
{
    /// <summary>The CLI's name, for people.</summary>
    public required string Title { get; init; }

    /// <summary>The program.</summary>
    public required string Program { get; init; }

    /// <summary>The npm package that brings it.</summary>
    public required string Package { get; init; }

    /// <summary>The version that this preset was measured with.</summary>
    public required string Measured { get; init; }

    /// <summary>Variables of which one holds a key.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>
    /// Variables that stand for a login or a provider without being a secret, for instance the name of a settings file.
    /// </summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Files in the CLI's folder that hold a login or a provider's settings.</summary>
    public IReadOnlyList<string> Logins { get; init; } = [];

    /// <summary>The CLI's folder, below the user's home; it must be writable.</summary>
    public required string Home { get; init; }

    /// <summary>The variable that moves it, and the folder's place below where that points to.</summary>
    public required (string Variable, string Below) HomeMovedBy { get; init; }

    /// <summary>How to log in.</summary>
    public required string Login { get; init; }

    /// <summary>What a user should know of its rights.</summary>
    public required string Rights { get; init; }
}

/// <summary>What a run came to.</summary>
/// <param name="Text">The answer in words; null where it said nothing.</param>
/// <param name="Structured">The answer as JSON, where the CLI was given a schema and says it apart.</param>
/// <param name="Failure">Why it failed; null where it did not.</param>
public sealed record CodingResult(string? Text, string? Structured = null, CodingFailure? Failure = null);

/// <summary>Reads what one run prints, line by line, so that a run that is broken off is paid for too.</summary>
public abstract class CodingOutput
{
    private readonly Dictionary<string, Usage> _spent = [];

    /// <summary>The session's id, as soon as the CLI has named it.</summary>
    public string? Session { get; protected set; }

    /// <summary>How many calls of the model it has told of.</summary>
    public int Calls { get; protected set; }

    /// <summary>What this run has spent so far, by model.</summary>
    public IReadOnlyCollection<Usage> Spent => _spent.Values;

    /// <summary>What the whole session has spent, where the CLI counts so; null where it counts the run.</summary>
    public Usage? Reported { get; protected set; }

    /// <summary>Reads a line of standard output.</summary>
    public abstract void Read(string line);

    /// <summary>Reads how it ended.</summary>
    public abstract CodingResult Finish(ProgramEnd ended);

    /// <summary>Counts a usage as the CLI prints it, beside those before.</summary>
    /// <param name="printed">The usage, or the message or event that has it.</param>
    /// <param name="model">The model, where it does not stand there.</param>
    protected void Count(JsonElement printed, string? model = null)
    {
        foreach (var usage in Usages(printed, model))
        {
            var name = usage.Model ?? "";
            _spent[name] = _spent.TryGetValue(name, out var before) ? UsageReader.Sum([before, usage]) : usage;
        }
    }

    /// <summary>Counts anew: the CLI has told the sum of the run.</summary>
    protected void Recount(JsonElement printed)
    {
        if (Usages(printed, null) is { Count: > 0 } sums)
        {
            _spent.Clear();
            foreach (var usage in sums)
            {
                _spent[usage.Model ?? ""] = usage;
            }
        }
    }

    /// <summary>Counts anew: what the whole session has spent, less what it had spent before.</summary>
    protected void CountSession(JsonElement printed, Usage? before, string? model)
    {
        if (Usages(printed, model) is [var total])
        {
            Reported = total;
            _spent.Clear();
            _spent[model ?? ""] = UsageReader.Since(total, before);
        }
    }

    // A usage that nobody can read is not told: then the run costs what was reserved for it.
    private static IReadOnlyList<Usage> Usages(JsonElement printed, string? model)
    {
        try
        {
            var read = UsageReader.ReadAll(printed);
            return model is null ? read : [.. read.Select(usage => usage with { Model = model })];
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
