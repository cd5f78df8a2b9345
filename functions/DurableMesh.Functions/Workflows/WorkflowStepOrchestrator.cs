using System.Text.Json.Serialization;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;
using static DurableMesh.Functions.Orchestrations.OrchestrationClock;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// One try of a step: its thread, as any thread, and what the run makes of its end. The thread is its sub-orchestration, but
/// where one that was stopped may have begun it: then it asks the store for the thread's end. It also looks there, now and then,
/// while it waits for its sub-orchestration, whose answer a host may have given to an episode that it never committed.
/// </summary>
public static class WorkflowStepOrchestrator
{
    private const int LooksPerRun = 100;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan FirstFollow = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestFollow = TimeSpan.FromSeconds(15);

    /// <summary>Runs a try of a step.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="order">Which.</param>
    /// <returns>What is to be done in the run then.</returns>
    [Function(nameof(WorkflowStepOrchestrator))]
    public static async Task<WorkflowMoves> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, StepOrder order)
    {
        if (order.IsAgain)
        {
            return await FollowAsync(context, order);
        }

        var prepared = await context.CallActivityAsync<PreparedStep>(
            nameof(WorkflowActivities.PrepareStep), order, UntilDone);
        if (prepared.Thread is null)
        {
            return prepared.Moves;
        }

        var thread = RunThreadAsync(context, prepared.Thread);
        using var alarm = new Alarm(context);
        for (var pause = FirstLook; ; pause = Longer(pause, LongestLook))
        {
            await Task.WhenAny(thread, alarm.For(Now(context) + pause));
            if (thread.IsCompleted)
            {
                alarm.Stop();
                return await context.CallActivityAsync<WorkflowMoves>(
                    nameof(WorkflowActivities.FinishStep), new FailedStep(order, await thread), UntilDone);
            }

            if (await LookAsync(context, order) is { } moves)
            {
                return moves;
            }
        }
    }

    /// <summary>
    /// The thread may run as another's sub-orchestration, which is told of its end and nobody else: the store is asked.
    /// </summary>
    private static async Task<WorkflowMoves> FollowAsync(TaskOrchestrationContext context, StepOrder order)
    {
        var pause = FirstFollow;
        for (var looks = 1; looks <= LooksPerRun; looks++)
        {
            if (await LookAsync(context, order) is { } moves)
            {
                return moves;
            }

            await context.CreateTimer(context.CurrentUtcDateTime + pause, CancellationToken.None);
            pause = Longer(pause, LongestFollow);
        }

        context.ContinueAsNew(order);
        return null!;
    }

    private static Task<WorkflowMoves?> LookAsync(TaskOrchestrationContext context, StepOrder order) =>
        context.CallActivityAsync<WorkflowMoves?>(nameof(WorkflowActivities.FollowStep), order, UntilDone);

    private static TimeSpan Longer(TimeSpan pause, TimeSpan longest) => pause * 2 < longest ? pause * 2 : longest;

    /// <summary>Runs the thread; answers why its orchestration failed, which says nothing yet about the thread itself.</summary>
    private static async Task<string?> RunThreadAsync(TaskOrchestrationContext context, ThreadState thread)
    {
        try
        {
            await context.CallSubOrchestratorAsync(
                nameof(ThreadOrchestrator),
                thread,
                new SubOrchestrationOptions { InstanceId = thread.Start.ThreadId });
            return null;
        }
        catch (TaskFailedException e)
        {
            return e.FailureDetails.ErrorMessage;
        }
    }
}

/// <summary>A try of a step.</summary>
/// <param name="WorkflowId">The run.</param>
/// <param name="Move">The step, which try, and its cost cap.</param>
public sealed record StepOrder(string WorkflowId, StepMove Move)
{
    /// <summary>
    /// Whether an orchestration before may have begun it: then its thread may run already, as another one's sub-orchestration,
    /// and is followed in the store.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAgain { get; init; }
}

/// <summary>A step that can begin, or what is to be done in its stead.</summary>
/// <param name="Moves">What is to be done in the run.</param>
/// <param name="Thread">The input of the thread's orchestration; null where the step cannot begin.</param>
public sealed record PreparedStep(WorkflowMoves Moves, ThreadState? Thread);

/// <summary>A try of a step whose orchestrations are over.</summary>
/// <param name="Order">Which.</param>
/// <param name="Failure">Why one of them failed; null where none did.</param>
public sealed record FailedStep(StepOrder Order, string? Failure);
