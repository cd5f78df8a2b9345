using DurableMesh.Core.Identity;
using DurableMesh.Core.Money;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>
/// Reserves, over HTTP, what a call can cost at most, before whoever runs an agent makes it (DESIGN §4, money).
/// </summary>
public sealed class ReserveMoney(
    IAgentDirectory agents,
    IPolicySource policies,
    ThreadFinder threads,
    CallReservations reservations,
    TimeProvider time)
{
    /// <summary><c>POST /threads/{id}/reservations</c>; what was reserved before is replaced, so it may be asked twice.</summary>
    [Function(nameof(ReserveMoney))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/threads/{id}/reservations")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadReservation, cancellation);
        var registry = await agents.ReadAsync(cancellation);
        var from = registry.SpeakerOf(request, asked.From);
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        if (!thread.IsParty(from))
        {
            return Receipts.Answer(Receipts.NotAParty(thread, from));
        }

        var worstCase = policies.Current.Prices.Settle(asked.WorstCase, time.GetUtcNow());
        if (worstCase.CostSource == CostSource.Unpriced)
        {
            throw new ProblemException(Problems.InvalidRequest(
                "worstCase.costUsd",
                InputError.Missing,
                $"The policy has no price of '{worstCase.Model}'; say costUsd, what the call can cost at most."));
        }

        return Receipts.Answer(await reservations.AskAsync(client, thread, from, worstCase, registry, cancellation));
    }
}
