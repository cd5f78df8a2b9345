using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>
/// The evidence of a run: <see cref="Entries"/> is what happened, the heads of the threads' evidence included; everything else is
/// computed from it, for people, and <see cref="WorkflowEvidenceVerifier"/> computes it again.
/// </summary>
public sealed record WorkflowEvidence
{
    /// <summary>The format.</summary>
    public const string CurrentFormat = "durablemesh-workflow-evidence/1";

    /// <summary><see cref="CurrentFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>Whether the run has ended.</summary>
    public required bool Final { get; init; }

    /// <summary>The run.</summary>
    public required string WorkflowId { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public EndState? EndState { get; init; }

    /// <summary>Why it ended.</summary>
    public WorkflowReason? Reason { get; init; }

    /// <summary>More about the end.</summary>
    public string? Detail { get; init; }

    /// <summary>The MC task.</summary>
    public required string McTask { get; init; }

    /// <summary>The sequential surface that it is a run of; left out for a workflow of threads.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Surface? Surface { get; init; }

    /// <summary>The agent that asks where a step names no other.</summary>
    public required string Actor { get; init; }

    /// <summary>Who started it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>Who handed it over; null where nobody has.</summary>
    public string? FinalizedBy { get; init; }

    /// <summary>What the ended threads cost, in US dollars.</summary>
    public required decimal CostUsd { get; init; }

    /// <summary>What it may cost, in US dollars.</summary>
    public required decimal CostCapUsd { get; init; }

    /// <summary>The threads, by the heads of their evidence.</summary>
    public required IReadOnlyList<PinnedThread> Threads { get; init; }

    /// <summary>The hash chain.</summary>
    public required EvidenceChain Chain { get; init; }

    /// <summary>All that happened.</summary>
    public required IReadOnlyList<WorkflowEntry> Entries { get; init; }

    /// <summary>Makes the evidence of a run, ended or not.</summary>
    /// <param name="run">The run.</param>
    public static WorkflowEvidence Of(WorkflowRun run) => new()
    {
        Format = CurrentFormat,
        Final = run.Ended is not null,
        WorkflowId = run.Start.WorkflowId,
        Name = run.Start.Name,
        EndState = run.Ended?.EndState,
        Reason = run.Ended?.Reason,
        Detail = run.Ended?.Detail,
        McTask = run.Start.McTask,
        Surface = run.Start.Surface,
        Actor = run.Start.Actor,
        StartedBy = run.Start.StartedBy,
        FinalizedBy = run.Finalized?.By,
        CostUsd = run.SpentUsd,
        CostCapUsd = run.Start.CostCapUsd,
        Threads = [.. ThreadsOf(run)],
        Chain = new EvidenceChain(EvidenceChain.Sha256, run.Entries.Count, run.Head),
        Entries = run.Entries,
    };

    /// <summary>The file's content: JSON in UTF-8, indented for people.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, MeshJson.Indented), (byte)'\n'];

    private static IEnumerable<PinnedThread> ThreadsOf(WorkflowRun run)
    {
        var events = run.Entries.Select(entry => entry.Event).ToList();
        foreach (var started in events.OfType<StepStarted>())
        {
            var end = events.OfType<StepEnded>().FirstOrDefault(
                ended => ended.Step == started.Step && ended.Attempt == started.Attempt);
            yield return new PinnedThread(
                started.Step,
                started.Attempt,
                started.ThreadId,
                end?.Result.EndState,
                end?.Result.Reason,
                end?.Result.Head,
                end?.Result.Evidence,
                end?.Result.CostUsd ?? 0);
        }
    }
}

/// <summary>A thread of a run.</summary>
/// <param name="Step">The step.</param>
/// <param name="Attempt">Which try.</param>
/// <param name="ThreadId">The thread.</param>
/// <param name="EndState">How it ended; null while it runs.</param>
/// <param name="Reason">Why.</param>
/// <param name="Head">The head of its evidence, which that file must have; null where it never began.</param>
/// <param name="Evidence">The path of that file.</param>
/// <param name="CostUsd">What it cost, in US dollars.</param>
public sealed record PinnedThread(
    string Step,
    int Attempt,
    string ThreadId,
    EndState? EndState,
    EndReason? Reason,
    string? Head,
    string? Evidence,
    decimal CostUsd);

/// <summary>What the check of a run's evidence gave.</summary>
/// <param name="WorkflowId">The run, where it could be read.</param>
/// <param name="Final">Whether it had ended.</param>
/// <param name="EndState">How it ended, by its entries.</param>
/// <param name="Reason">Why it ended, by its entries.</param>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Head">The chain's head as computed; null where the entries could not be read.</param>
/// <param name="CostUsd">The cost as computed from the entries, in US dollars.</param>
/// <param name="Threads">How many threads' heads the file pins.</param>
/// <param name="ThreadsChecked">The evidence of how many of them was there and was checked with it.</param>
/// <param name="Findings">All that does not hold; empty where the file holds.</param>
public sealed record WorkflowReport(
    string? WorkflowId,
    bool Final,
    EndState? EndState,
    WorkflowReason? Reason,
    int Entries,
    string? Head,
    decimal CostUsd,
    int Threads,
    int ThreadsChecked,
    IReadOnlyList<EvidenceFinding> Findings)
{
    /// <summary>Whether everything holds.</summary>
    public bool Holds => Findings.Count == 0;
}
