using System.Text.Json;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using static DurableMesh.Functions.Orchestrations.ActivityRetries;
using static DurableMesh.Functions.Orchestrations.OrchestrationClock;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// One thread as one durable orchestration: it lets the gate speak, then waits for the inbox or the deadline, lets
/// <see cref="ThreadRules"/> decide, records what came of it, and goes on until the thread has ended.
/// </summary>
/// <remarks>
/// It obeys the Durable Functions code constraints: the context's clock, no I/O, and no wait that is given up. A wait that is
/// open when the orchestration continues as new would swallow the next event, so the last step of a run opens none. A host may
/// run an episode's activities and then run the episode again, with another clock and other events: so the state is never what a
/// step hoped to record, but what the store says that it has.
/// </remarks>
public static class ThreadOrchestrator
{
    /// <summary>After how many steps the history starts anew.</summary>
    public const int StepsPerRun = 50;

    /// <summary>Runs the thread.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="state">The starting state, or the one that was carried over.</param>
    /// <returns>How the thread ended.</returns>
    [Function(nameof(ThreadOrchestrator))]
    public static async Task<ThreadStatus> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, ThreadState state)
    {
        var step = new ThreadStep(state.Gate is null ? ThreadState.Starting(state.Start) with { Seal = state.Seal } : state);
        if (state.Gate is null)
        {
            step.Take(await AskGateAsync(context, state.Start), Now(context));
            await RecordAsync(context, step);
        }

        using var alarm = new Alarm(context);
        var inbox = NextEvent(context);
        for (var number = 1; step.State.Phase != ThreadPhase.Ended; number++)
        {
            await Task.WhenAny(inbox, alarm.For(step.State.NextAlarm));
            if (alarm.Rings)
            {
                step.Take(new AlarmRang(), Latest(Now(context), alarm.At));
            }

            if (number == StepsPerRun && inbox.IsCompleted)
            {
                Take(context, step, inbox);
                await RecordAsync(context, step);
                if (step.State.Phase != ThreadPhase.Ended)
                {
                    alarm.Stop();
                    context.ContinueAsNew(step.State with { Seal = ThreadSeals.Carried });
                    return ThreadStatus.Of(step.State);
                }

                inbox = NextEvent(context);
            }

            inbox = Drain(context, step, inbox);
            await RecordAsync(context, step);
        }

        alarm.Stop();
        await FinishAsync(context, step, inbox);
        return ThreadStatus.Of(step.State);
    }

    private static async Task<ThreadInput> AskGateAsync(TaskOrchestrationContext context, ThreadStart start)
    {
        try
        {
            var report = await context.CallActivityAsync<GateReport>(nameof(EvaluateGate), start, UntilDone);
            return new GateEvaluated(report);
        }
        catch (TaskFailedException e)
        {
            return new SystemFault(EndReason.InternalError, $"The gate failed: {e.FailureDetails.ErrorMessage}");
        }
    }

    /// <summary>
    /// Takes in every event that is there already, so that one record answers them all, and returns the open wait.
    /// </summary>
    private static Task<InboxEnvelope?> Drain(TaskOrchestrationContext context, ThreadStep step, Task<InboxEnvelope?> inbox)
    {
        while (inbox.IsCompleted)
        {
            Take(context, step, inbox);
            inbox = NextEvent(context);
        }

        return inbox;
    }

    /// <summary>
    /// An event that is none of the mesh's (anybody may raise one through the management API) changes nothing. One that looks
    /// like the mesh's is taken in, and left out again where its seal does not hold: <see cref="WriteAsync"/>.
    /// </summary>
    private static void Take(TaskOrchestrationContext context, ThreadStep step, Task<InboxEnvelope?> inbox)
    {
        if (inbox is { IsCompletedSuccessfully: true, Result: { Payload: not null } envelope })
        {
            step.Take(envelope, Now(context));
        }
    }

    /// <summary>Records the step. What cannot be recorded has not happened: the thread then ends instead, and says why.</summary>
    private static async Task RecordAsync(TaskOrchestrationContext context, ThreadStep step)
    {
        if (step.IsInDoubt)
        {
            await MendAsync(context, step);
        }

        for (var isAbandoned = false; ;)
        {
            try
            {
                await WriteAsync(context, step);
                return;
            }
            catch (Exception e) when (!isAbandoned && e is (TaskFailedException or JsonException or NotSupportedException))
            {
                if (!await LeaveOutForgedAsync(context, step))
                {
                    isAbandoned = true;
                    step.Abandon(
                        $"A step could not be recorded: {(e as TaskFailedException)?.FailureDetails.ErrorMessage ?? e.Message}",
                        Now(context));
                }
            }
        }
    }

    /// <summary>
    /// Whether it was events that nobody had sealed that could not be recorded: an event can be such that not even its step can
    /// be written down, and whoever raised it must not end the thread by it.
    /// </summary>
    private static async Task<bool> LeaveOutForgedAsync(TaskOrchestrationContext context, ThreadStep step)
    {
        if (step.ToQuestion() is not { } question)
        {
            return false;
        }

        // Of what the store lacks the next step hears too.
        var answer = await AskAsync(context, question);
        return answer.Stored?.Head is null && Heed(context, step, answer);
    }

    /// <summary>
    /// Gives the store what it lacks, without anything to record. Where that cannot be, the thread goes on as before: who found the
    /// store behind finds it so again, and says it.
    /// </summary>
    private static async Task MendAsync(TaskOrchestrationContext context, ThreadStep step)
    {
        try
        {
            var answer = step.ToQuestion() is { } question ? await AskAsync(context, question) : null;
            if (answer?.Forged is not null)
            {
                Heed(context, step, answer);
            }
            else if (answer?.Stored?.Head is { } head)
            {
                await RecordAgainAsync(context, step.RecordedSince(head));
            }
        }
        catch (Exception e) when (e is TaskFailedException or ThreadDivergedException)
        {
            // Nothing of the thread hangs on it.
        }

        step.LookedInTheStore();
    }

    private static async Task<StepAnswer> AskAsync(TaskOrchestrationContext context, ThreadRecord question)
    {
        StepAnswer answer;
        do
        {
            answer = await context.CallActivityAsync<StepAnswer>(nameof(ThreadActivities.RecordThreadStep), question, UntilDone);
        }
        while (answer.Step != question.Id);

        return answer;
    }

    private static async Task WriteAsync(TaskOrchestrationContext context, ThreadStep step)
    {
        while (!step.IsEmpty)
        {
            var record = step.ToRecord();
            var answer = await context.CallActivityAsync<StepAnswer?>(
                nameof(ThreadActivities.RecordThreadStep), record, UntilDone);
            if (answer is not null && answer.Step != record.Id)
            {
                // It answers a step of an episode that was never committed: ask again.
                continue;
            }

            // Histories from before there were answers have none: then the step was recorded.
            if (answer?.Stored?.Head is { } head)
            {
                await RecordAgainAsync(context, step.RecordedSince(head));
                continue;
            }

            if (answer is null || !Heed(context, step, answer))
            {
                step.Recorded(record);
            }

            if (answer?.Forged is null)
            {
                context.SetCustomStatus(ThreadStatus.Of(step.RecordedState));
            }
        }
    }

    /// <summary>Does what an answer asks for; false where it asks for nothing.</summary>
    private static bool Heed(TaskOrchestrationContext context, ThreadStep step, StepAnswer answer)
    {
        switch (answer)
        {
            case { Unknown: true }:
                throw new ThreadNotStartedException();
            case { Forged: { } places }:
                step.LeaveOut(places, Now(context));
                return true;
            case { Stored: { } stored }:
                step.GoOnFrom(stored, Now(context));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Gives the store what it has lost, in order; what it has of it already changes nothing.</summary>
    private static async Task RecordAgainAsync(TaskOrchestrationContext context, IReadOnlyList<ThreadRecord> lost)
    {
        foreach (var record in lost)
        {
            await context.CallActivityAsync<StepAnswer?>(nameof(ThreadActivities.RecordThreadStep), record, UntilDone);
        }
    }

    /// <summary>
    /// Writes the evidence, moves the task, and answers those whose events were under way when the thread ended.
    /// </summary>
    private static async Task FinishAsync(TaskOrchestrationContext context, ThreadStep step, Task<InboxEnvelope?> inbox)
    {
        inbox = Drain(context, step, inbox);
        await RecordAsync(context, step);
        await context.CallActivityAsync(nameof(ThreadActivities.WriteEvidence), step.State.Start.ThreadId, UntilDone);
        if (step.State.Start.Workflow is null)
        {
            await context.CallActivityAsync(nameof(TaskActivities.MoveTask), ThreadOutcome.Of(step.State), UntilDone);
        }

        _ = Drain(context, step, inbox);
        await RecordAsync(context, step);
    }

    private static Task<InboxEnvelope?> NextEvent(TaskOrchestrationContext context) =>
        context.WaitForExternalEvent<InboxEnvelope?>(InboxEnvelope.EventName);

    // The timer is the authority: a context clock that lags behind it must not make the deadline come twice.
    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
