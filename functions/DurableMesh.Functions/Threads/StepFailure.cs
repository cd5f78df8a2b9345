using System.Reflection;
using Microsoft.DurableTask;

namespace DurableMesh.Functions.Threads;

/// <summary>Tells the failures of activities that may pass by themselves from defects.</summary>
internal static class StepFailure
{
    /// <summary>The official host's word for a failure whose type it could not tell.</summary>
    private const string Unknown = "(unknown)";

    /// <summary>What the official host reports where its worker died, or is not there; the failure of the function's own code is none.</summary>
    private const string InvocationFailed = "Microsoft.Azure.WebJobs.Host.FunctionInvocationException";

    /// <summary>But for a failure of the function's own code that the host could not read.</summary>
    private const string WorkerFailed = "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException";

    /// <summary>
    /// Whether another try may succeed: the storage was away, or the host failed and not the activity (its worker died, say, which
    /// proves nothing about what the activity has done).
    /// </summary>
    public static bool MayPass(TaskFailureDetails failure) =>
        failure.ErrorType == Unknown
        || (failure.ErrorType == InvocationFailed && failure.InnerFailure?.ErrorType != WorkerFailed)
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
