using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// One run of a workflow as one durable orchestration: it starts the steps that can begin, waits for one of them, for a person or
/// for the deadline, and goes on until the run has ended.
/// </summary>
/// <remarks>
/// It decides nothing. What is to be done says the store (<see cref="WorkflowPlan"/> over the run's log), whose newest word every
/// activity brings along: so it does not matter which episode of which host asked. An event only wakes it.
/// </remarks>
public static class WorkflowOrchestrator
{
    /// <summary>The external event that says that somebody did something to the run.</summary>
    public const string Steered = "steered";

    /// <summary>Runs a workflow.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="workflowId">The run, which the store knows.</param>
    /// <returns>How it ended.</returns>
    [Function(nameof(WorkflowOrchestrator))]
    public static async Task<WorkflowMoves> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string workflowId)
    {
        var moves = await AskAsync(context, nameof(WorkflowActivities.ReadWorkflow), workflowId);
        var running = new List<(StepMove Move, Task<WorkflowMoves> Task)>();
        var (starts, isStopping, isLate) = (0, false, false);
        using var alarm = new Alarm(context);
        var steered = context.WaitForExternalEvent<string?>(Steered);
        while (!moves.IsOver || running.Count > 0)
        {
            foreach (var move in moves.Live.Where(live => !running.Exists(one => IsSame(one.Move, live))).ToList())
            {
                running.Add((move, StartAsync(context, new StepOrder(workflowId, move), ++starts)));
            }

            if (moves.IsStopping && !isStopping)
            {
                isStopping = true;
                moves = Newest(moves, await AskAsync(context, nameof(WorkflowActivities.StopThreads), workflowId));
                continue;
            }

            List<Task> awaited = [steered, .. running.Select(one => (Task)one.Task)];
            if (!isLate)
            {
                awaited.Add(alarm.For(moves.Deadline));
            }

            await Task.WhenAny(awaited);
            if (steered.IsCompleted)
            {
                steered = context.WaitForExternalEvent<string?>(Steered);
                moves = Newest(moves, await AskAsync(context, nameof(WorkflowActivities.ReadWorkflow), workflowId));
            }

            if (!isLate && alarm.Rings)
            {
                isLate = true;
                moves = Newest(moves, await AskAsync(context, nameof(WorkflowActivities.ExpireWorkflow), workflowId));
            }

            foreach (var done in running.FindAll(one => one.Task.IsCompleted))
            {
                running.Remove(done);
                moves = Newest(moves, await ResultOfAsync(context, workflowId, done.Move, done.Task));
            }
        }

        alarm.Stop();
        await context.CallActivityAsync(nameof(WorkflowActivities.CloseWorkflow), workflowId, UntilDone);
        return moves;
    }

    /// <summary>A step that could not even be tried to its end stops the run: nobody knows what became of it.</summary>
    private static async Task<WorkflowMoves> ResultOfAsync(
        TaskOrchestrationContext context, string workflowId, StepMove move, Task<WorkflowMoves> task)
    {
        try
        {
            return await task;
        }
        catch (TaskFailedException e)
        {
            var failed = new FailedStep(new StepOrder(workflowId, move), e.FailureDetails.ErrorMessage);
            return await context.CallActivityAsync<WorkflowMoves>(nameof(WorkflowActivities.FailStep), failed, UntilDone);
        }
    }

    private static Task<WorkflowMoves> StartAsync(TaskOrchestrationContext context, StepOrder order, int number) =>
        context.CallSubOrchestratorAsync<WorkflowMoves>(
            nameof(WorkflowStepOrchestrator),
            order,
            new SubOrchestrationOptions
            {
                InstanceId = $"{order.WorkflowId}:{order.Move.Step}:{order.Move.Attempt}:{number}",
            });

    private static Task<WorkflowMoves> AskAsync(TaskOrchestrationContext context, string activity, string workflowId) =>
        context.CallActivityAsync<WorkflowMoves>(activity, workflowId, UntilDone);

    /// <summary>Steps that run side by side bring the store's word in any order.</summary>
    private static WorkflowMoves Newest(WorkflowMoves one, WorkflowMoves other) => other.Version >= one.Version ? other : one;

    private static bool IsSame(StepMove one, StepMove other) => one.Step == other.Step && one.Attempt == other.Attempt;
}
