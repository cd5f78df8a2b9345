using Microsoft.DurableTask;

namespace DurableMesh.Functions.Orchestrations;

/// <summary>The clock of an orchestration, which is the same in every replay.</summary>
internal static class OrchestrationClock
{
    /// <summary>The present instant.</summary>
    /// <param name="context">The orchestration.</param>
    public static DateTimeOffset Now(TaskOrchestrationContext context) => new(context.CurrentUtcDateTime, TimeSpan.Zero);
}
