using System.Text.Json.Serialization;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// One try of a step: its thread, as any thread, and what the run makes of its end. The thread is its sub-orchestration, but where
/// one that was stopped may have begun it: then it waits for the store to know the thread's end.
/// </summary>
public static class WorkflowStepOrchestrator
{
    /// <summary>Runs a try of a step.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="order">Which.</param>
    /// <returns>What is to be done in the run then.</returns>
    [Function(nameof(WorkflowStepOrchestrator))]
    public static async Task<WorkflowMoves> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, StepOrder order)
    {
        if (order.IsAgain)
        {
            var moves = await context.CallActivityAsync<WorkflowMoves?>(nameof(WorkflowActivities.FollowStep), order, WithoutEnd);
            if (moves is null)
            {
                context.ContinueAsNew(order);
            }

            return moves!;
        }

        var prepared = await context.CallActivityAsync<PreparedStep>(
            nameof(WorkflowActivities.PrepareStep), order, UntilDone);
        if (prepared.Thread is not { } thread)
        {
            return prepared.Moves;
        }

        var failure = await RunThreadAsync(context, thread);
        return await context.CallActivityAsync<WorkflowMoves>(
            nameof(WorkflowActivities.FinishStep), new FailedStep(order, failure), UntilDone);
    }

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
    /// Whether an orchestration before may have begun it: then its thread may run already, as another one's sub-orchestration, and
    /// is followed in the store.
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
