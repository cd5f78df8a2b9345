using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DurableMesh.Core.Changes;

namespace DurableMesh.Core.Experiments;

/// <summary>An experiment whose evidence the mesh keeps, for all to look at. It held when it was published.</summary>
public sealed record PublishedExperiment
{
    /// <summary>The first 16 hexadecimal digits of its chain's head.</summary>
    public required string Id { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>The pair that was measured.</summary>
    public required ExperimentPair Pair { get; init; }

    /// <summary>What it says to do.</summary>
    public required DecisionOutcome Outcome { get; init; }

    /// <summary>Runs that the plan wants.</summary>
    public required int Planned { get; init; }

    /// <summary>Runs that were done.</summary>
    public required int Done { get; init; }

    /// <summary>The head of its chain.</summary>
    public required string Head { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Who published it.</summary>
    public required string PublishedBy { get; init; }

    /// <summary>Where its evidence is kept.</summary>
    [JsonIgnore]
    public string EvidencePath => PathOf(Id);

    /// <summary>What evidence is published as.</summary>
    /// <param name="evidence">The evidence, which was verified.</param>
    public static PublishExperiment ChangeFor(ExperimentEvidence evidence) => new(
        IdOf(evidence.Chain.Head),
        evidence.Name,
        evidence.Pair,
        evidence.Result.Decision.Outcome,
        evidence.Result.Planned,
        evidence.Result.Done,
        evidence.Chain.Head);

    /// <summary>Where the evidence of an experiment is kept.</summary>
    /// <param name="id">The experiment's id.</param>
    public static string PathOf(string id) => $"experiments/{id}.json";

    private static string IdOf(string head)
    {
        const int digits = 16;
        var start = head.IndexOf(':', StringComparison.Ordinal) + 1;
        return head.Substring(start, digits);
    }
}

/// <summary>An experiment is to be shown: a line of the log of experiments.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Pair">The pair that was measured.</param>
/// <param name="Outcome">What it says to do.</param>
/// <param name="Planned">Runs that the plan wants.</param>
/// <param name="Done">Runs that were done.</param>
/// <param name="Head">The head of its chain.</param>
public sealed record PublishExperiment(
    string Id, string Name, ExperimentPair Pair, DecisionOutcome Outcome, int Planned, int Done, string Head);

/// <summary>All experiments that were published; the same one again changes nothing.</summary>
public sealed class ExperimentBoard : IFolded<ExperimentBoard, PublishExperiment>
{
    /// <summary>The most experiments that are kept.</summary>
    public const int Most = 1_000;

    private readonly ImmutableDictionary<string, PublishedExperiment> _all;

    private ExperimentBoard(ImmutableDictionary<string, PublishedExperiment> all) => _all = all;

    /// <inheritdoc/>
    public static ExperimentBoard Empty { get; } = new(ImmutableDictionary.Create<string, PublishedExperiment>(StringComparer.Ordinal));

    /// <summary>All of them, the newest first.</summary>
    public IReadOnlyList<PublishedExperiment> All =>
        [.. _all.Values.OrderByDescending(one => one.PublishedAt).ThenBy(one => one.Id, StringComparer.Ordinal)];

    /// <summary>One of them; null where there is none.</summary>
    /// <param name="id">Its id.</param>
    public PublishedExperiment? Find(string id) => _all.GetValueOrDefault(id);

    /// <inheritdoc/>
    public ChangeResult<ExperimentBoard> Apply(PublishExperiment change, DateTimeOffset at, string by) =>
        _all.ContainsKey(change.Id) ? new(this)
        : _all.Count >= Most ? new(this, new ChangeRefusal(
            RefusalKind.Conflict, "experiments_full", $"The mesh keeps {Most} experiments, and has as many."))
        : new(new ExperimentBoard(_all.Add(change.Id, new PublishedExperiment
        {
            Id = change.Id,
            Name = change.Name,
            Pair = change.Pair,
            Outcome = change.Outcome,
            Planned = change.Planned,
            Done = change.Done,
            Head = change.Head,
            PublishedAt = at,
            PublishedBy = by,
        })));
}

/// <summary>The answer to <c>GET /experiments</c>.</summary>
/// <param name="Experiments">All that were published, the newest first.</param>
public sealed record ExperimentsPage(IReadOnlyList<PublishedExperiment> Experiments);
