using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>What an experiment says to do with the pair.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<DecisionOutcome>))]
public enum DecisionOutcome
{
    /// <summary>Neither of the others can be said yet: the pair stays sequential.</summary>
    NotEnoughData,

    /// <summary>Keep the sequential surface: the saving is not there, or the work gets worse.</summary>
    Keep,

    /// <summary>Roll the mesh out to the pair.</summary>
    RollOut,
}

/// <summary>The decision, its grounds, and how it is said to people.</summary>
public sealed record ExperimentDecision
{
    /// <summary>What to do.</summary>
    public required DecisionOutcome Outcome { get; init; }

    /// <summary>Why, in one sentence or two.</summary>
    public required string Words { get; init; }

    /// <summary>The saving of tokens that decides: beside the stronger baseline; null where nothing can be said of it.</summary>
    public JudgedSaving? Tokens { get; init; }

    /// <summary>The saving of time that decides; null where nothing can be said of it.</summary>
    public JudgedSaving? Time { get; init; }

    /// <summary>What got worse with the mesh, in words; one is enough to keep the sequential surface.</summary>
    public IReadOnlyList<string> Vetoes { get; init => field = value ?? []; } = [];

    /// <summary>
    /// How many more tasks would decide it if the figures stay as they are; null where it is decided, or cannot be said.
    /// </summary>
    public int? MoreTasks { get; init; }
}

/// <summary>A saving beside its threshold.</summary>
/// <param name="Baseline">The stronger baseline: the one beside which the lower end is less.</param>
/// <param name="Saving">The saving, as a share of the baseline.</param>
/// <param name="Lower">The lower end of its interval.</param>
/// <param name="Upper">Its upper end.</param>
/// <param name="Threshold">What it must reach.</param>
public sealed record JudgedSaving(ExperimentArm Baseline, double Saving, double Lower, double Upper, double Threshold);
