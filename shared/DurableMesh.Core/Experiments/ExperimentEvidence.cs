using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>
/// The evidence of an experiment: <see cref="Entries"/> is what was planned and what happened; everything else is computed from
/// it, for people, and <see cref="ExperimentEvidenceVerifier"/> computes it again.
/// </summary>
public sealed record ExperimentEvidence
{
    /// <summary>The format.</summary>
    public const string CurrentFormat = "durablemesh-experiment-evidence/1";

    /// <summary><see cref="CurrentFormat"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The experiment's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether all runs of the plan were done.</summary>
    public required bool Final { get; init; }

    /// <summary>Where the tasks come from, with the hash of their definition.</summary>
    public required ExperimentWorkload Workload { get; init; }

    /// <summary>The pair that was measured.</summary>
    public required ExperimentPair Pair { get; init; }

    /// <summary>All figures, and the decision.</summary>
    public required ExperimentResult Result { get; init; }

    /// <summary>The hash chain.</summary>
    public required EvidenceChain Chain { get; init; }

    /// <summary>The plan and the runs.</summary>
    public required IReadOnlyList<ExperimentEntry> Entries { get; init; }

    /// <summary>The plan, which the first entry holds.</summary>
    [JsonIgnore]
    public ExperimentPlan Plan => ((ExperimentOpened)Entries[0].Event).Plan;

    /// <summary>Makes the evidence of an experiment, ended or not.</summary>
    /// <param name="entries">Its chain.</param>
    /// <exception cref="ArgumentException">The chain does not begin with an opening.</exception>
    public static ExperimentEvidence Of(IReadOnlyList<ExperimentEntry> entries)
    {
        if (entries is not [{ Event: ExperimentOpened { Plan: var plan } }, ..])
        {
            throw new ArgumentException("An experiment begins with its opening.", nameof(entries));
        }

        var result = ExperimentResult.Of(plan, RunsOf(entries));
        return new ExperimentEvidence
        {
            Format = CurrentFormat,
            Name = plan.Name,
            Final = result.Complete,
            Workload = plan.Workload,
            Pair = plan.Pair,
            Result = result,
            Chain = new EvidenceChain(EvidenceChain.Sha256, entries.Count, entries[^1].Hash),
            Entries = entries,
        };
    }

    /// <summary>The runs of a chain, in its order.</summary>
    /// <param name="entries">The chain.</param>
    public static IReadOnlyList<ArmRun> RunsOf(IReadOnlyList<ExperimentEntry> entries) =>
        [.. entries.Select(entry => entry.Event).OfType<ArmRunEnded>().Select(ended => ended.Run)];

    /// <summary>The file's content: JSON in UTF-8, indented for people.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, MeshJson.Indented), (byte)'\n'];
}

/// <summary>What the check of an experiment's evidence gave.</summary>
/// <param name="Name">The experiment, where it could be read.</param>
/// <param name="Final">Whether all its runs were done.</param>
/// <param name="Outcome">What it says to do, by its runs; null where they could not be read.</param>
/// <param name="Runs">How many runs there are.</param>
/// <param name="Head">The chain's head as computed; null where the entries could not be read.</param>
/// <param name="Heads">How many runs pin the head of their thread or dispatch.</param>
/// <param name="HeadsChecked">The evidence of how many of them was there and was checked with it.</param>
/// <param name="Findings">All that does not hold; empty where the file holds.</param>
public sealed record ExperimentReport(
    string? Name,
    bool Final,
    DecisionOutcome? Outcome,
    int Runs,
    string? Head,
    int Heads,
    int HeadsChecked,
    IReadOnlyList<EvidenceFinding> Findings)
{
    /// <summary>Whether everything holds.</summary>
    public bool Holds => Findings.Count == 0;
}
