using System.Text.Json.Serialization;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Ledger;

/// <summary>One line of usage of the pipeline before the mesh, with its cost settled by the prices of its day.</summary>
public sealed record BaselineRun
{
    /// <summary>Which line of the file it is, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The agent that built, or the only one.</summary>
    public required string Initiator { get; init; }

    /// <summary>The agent that verified; null where the line is one agent's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Responder { get; init; }

    /// <summary>What the mesh would use for it.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>The day, by UTC; the Monday where the file says only the week.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>Lines of a file that name the same run are one run; null: the line is a run of its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Run { get; init; }

    /// <summary>Its tokens and its cost.</summary>
    public required SettledUsage Usage { get; init; }

    /// <summary>How long it took, in seconds; null where nobody knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Seconds { get; init; }

    /// <summary>How many submissions it took; null where nobody knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rounds { get; init; }

    /// <summary>How it ended; null where nobody knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Verdict? Verdict { get; init; }

    /// <summary>Who worked with whom.</summary>
    [JsonIgnore]
    public PairKey Pair => new(Initiator, Responder, Pattern);
}
