using DurableMesh.Core.Agents;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Ledger;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>Asks a thread for the money of a call before the call is made (DESIGN §4, money).</summary>
public sealed class CallReservations(CallBudgets budgets, ThreadInbox inbox)
{
    /// <summary>Asks. What was reserved before is replaced, so it may be asked twice.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="thread">The thread.</param>
    /// <param name="from">The party that makes the call.</param>
    /// <param name="worstCase">What the call can cost at most.</param>
    /// <param name="registry">The agents.</param>
    /// <param name="cancellation">Stops waiting; the money may still be reserved.</param>
    public async Task<Receipt> AskAsync(
        DurableTaskClient client,
        ThreadView thread,
        string from,
        SettledUsage worstCase,
        AgentRegistry registry,
        CancellationToken cancellation)
    {
        if (thread.State == ThreadPhase.Ended)
        {
            return Receipts.ThreadEnded(thread);
        }

        using var claim = await budgets.AskAsync(thread, from, worstCase.CostUsd, registry, cancellation);
        var input = new ReservationAsked(from, worstCase, claim.Budgets);
        return await inbox.PostAsync(client, thread.ThreadId, input, cancellation) ?? Receipts.Pending(thread);
    }
}
