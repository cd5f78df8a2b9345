namespace DurableMesh.Core.Wire;

/// <summary>The answer to <c>GET /policy</c>.</summary>
/// <param name="Hash">SHA-256 of the policy file in force, 64 hexadecimal digits: what the evidence names.</param>
/// <param name="Failure">What is wrong with a newer file, so that it is not in force; null where nothing is.</param>
/// <param name="Policy">The file in force.</param>
public sealed record PolicyView(string Hash, string? Failure, JsonText Policy);
