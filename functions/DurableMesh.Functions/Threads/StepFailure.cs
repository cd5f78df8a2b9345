using System.Reflection;
using Microsoft.DurableTask;

namespace DurableMesh.Functions.Threads;

/// <summary>Tells the failures of activities that may pass by themselves from defects.</summary>
internal static class StepFailure
{
    /// <summary>The official host's word for a failure whose type it could not tell.</summary>
    private const string Unknown = "(unknown)";

    /// <summary>Where the types of the official host's own failures live: a worker that died, an invocation that timed out.</summary>
    private const string HostNamespace = "Microsoft.Azure.WebJobs.";

    /// <summary>
    /// Whether another try may succeed: the storage was away, or the host failed and not the activity (its worker died, say, which
    /// proves nothing about what the activity has done).
    /// </summary>
    public static bool MayPass(TaskFailureDetails failure) =>
        failure.ErrorType == Unknown
        || failure.ErrorType.StartsWith(HostNamespace, StringComparison.Ordinal)
        || IsOutage(failure);

    private static bool IsOutage(TaskFailureDetails failure)
    {
        try
        {
            return failure.IsCausedBy<IOException>();
        }
        catch (AmbiguousMatchException)
        {
            // Two assemblies have a type of this name; none of the storage's has such a double.
            return false;
        }
    }
}
