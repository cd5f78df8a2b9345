using DurableMesh.Core.Surfaces;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;
using static DurableMesh.Functions.Orchestrations.OrchestrationClock;

namespace DurableMesh.Functions.Surfaces;

/// <summary>
/// One persistent agent, or one schedule, as one durable orchestration: it takes a turn, waits for what is due next or for
/// somebody who does something to it, and goes on until the instance has ended.
/// </summary>
/// <remarks>
/// It decides nothing and keeps nothing. A turn does what is to be done by the store
/// (<see cref="SurfaceActivities.TurnSurface"/>), so it may be taken twice; an event only wakes it, and one that is lost costs no
/// more than the time to the next look.
/// </remarks>
public static class SurfaceOrchestrator
{
    /// <summary>The external event that says that something has changed.</summary>
    public const string Steered = "steered";

    /// <summary>So many turns share a history.</summary>
    internal const int TurnsAHistory = 50;

    /// <summary>Runs an instance.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="id">Which.</param>
    [Function(nameof(SurfaceOrchestrator))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, SurfaceId id)
    {
        using var alarm = new Alarm(context);
        var steered = context.WaitForExternalEvent<string?>(Steered);
        for (var turn = 1; ; turn++)
        {
            var moves = await context.CallActivityAsync<SurfaceMoves>(
                nameof(SurfaceActivities.TurnSurface), new SurfaceTurn(id, Now(context)), WithoutEnd);
            if (moves.IsOver)
            {
                return;
            }

            if (turn == TurnsAHistory)
            {
                // What woke it meanwhile has been seen by the turn that the next history begins with.
                context.ContinueAsNew(id);
                return;
            }

            await Task.WhenAny(steered, alarm.For(moves.WakeAt));
            if (steered.IsCompleted)
            {
                steered = context.WaitForExternalEvent<string?>(Steered);
            }

            alarm.Stop();
        }
    }
}

/// <summary>A turn of an instance.</summary>
/// <param name="Id">Which.</param>
/// <param name="Now">The present instant by the orchestration's clock.</param>
public sealed record SurfaceTurn(SurfaceId Id, DateTimeOffset Now);

/// <summary>What a turn came to.</summary>
/// <param name="IsOver">Whether the instance has ended.</param>
/// <param name="WakeAt">When something is due next.</param>
public sealed record SurfaceMoves(bool IsOver, DateTimeOffset WakeAt);
