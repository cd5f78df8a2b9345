using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Authority;

/// <summary>What a row of the authority table says.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AuthorityStatus>))]
public enum AuthorityStatus
{
    /// <summary>The pairs may use the mesh.</summary>
    Active,

    /// <summary>They may, on trial.</summary>
    Pilot,

    /// <summary>They may not, or not any more.</summary>
    Retired,
}

/// <summary>One row of the authority table: which pairs may use the mesh for what (DESIGN §5).</summary>
public sealed record AuthorityRow
{
    /// <summary>Its name in the table; explanations and evidence quote it.</summary>
    public required string Id { get; init; }

    /// <summary>What for.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>Who may start.</summary>
    public required AuthoritySelector Initiator { get; init; }

    /// <summary>With whom.</summary>
    public required AuthoritySelector Responder { get; init; }

    /// <summary>Whether they may.</summary>
    public required AuthorityStatus Status { get; init; }

    /// <summary>The first instant at which the row holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Who decided that, and on what grounds.</summary>
    public required string Why { get; init; }

    /// <summary>The rows that decide first come first: the narrower, then the newer one.</summary>
    internal static IComparer<AuthorityRow> Precedence { get; } = Comparer<AuthorityRow>.Create((one, other) =>
        other.Specificity != one.Specificity ? other.Specificity.CompareTo(one.Specificity)
        : other.Since != one.Since ? other.Since.CompareTo(one.Since)
        : string.CompareOrdinal(one.Id, other.Id));

    /// <summary>How narrow it is, both selectors together.</summary>
    internal int Specificity => Initiator.Specificity + Responder.Specificity;

    /// <summary>Whether it speaks of a pair.</summary>
    internal bool Covers(AgentView initiator, AgentView responder) =>
        Initiator.Matches(initiator) && Responder.Matches(responder);

    /// <summary>Whether no precedence settles which of the two decides about a pair that both cover, and they disagree.</summary>
    internal bool Contradicts(AuthorityRow other) =>
        Pattern == other.Pattern
        && Since == other.Since
        && Specificity == other.Specificity
        && (Status == AuthorityStatus.Retired) != (other.Status == AuthorityStatus.Retired)
        && Initiator.MayMeet(other.Initiator)
        && Responder.MayMeet(other.Responder);

    /// <summary>For instance <c>role builder → role verifier, active</c>.</summary>
    public override string ToString() => $"{Initiator} → {Responder}, {Choices<AuthorityStatus>.NameOf(Status)}";
}
