namespace DurableMesh.Client;

/// <summary>What a mesh says of its health.</summary>
/// <param name="Readiness">How far it is.</param>
/// <param name="Report">The body of its answer; null where none came.</param>
/// <param name="Why">Why it is not ready, where the answer says so.</param>
/// <param name="Date">What its clock showed; null where it does not say.</param>
public sealed record MeshHealth(Readiness Readiness, byte[]? Report, string Why, DateTimeOffset? Date);
