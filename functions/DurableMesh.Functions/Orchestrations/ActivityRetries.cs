using DurableMesh.Functions.Threads;
using Microsoft.DurableTask;

namespace DurableMesh.Functions.Orchestrations;

/// <summary>How long orchestrations ask for an activity again that failed.</summary>
internal static class ActivityRetries
{
    /// <summary>The store may be away for days, a worker may die; a defect is not worth a second try.</summary>
    public static TaskOptions UntilDone { get; } = For(tries: 100_000);

    /// <summary>The same for an orchestration without end, which nobody would start again.</summary>
    public static TaskOptions WithoutEnd { get; } = For(tries: 1_000_000);

    private static TaskOptions For(int tries) => TaskOptions.FromRetryPolicy(
        new RetryPolicy(
            maxNumberOfAttempts: tries,
            firstRetryInterval: TimeSpan.FromMilliseconds(250),
            backoffCoefficient: 2,
            maxRetryInterval: TimeSpan.FromSeconds(15))
        {
            HandleFailure = StepFailure.MayPass,
        });
}
