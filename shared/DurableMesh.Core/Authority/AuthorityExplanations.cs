namespace DurableMesh.Core.Authority;

/// <summary>The answer to <c>GET /authority/explain</c>.</summary>
/// <param name="Initiator">Who would start.</param>
/// <param name="Responder">With whom.</param>
/// <param name="Version">The version of the authority table.</param>
/// <param name="Patterns">What the table says, by pattern.</param>
public sealed record AuthorityExplanations(
    string Initiator, string Responder, int Version, IReadOnlyList<AuthorityExplanation> Patterns);
