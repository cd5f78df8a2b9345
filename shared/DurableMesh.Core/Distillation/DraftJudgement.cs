using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Distillation;

/// <summary>Whether a draft would pass the baseline.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<DraftOutcome>))]
public enum DraftOutcome
{
    /// <summary>It may be kept as it is.</summary>
    Pass,

    /// <summary>It may be kept once it is mended.</summary>
    Mend,

    /// <summary>It is of no use, mended or not.</summary>
    Drop,
}

/// <summary>A comparator's judgement on a draft.</summary>
/// <param name="Id">The draft.</param>
/// <param name="Outcome">Whether it would pass.</param>
/// <param name="Reasons">Why not; empty for a pass.</param>
public sealed record DraftJudgement(string Id, DraftOutcome Outcome, IReadOnlyList<DraftReason> Reasons)
{
    /// <summary>The answer that would pass; null where the comparator knows none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Proposal { get; init; }

    /// <summary>The reasons in words.</summary>
    public string Words() => Outcome == DraftOutcome.Pass
        ? "Nothing in the baseline speaks against it."
        : string.Join(' ', Reasons.Select(reason => reason.Detail));
}

/// <summary>One reason why a draft does not pass.</summary>
/// <param name="Code">A stable name: one of the constants of this type, or a comparator's own.</param>
/// <param name="Detail">A sentence.</param>
/// <param name="BaselineId">The entry of the baseline that it is about; null where it is about none.</param>
public sealed record DraftReason(
    string Code, string Detail, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? BaselineId = null)
{
    /// <summary>There is no question, or no answer.</summary>
    public const string Empty = "empty";

    /// <summary>The baseline says it already.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The baseline has another number for it.</summary>
    public const string OtherNumber = "other_number";

    /// <summary>A comparator that judges in words says so.</summary>
    public const string Judged = "judged";

    /// <summary>The baseline says the opposite.</summary>
    public const string Opposite = "opposite";
}
