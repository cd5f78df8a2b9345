using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;
using static DurableMesh.Functions.Orchestrations.OrchestrationClock;

namespace DurableMesh.Functions.Workflows;

/// <summary>
/// One run of a workflow as one durable orchestration: it starts the steps that can begin, waits for one of them, for a person or
/// for the deadline, and goes on until the run has ended.
/// </summary>
/// <remarks>
/// It decides nothing. What is to be done says the store (<see cref="WorkflowPlan"/> over the run's log), whose newest word every
/// activity brings along: so it does not matter which episode of which host asked. An event only wakes it. A host may start a
/// sub-orchestration for an episode that it never commits, and answer that one: so the run also looks by itself, now and then,
/// whether the store knows more than it was told.
/// </remarks>
public static class WorkflowOrchestrator
{
    /// <summary>The external event that says that somebody did something to the run.</summary>
    public const string Steered = "steered";

    private const int MaxStepFailures = 3;
    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(15);

    /// <summary>Runs a workflow.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="input">The run, which the store knows: a <see cref="RunOrder"/>.</param>
    /// <returns>How it ended.</returns>
    [Function(nameof(WorkflowOrchestrator))]
    public static async Task<WorkflowMoves> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string input)
    {
        var order = RunOrder.Of(input);
        var workflowId = order.WorkflowId;
        var moves = await AskAsync(context, nameof(WorkflowActivities.ReadWorkflow), workflowId);
        var running = new List<(StepOrder Order, Task<WorkflowMoves> Task)>();
        var (starts, isLate, pause, ends) = (0, false, FirstLook, new Dictionary<StepMove, int>());
        var look = Now(context) + pause;
        Task<WorkflowMoves>? stopping = null;
        using var alarm = new Alarm(context);
        var steered = context.WaitForExternalEvent<string?>(Steered);
        while (!moves.IsOver)
        {
            // Of what the store knows the end of, nothing more is to be heard.
            running.RemoveAll(one => !moves.Live.Any(live => IsSame(one.Order.Move, live)));
            foreach (var move in moves.Live.Where(live => !running.Exists(one => IsSame(one.Order.Move, live))))
            {
                Begin(new StepOrder(workflowId, move) { IsAgain = order.Mark is not null });
            }

            if (moves.IsStopping)
            {
                stopping ??= AskAsync(context, nameof(WorkflowActivities.StopThreads), workflowId);
            }

            var next = alarm.For(isLate || look < moves.Deadline ? look : moves.Deadline);
            var stopped = stopping is { IsCompleted: false } ? stopping : next;
            await Task.WhenAny([steered, next, stopped, .. running.Select(one => one.Task)]);
            if (steered.IsCompleted)
            {
                steered = context.WaitForExternalEvent<string?>(Steered);
                moves = Newest(moves, await AskAsync(context, nameof(WorkflowActivities.ReadWorkflow), workflowId));
            }

            if (alarm.Rings)
            {
                var isDue = !isLate && alarm.At >= moves.Deadline;
                var ask = isDue ? nameof(WorkflowActivities.ExpireWorkflow) : nameof(WorkflowActivities.ReadWorkflow);
                moves = Newest(moves, await AskAsync(context, ask, workflowId));
                (isLate, pause) = (isLate || isDue, pause * 2 < LongestLook ? pause * 2 : LongestLook);
                look = Now(context) + pause;
                stopping = stopping is { IsFaulted: true } ? null : stopping;
            }

            foreach (var done in running.FindAll(one => one.Task.IsCompleted))
            {
                running.Remove(done);
                ends[done.Order.Move] = ends.GetValueOrDefault(done.Order.Move) + 1;
                var isLast = ends[done.Order.Move] > MaxStepFailures;
                if (await ResultOfAsync(context, done.Order, done.Task, isLast) is { } result)
                {
                    moves = Newest(moves, result);
                }
                else
                {
                    Begin(done.Order with { IsAgain = true });
                }
            }
        }

        alarm.Stop();
        await context.CallActivityAsync(nameof(WorkflowActivities.CloseWorkflow), workflowId, UntilDone);
        return moves;

        void Begin(StepOrder step) => running.Add((step, context.CallSubOrchestratorAsync<WorkflowMoves>(
            nameof(WorkflowStepOrchestrator),
            step,
            new SubOrchestrationOptions { InstanceId = order.StepInstance(step.Move, ++starts) })));
    }

    /// <summary>
    /// A step whose orchestration was stopped from outside, or failed, is taken up again: null. One that fails time and again
    /// stops the run: nobody knows what became of it.
    /// </summary>
    private static async Task<WorkflowMoves?> ResultOfAsync(
        TaskOrchestrationContext context, StepOrder order, Task<WorkflowMoves> task, bool isLast)
    {
        try
        {
            return await task;
        }
        catch (TaskFailedException e)
        {
            return isLast
                ? await context.CallActivityAsync<WorkflowMoves>(
                    nameof(WorkflowActivities.FailStep), new FailedStep(order, e.FailureDetails.ErrorMessage), UntilDone)
                : null;
        }
    }

    private static Task<WorkflowMoves> AskAsync(TaskOrchestrationContext context, string activity, string workflowId) =>
        context.CallActivityAsync<WorkflowMoves>(activity, workflowId, UntilDone);

    /// <summary>Steps that run side by side bring the store's word in any order.</summary>
    private static WorkflowMoves Newest(WorkflowMoves one, WorkflowMoves other) => other.Version >= one.Version ? other : one;

    private static bool IsSame(StepMove one, StepMove other) => one.Step == other.Step && one.Attempt == other.Attempt;
}
