using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Organisations;

/// <summary>What became of loading an organisation file.</summary>
/// <param name="Loaded">How many of its parts are in the mesh now.</param>
/// <param name="Refused">Those that the mesh did not take, and why.</param>
/// <param name="Left">How many are left, because the mesh went away; one of them may be in the mesh.</param>
internal sealed record LoadReport(int Loaded, IReadOnlyList<RefusedPart> Refused, int Left)
{
    /// <summary>That the mesh went away, and what to do; null where it did not.</summary>
    public string? Unreachable { get; init; }
}

/// <summary>A part of an organisation that the mesh did not take.</summary>
/// <param name="Part">Which, for instance <c>agent codecraft-builder</c>.</param>
/// <param name="Problem">What the mesh said.</param>
internal sealed record RefusedPart(string Part, Problem Problem);
