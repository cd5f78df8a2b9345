using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using DurableMesh.Cli.Experiments.Workloads;
using DurableMesh.Cli.Transcript;
using DurableMesh.Core.Experiments;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Experiments.Runs;

/// <summary>One run that is under way: a task in an arm, and what its agents tell of it.</summary>
/// <param name="experiment">The experiment's name.</param>
/// <param name="start">Tells a start of the experiment from others; no agent's prompt depends on it.</param>
/// <param name="slot">Which run of the plan it is.</param>
/// <param name="task">The task.</param>
/// <param name="time">The clock.</param>
internal sealed class Cell(string experiment, string start, ExperimentSlot slot, WorkloadTask task, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<string> _threads = [];
    private TimeSpan _busy;
    private bool _counted;
    private string? _module;

    /// <summary>Which run of the plan it is.</summary>
    public ExperimentSlot Slot => slot;

    /// <summary>The task.</summary>
    public WorkloadTask Task => task;

    /// <summary>Its name, which the subject of its threads ends with.</summary>
    public string Name { get; } =
        $"{experiment}/{slot.Task}/{ThreadWords.Of(slot.Arm)}/{slot.Repetition}";

    /// <summary>Its MC task, which it has to itself.</summary>
    public string McTask { get; } =
        $"{experiment}-{slot.Task}-{ThreadWords.Of(slot.Arm)}-{slot.Repetition}-{start}";

    /// <summary>How long its agents were at work.</summary>
    public TimeSpan Busy
    {
        get
        {
            lock (_gate)
            {
                return _busy;
            }
        }
    }

    /// <summary>Who counted its tokens.</summary>
    public TokenSource TokensFrom => Volatile.Read(ref _counted) ? TokenSource.Tokenizer : TokenSource.Provider;

    /// <summary>The module that was judged last; null where none was.</summary>
    public string? Module => Volatile.Read(ref _module);

    /// <summary>Takes the time of an agent's work.</summary>
    /// <param name="work">The work.</param>
    public async Task<T> TimeAsync<T>(Func<Task<T>> work)
    {
        var begun = time.GetTimestamp();
        try
        {
            return await work();
        }
        finally
        {
            lock (_gate)
            {
                _busy += time.GetElapsedTime(begun);
            }
        }
    }

    /// <summary>What an agent's prompts of a thread begin with: as far as it is the same, a provider's cache holds.</summary>
    /// <param name="threadId">The thread.</param>
    public string ScopeOf(string threadId)
    {
        if (slot.Arm != ExperimentArm.SequentialCold)
        {
            return Name;
        }

        lock (_gate)
        {
            if (!_threads.Contains(threadId))
            {
                _threads.Add(threadId);
            }

            return string.Create(CultureInfo.InvariantCulture, $"{_threads.IndexOf(threadId) + 1} of {Name}");
        }
    }

    /// <summary>Its tokens had to be counted here.</summary>
    public void CountedHere() => Volatile.Write(ref _counted, true);

    /// <summary>A module is judged.</summary>
    /// <param name="module">The module.</param>
    public void Judges(string module) => Volatile.Write(ref _module, module);
}

/// <summary>The runs that are under way, by their names.</summary>
internal sealed partial class Cells
{
    private readonly ConcurrentDictionary<string, Cell> _cells = new();

    /// <summary>A run begins.</summary>
    public void Add(Cell cell) => _cells[cell.Name] = cell;

    /// <summary>A run has ended.</summary>
    public void Remove(Cell cell) => _cells.TryRemove(cell.Name, out _);

    /// <summary>The run that a text belongs to, which ends with its name; null where there is none.</summary>
    /// <param name="text">A thread's subject.</param>
    public Cell? Find(string text) => NameIn(text) is { } name ? _cells.GetValueOrDefault(name) : null;

    /// <summary>The subject of a run's threads.</summary>
    public static string SubjectOf(Cell cell) => $"{cell.Task.Task.Title} [{cell.Name}]";

    /// <summary>The name that stands in a text; null where there is none.</summary>
    public static string? NameIn(string text) => Name().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"\[([^\[\]/\s]+/[^\[\]/\s]+/[a-z_]+/[0-9]+)\]")]
    private static partial Regex Name();
}
