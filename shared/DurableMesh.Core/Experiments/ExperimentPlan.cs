using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>
/// All of an experiment that is settled before its first run. It opens the experiment's hash chain, so that nothing of it can be
/// chosen once figures are known.
/// </summary>
public sealed record ExperimentPlan
{
    /// <summary>The most runs of a plan.</summary>
    public const int MaxRuns = 100_000;

    /// <summary>The most tasks of a plan.</summary>
    public const int MaxTasks = 2_000;

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where the tasks come from.</summary>
    public required ExperimentWorkload Workload { get; init; }

    /// <summary>The pair that is measured.</summary>
    public required ExperimentPair Pair { get; init; }

    /// <summary>The arms, each once.</summary>
    public required IReadOnlyList<ExperimentArm> Arms { get; init; }

    /// <summary>The tasks' ids, each once, in the workload's order.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>How often each arm does each task, at least once.</summary>
    public required int Repetitions { get; init; }

    /// <summary>All chance comes from it. Text in JSON, as not every reader of JSON can hold 64 bits in a number.</summary>
    [JsonNumberHandling(JsonNumberHandling.WriteAsString | JsonNumberHandling.AllowReadingFromString)]
    public required ulong Seed { get; init; }

    /// <summary>The models that the agents run on; empty where they run on none.</summary>
    public IReadOnlyList<string> Models { get; init => field = value ?? []; } = [];

    /// <summary>By what it is decided.</summary>
    public ExperimentThresholds Thresholds { get; init => field = value ?? new(); } = new();

    /// <summary>The runs in their order, which <see cref="ComputedOrder"/> computes from the seed.</summary>
    public required IReadOnlyList<ExperimentSlot> Order { get; init; }

    /// <summary>Makes a plan, its order computed from the seed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="workload">Where the tasks come from.</param>
    /// <param name="pair">The pair that is measured.</param>
    /// <param name="arms">The arms.</param>
    /// <param name="tasks">The tasks' ids.</param>
    /// <param name="repetitions">How often each arm does each task.</param>
    /// <param name="seed">All chance comes from it.</param>
    /// <param name="models">The models that the agents run on.</param>
    /// <param name="thresholds">By what it is decided; the ADR's where it is null.</param>
    /// <exception cref="ArgumentException">It is no plan: <see cref="Faults"/> says what is wrong.</exception>
    public static ExperimentPlan Create(
        string name,
        ExperimentWorkload workload,
        ExperimentPair pair,
        IReadOnlyList<ExperimentArm> arms,
        IReadOnlyList<string> tasks,
        int repetitions,
        ulong seed,
        IReadOnlyList<string>? models = null,
        ExperimentThresholds? thresholds = null)
    {
        var plan = new ExperimentPlan
        {
            Name = name,
            Workload = workload,
            Pair = pair,
            Arms = arms,
            Tasks = tasks,
            Repetitions = repetitions,
            Seed = seed,
            Models = models ?? [],
            Thresholds = thresholds ?? new(),
            Order = [],
        };
        return plan.Faults() is [var fault, ..]
            ? throw new ArgumentException(fault)
            : plan with { Order = ExperimentOrder.Of(arms, tasks, repetitions, seed) };
    }

    /// <summary>All that is wrong with it, in words; empty where nothing is. The order is not looked at.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        Say(Arms.Count == 0, "An experiment needs an arm.");
        Say(Arms.Distinct().Count() < Arms.Count, "An arm stands twice.");
        Say(Tasks.Count == 0, "An experiment needs a task.");
        Say(Repetitions < 1, "An experiment needs a repetition.");
        Say(Tasks.Count > MaxTasks, $"More than {MaxTasks} tasks are no experiment.");
        Say((long)Tasks.Count * Math.Max(1, Repetitions) * Arms.Count > MaxRuns, $"More than {MaxRuns} runs are no experiment.");
        Say(Thresholds.Confidence is not (>= 0.5 and < 1), "The confidence is at least 0.5 and less than 1.");
        Say(Thresholds.Resamples is < 100 or > 100_000, "The resamples are between 100 and 100,000.");
        Say(Thresholds.TokenSaving is not (> 0 and < 1), "The token saving is a share between 0 and 1.");
        Say(Thresholds.TimeSaving is not (> 0 and < 1), "The time saving is a share between 0 and 1.");
        faults.AddRange(Tasks.GroupBy(task => task).Where(same => same.Count() > 1)
            .Select(same => $"The task '{same.Key}' stands {same.Count()} times."));
        return faults;

        void Say(bool wrong, string fault)
        {
            if (wrong)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>The order as its seed gives it, whatever stands in <see cref="Order"/>.</summary>
    public IReadOnlyList<ExperimentSlot> ComputedOrder() => ExperimentOrder.Of(Arms, Tasks, Repetitions, Seed);
}

/// <summary>Where an experiment's tasks come from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha256">SHA-256 of its definition, 64 hexadecimal digits in lower case.</param>
public sealed record ExperimentWorkload(string Name, string Sha256);

/// <summary>The pair that is measured.</summary>
/// <param name="Initiator">The agent that builds.</param>
/// <param name="Responder">The agent that verifies.</param>
/// <param name="Pattern">Which of the mesh's uses it is.</param>
public sealed record ExperimentPair(string Initiator, string Responder, Pattern Pattern);

/// <summary>By what an experiment is decided. The savings are the ADR's.</summary>
/// <param name="TokenSaving">The share of tokens that the mesh must save.</param>
/// <param name="TimeSaving">Or the share of wall-clock time.</param>
/// <param name="Confidence">Of the intervals, both sides together.</param>
/// <param name="Resamples">Of the bootstrap.</param>
public sealed record ExperimentThresholds(
    double TokenSaving = 0.20, double TimeSaving = 0.30, double Confidence = 0.95, int Resamples = 10_000);

/// <summary>One run that a plan wants.</summary>
/// <param name="Task">The task.</param>
/// <param name="Repetition">From 1.</param>
/// <param name="Arm">The arm.</param>
public sealed record ExperimentSlot(string Task, int Repetition, ExperimentArm Arm);
