namespace DurableMesh.Functions.Health;

/// <summary>Whether the mesh can do its work.</summary>
/// <param name="Healthy">Whether everything below is.</param>
/// <param name="Dependencies">What it depends on.</param>
/// <param name="Version">Which version of the mesh this is.</param>
public sealed record HealthReport(bool Healthy, IReadOnlyList<DependencyHealth> Dependencies, string Version);

/// <summary>Whether one dependency answers.</summary>
/// <param name="Name">
/// Which: <c>store</c>, <c>taskHub</c>, <c>agents</c>, <c>threads</c> (whether the store has all that they recorded),
/// <c>identity</c> or <c>search</c>.</param>
/// <param name="Healthy">Whether it answers.</param>
/// <param name="Detail">What is wrong otherwise, or worth a word.</param>
public sealed record DependencyHealth(string Name, bool Healthy, string? Detail);
