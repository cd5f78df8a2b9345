namespace DurableMesh.Dashboard.Engine;

/// <summary>What the page of the engine shows.</summary>
/// <param name="Healthy">Whether the mesh is live and ready.</param>
/// <param name="Parts">What it depends on.</param>
/// <param name="Hub">The engine in numbers; empty under a Functions host, which has an engine of its own.</param>
/// <param name="Host">This process in numbers.</param>
/// <param name="Instances">Orchestrations that have not ended, by name and state: as many as were looked at.</param>
/// <param name="IsAll">Whether all of them were looked at.</param>
public sealed record EngineModel(
    bool Healthy,
    IReadOnlyList<EnginePart> Parts,
    IReadOnlyList<EngineFigure> Hub,
    IReadOnlyList<EngineFigure> Host,
    IReadOnlyList<InstanceCount> Instances,
    bool IsAll);

/// <summary>Something that the mesh depends on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Healthy">Whether it answers.</param>
/// <param name="Detail">More; null where there is nothing to say.</param>
public sealed record EnginePart(string Name, bool Healthy, string? Detail);

/// <summary>A figure.</summary>
/// <param name="Name">What it counts.</param>
/// <param name="Words">The number, with its unit.</param>
public sealed record EngineFigure(string Name, string Words);

/// <summary>Orchestrations of one kind.</summary>
/// <param name="Name">The orchestrator.</param>
/// <param name="State">Their state.</param>
/// <param name="Count">How many.</param>
public sealed record InstanceCount(string Name, string State, int Count);
