using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Authority;

/// <summary>Whether a pair may use the mesh for a pattern.</summary>
public sealed record AuthorityDecision
{
    /// <summary>What for.</summary>
    public required Pattern Pattern { get; init; }

    /// <summary>Whether it may.</summary>
    public required bool Authorised { get; init; }

    /// <summary>The row that decided; null where none did.</summary>
    public string? RowId { get; init; }

    /// <summary>That row's status.</summary>
    public AuthorityStatus? Status { get; init; }

    /// <summary>The table's version.</summary>
    public required int Version { get; init; }

    /// <summary>Which row decided and why; what to do instead where the pair may not.</summary>
    public required string Explanation { get; init; }

    /// <summary>The name of the <see cref="SequentialSurface"/> to use instead; null where the pair may use the mesh.</summary>
    public string? UseInstead { get; init; }
}

/// <summary>A decision with all rows of its pattern.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Considered">The rows, those that decide first come first.</param>
public sealed record AuthorityExplanation(AuthorityDecision Decision, IReadOnlyList<ConsideredRow> Considered);

/// <summary>A row, and why it decided or did not.</summary>
/// <param name="Row">The row.</param>
/// <param name="Decides">Whether it is the one that decided.</param>
/// <param name="Why">Why, or why not.</param>
public sealed record ConsideredRow(AuthorityRow Row, bool Decides, string Why);
