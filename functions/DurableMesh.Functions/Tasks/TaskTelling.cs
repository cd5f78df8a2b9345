using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DurableMesh.Functions.Tasks;

/// <summary>One change of a task as one durable orchestration: the webhook is told until it has heard, or for a day.</summary>
public static class TaskTelling
{
    /// <summary>After how long a change is given up.</summary>
    public static readonly TimeSpan GivenUpAfter = TimeSpan.FromDays(1);

    private static readonly TaskOptions ForADay = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 1_000,
        firstRetryInterval: TimeSpan.FromSeconds(1),
        backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(10),
        retryTimeout: GivenUpAfter));

    /// <summary>Tells of the change.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="version">The task and its version.</param>
    /// <returns>What became of it, in words.</returns>
    [Function(nameof(TaskTelling))]
    public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, TaskNotice version)
    {
        try
        {
            await context.CallActivityAsync(nameof(TaskActivities.TellTask), version, ForADay);
            return "told";
        }
        catch (TaskFailedException e)
        {
            var why = e.FailureDetails.ErrorMessage;
            await context.CallActivityAsync(nameof(TaskActivities.GiveUpTask), version with { Why = why }, ForADay);
            return $"given up: {why}";
        }
    }
}

/// <summary>A version of a task that is to be told.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Version">Its version.</param>
/// <param name="Why">Why it is given up; null until then.</param>
public sealed record TaskNotice(string TaskId, int Version, string? Why = null);
