using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>Finds a thread in the store, or among the orchestrations while the gate has not spoken yet.</summary>
public sealed class ThreadFinder(IThreadLog log, ThreadSeals seals, TaskHubCalls hub)
{
    /// <summary>The thread as it is, for those who may know of it.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="threadId">The thread's id, as the caller wrote it.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ProblemException">The id is malformed, or there is no such thread.</exception>
    /// <exception cref="AccessDeniedException">
    /// The caller is an agent, and there is no such thread of its own; whether there is one of others is not said.
    /// </exception>
    public async ValueTask<ThreadView> FindAsync(
        DurableTaskClient client, string threadId, Caller caller, CancellationToken cancellation)
    {
        ThreadId.Check(threadId);
        var thread = (await log.FindAsync(threadId, cancellation))?.View;
        if (thread is null || !caller.MayKnow(thread))
        {
            // Nor does the time tell: a thread of others is looked for as long as one that does not exist.
            var starting = await FindStartingAsync(client, thread is null ? threadId : ThreadId.New(), cancellation);
            thread ??= starting;
        }

        return thread is not null && caller.MayKnow(thread) ? thread
            : caller.Subject is { IsAgent: true } ? throw new AccessDeniedException(
                AccessDeniedException.NotAParty, $"{caller} is a party of no thread {threadId}.")
            : throw new ProblemException(Problems.ThreadNotFound(threadId));
    }

    /// <summary>
    /// Adds the management URLs that Durable Functions clients expect; for operators only, because in Azure such a URL holds a
    /// key with which anything can be sent to an orchestration.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="view">The thread.</param>
    /// <param name="caller">Who will read it.</param>
    public static ThreadView WithManagement(DurableTaskClient client, ThreadView view, Caller caller)
    {
        if (!caller.May(Scope.Operate))
        {
            return view;
        }

        try
        {
            var payload = ManagementUrls.Of(client, view.ThreadId);
            return view with
            {
                StatusQueryGetUri = payload.StatusQueryGetUri,
                SendEventPostUri = payload.SendEventPostUri,
                TerminatePostUri = payload.TerminatePostUri,
            };
        }
        catch (InvalidOperationException)
        {
            // A client that no Functions host made knows no URLs; the thread is as good without them.
            return view;
        }
    }

    private async Task<ThreadView?> FindStartingAsync(
        DurableTaskClient client, string threadId, CancellationToken cancellation)
    {
        var instance = await hub.FindAsync(client, threadId, withInput: true, cancellation);
        return instance?.Name == nameof(ThreadOrchestrator) && await seals.BeginningOfAsync(instance, cancellation) is { } state
            ? state.View()
            : null;
    }
}
