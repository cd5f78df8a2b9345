using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Authority;

/// <summary>A way to get work done one step after the other, beside the mesh.</summary>
/// <param name="Name">Its stable name.</param>
/// <param name="Advice">How it does the pattern's work.</param>
public sealed record SequentialSurface(string Name, string Advice)
{
    private static readonly SequentialSurface Chain =
        new("chain", "a chain (owner → subagent → return) that runs the builder, then the verifier, and returns the verdict");

    private static readonly SequentialSurface OneShotTask =
        new("one-shot-task", "a one-shot task (caller → spawn → return) on the responder's device");

    private static readonly SequentialSurface Dag =
        new("dag", "a DAG (caller → DAG → result) with the distillation and the comparison as its nodes");

    private static readonly SequentialSurface AgentFactory =
        new("agent-factory", "the agent factory (caller → persistent agent → return) to ask the responder once");

    private static readonly SequentialSurface Cron =
        new("cron", "a schedule (schedule fires → run → exit) that starts the run by itself");

    /// <summary>A surface by what it is.</summary>
    /// <param name="surface">One that is not the mesh.</param>
    public static SequentialSurface Of(Surface surface) => surface switch
    {
        Surface.Chain => Chain,
        Surface.OneShotTask => OneShotTask,
        Surface.Dag => Dag,
        Surface.AgentFactory => AgentFactory,
        Surface.Cron => Cron,
        _ => throw new ArgumentOutOfRangeException(nameof(surface), surface, "The mesh is no sequential surface."),
    };

    /// <summary>What a pair without authority uses instead of the mesh.</summary>
    /// <param name="pattern">What for.</param>
    public static SequentialSurface InsteadOf(Pattern pattern) => Of(SurfaceInsteadOf(pattern));

    /// <summary>The surface that a pair without authority uses instead of the mesh.</summary>
    /// <param name="pattern">What for.</param>
    public static Surface SurfaceInsteadOf(Pattern pattern) => pattern switch
    {
        Pattern.BuilderVerifier => Surface.Chain,
        Pattern.CrossDevice => Surface.OneShotTask,
        Pattern.Distillation => Surface.Dag,
        Pattern.Advisory => Surface.AgentFactory,
        _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, "There is no such pattern."),
    };
}
