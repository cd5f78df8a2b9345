using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>An experiment as somebody wrote it: which pair, on which tasks, how often, within which bounds.</summary>
public sealed record ExperimentFile
{
    /// <summary>What it is called; one line.</summary>
    public required string Name { get; init; }

    /// <summary>The folder of the tasks, beside the file; it lies within the file's folder.</summary>
    public required string Workload { get; init; }

    /// <summary>The builder.</summary>
    public required string Initiator { get; init; }

    /// <summary>The verifier.</summary>
    public required string Responder { get; init; }

    /// <summary>The pattern of the mesh that is on trial.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The arms; all where none is named.</summary>
    public required IReadOnlyList<ExperimentArm> Arms { get; init; }

    /// <summary>How often each task is done in each arm, 1 to 100.</summary>
    public required int Repetitions { get; init; }

    /// <summary>Orders the runs and draws the bootstrap's samples; null for one that is drawn and written down.</summary>
    public ulong? Seed { get; init; }

    /// <summary>What bounds each run, in every arm alike.</summary>
    public required ExperimentLimits Limits { get; init; }
}

/// <summary>What bounds one run of a task.</summary>
/// <param name="Rounds">Submissions at most: turns of the thread in the mesh, tries of a dispatch; 1 to 10.</param>
/// <param name="CostCapUsd">US dollars.</param>
/// <param name="Ttl">Time from its start to its forced end.</param>
public sealed record ExperimentLimits(int Rounds, decimal CostCapUsd, TimeSpan Ttl);

/// <summary>One task of a workload, as both parties see it.</summary>
/// <param name="Id">Its id: the name of its folder.</param>
/// <param name="Title">One line.</param>
/// <param name="Prompt">What is to be done.</param>
/// <param name="Acceptance">By which criteria it is accepted; at least one is required.</param>
public sealed record ExperimentTask(string Id, string Title, string Prompt, IReadOnlyList<AcceptanceCriterion> Acceptance);
