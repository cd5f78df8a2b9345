using DurableMesh.Core.Trust;

namespace DurableMesh.Dashboard.Trust;

/// <summary>What the page of the trust zones shows.</summary>
/// <param name="Zones">The zones, the strictest first.</param>
/// <param name="Matrix">What each may say to each other.</param>
/// <param name="PolicyHash">SHA-256 of the policy in force.</param>
/// <param name="PolicyText">The policy in force.</param>
/// <param name="Failure">Why the newest version of the policy is not in force; null when it is.</param>
public sealed record TrustModel(
    IReadOnlyList<TrustZone> Zones, TrustMatrix Matrix, string PolicyHash, string PolicyText, string? Failure)
{
    /// <summary>How many agents of a zone it names.</summary>
    public const int MostNamed = 12;
}

/// <summary>A zone with its agents.</summary>
/// <param name="Name">The zone.</param>
/// <param name="Count">How many agents are in it.</param>
/// <param name="Named">The first of them, by id.</param>
public sealed record TrustZone(string Name, int Count, IReadOnlyList<string> Named);
