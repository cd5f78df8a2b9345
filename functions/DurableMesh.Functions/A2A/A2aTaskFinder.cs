using DurableMesh.Core.A2A;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Threads;

namespace DurableMesh.Functions.A2A;

/// <summary>Finds the thread that a task is, for whoever may know of it.</summary>
public sealed class A2aTaskFinder(ThreadFinder threads, ThreadHolds holds)
{
    /// <summary>The thread.</summary>
    /// <exception cref="A2aException">
    /// There is none, or it is another agent's, or not the caller's: nobody is told which.
    /// </exception>
    internal async ValueTask<ThreadView> FindAsync(A2aCall call, string? taskId, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(taskId))
        {
            throw new A2aException(A2aError.InvalidParams("id", InputError.Missing, "This is missing: which task?"));
        }

        call.Caller.Must(Scope.Read);
        try
        {
            var thread = await threads.FindAsync(call.Client, taskId, call.Caller, cancellation);
            return call.Agent is null || thread.Responder == call.Agent
                ? await holds.ExplainAsync(thread, cancellation)
                : throw new A2aException(A2aError.TaskNotFound(taskId));
        }
        catch (ProblemException e) when (e.Problem.Status is 400 or 404)
        {
            throw new A2aException(A2aError.TaskNotFound(taskId));
        }
        catch (AccessDeniedException)
        {
            throw new A2aException(A2aError.TaskNotFound(taskId));
        }
    }
}
