using DurableMesh.Core.Identity;
using DurableMesh.Core.Leases;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Leases;

/// <summary>
/// Lets one runner of an agent claim a message, over HTTP, before it works on it. A lease is no part of the thread: neither the
/// transcript nor the orchestration hears of it, so renewals cost one small write each.
/// </summary>
public sealed class LeaseMessage(IAgentDirectory agents, AgentPresence presence, ThreadFinder threads, ILeaseStore leases)
{
    /// <summary><c>PUT /threads/{id}/lease</c>; asking twice is renewing.</summary>
    [Function(nameof(LeaseMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/threads/{id}/lease")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadLease, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        asked = asked with { Agent = registry.SpeakerOf(request, asked.Agent) };
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        MustBeOf(thread, asked);

        using var attending = registry.Find(asked.Agent) is null ? null : presence.Attend(asked.Agent);
        var (lease, refusal) = await leases.AskAsync(id, asked, cancellation);
        return refusal switch
        {
            null => new JsonAnswer<LeaseView>(lease),
            LeaseRefusal.Leased => throw new ProblemException(Problems.Leased(id, lease)),
            _ => throw new ProblemException(Problems.AlreadyDone(id, lease, asked.Sequence)),
        };
    }

    private static void MustBeOf(ThreadView thread, LeaseRequest asked)
    {
        Caller.MustBeParty(thread, asked.Agent);
        if (thread.State == ThreadPhase.Ended)
        {
            throw new ProblemException(Problems.ThreadEnded(thread));
        }

        if (asked.Sequence > thread.Messages)
        {
            throw new ProblemException(Problems.InvalidRequest(
                "sequence", "unknown_message", $"There is no message {asked.Sequence}; the last one is {thread.Messages}."));
        }
    }
}
