using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>One run: a task, done once by an arm, and what that took. A crash is a run too.</summary>
public sealed record ArmRun
{
    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>The arm.</summary>
    public required ExperimentArm Arm { get; init; }

    /// <summary>Which repetition, from 1.</summary>
    public required int Repetition { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether it broke off without an end of its own. It counts as failed, with what it cost.</summary>
    public required bool Crashed { get; init; }

    /// <summary>Why it crashed; left out where it did not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Failure { get; init; }

    /// <summary>Input tokens that neither came from a cache nor went into one.</summary>
    public required long InputUncached { get; init; }

    /// <summary>Input tokens read from a cache.</summary>
    public required long InputCached { get; init; }

    /// <summary>Input tokens written into a cache.</summary>
    public required long InputWritten { get; init; }

    /// <summary>Output tokens.</summary>
    public required long Output { get; init; }

    /// <summary>Who counted the tokens.</summary>
    public required TokenSource TokensFrom { get; init; }

    /// <summary>What it cost, in US dollars; null where a price is missing, which is not the same as zero.</summary>
    public required decimal? CostUsd { get; init; }

    /// <summary>The model without a price, or why else there is no cost; left out where there is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unpriced { get; init; }

    /// <summary>From its start to its end, in seconds.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>The mesh's own part of it, in seconds; null where nothing measured it.</summary>
    public double? MeshSeconds { get; init; }

    /// <summary>Submissions that were judged.</summary>
    public required int Rounds { get; init; }

    /// <summary>Dispatches after the first one; 0 for a thread, whose rounds are no dispatches.</summary>
    public required int Retries { get; init; }

    /// <summary>How it ended; null for a crash.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why it ended, as its surface names it.</summary>
    public string? Reason { get; init; }

    /// <summary>What the check found that the agents never see.</summary>
    public required HiddenCheck HiddenCheck { get; init; }

    /// <summary>The head of its thread's or its dispatch's evidence; null where there is none.</summary>
    public string? Head { get; init; }

    /// <summary>The id of that thread or dispatch; null where there is none.</summary>
    public string? EvidenceId { get; init; }

    /// <summary>All tokens of the run, from a cache or not.</summary>
    [JsonIgnore]
    public long TotalTokens => InputUncached + InputCached + InputWritten + Output;

    /// <summary>The tokens that did not come from a cache.</summary>
    [JsonIgnore]
    public long NewTokens => InputUncached + InputWritten + Output;

    /// <summary>Whether it passed.</summary>
    [JsonIgnore]
    public bool Passed => !Crashed && EndState == Wire.EndState.Pass;

    /// <summary>The plan's run that it is.</summary>
    [JsonIgnore]
    public ExperimentSlot Slot => new(Task, Repetition, Arm);
}

/// <summary>Who counted a run's tokens.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TokenSource>))]
public enum TokenSource
{
    /// <summary>The model's provider.</summary>
    Provider,

    /// <summary>A tokenizer here, over the texts that went in and came out.</summary>
    Tokenizer,
}

/// <summary>What a check that the agents never see found in a run's work.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<HiddenCheck>))]
public enum HiddenCheck
{
    /// <summary>Nobody looked.</summary>
    NotRun,

    /// <summary>The work is right.</summary>
    Pass,

    /// <summary>The work is wrong, whatever the verdict said.</summary>
    Fail,
}
