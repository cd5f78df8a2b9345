using DurableMesh.Core.Agents;
using DurableMesh.Core.Gate;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Gate;

/// <summary>Asks the gate: gathers what its rules may look at. The rules themselves are <see cref="GateRules"/>.</summary>
public sealed class EvaluateGate(
    IAgentDirectory agents,
    IAuthorityDirectory authority,
    ITaskDirectory tasks,
    IPolicySource policies,
    IMeshLedger ledger,
    Admissions admissions,
    OverdueThreads overdue,
    TimeProvider time)
{
    /// <summary>Asks every rule about a thread that wants in.</summary>
    /// <param name="start">The thread.</param>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="cancellation">Stops waiting.</param>
    [Function(nameof(EvaluateGate))]
    public async Task<GateReport> RunAsync(
        [ActivityTrigger] ThreadStart start, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        await overdue.EndAsync(client, cancellation);
        await ledger.RefreshAsync(cancellation);
        var report = await EvaluateAsync(start, cancellation);
        if (report.Outcome is GateOutcome.Approved or GateOutcome.Held)
        {
            return report;
        }

        // A no is final, and what it is about may have been written a moment ago by another host.
        await agents.RefreshAsync(cancellation);
        await authority.RefreshAsync(cancellation);
        await tasks.RefreshAsync(cancellation);
        return await EvaluateAsync(start, cancellation);
    }

    private async Task<GateReport> EvaluateAsync(ThreadStart start, CancellationToken cancellation)
    {
        var registry = await agents.ReadAsync(cancellation);
        var tables = await authority.ReadAsync(cancellation);
        var task = await tasks.FindAsync(start.McTask, cancellation);

        var now = time.GetUtcNow();
        var table = start.AuthorityVersion is { } version ? tables.At(version) ?? tables.Current : tables.Current;
        return admissions.Decide(start, openThreads =>
        {
            var (initiator, responder) = (Party(start.Initiator), Party(start.Responder));
            return GateRules.Evaluate(new GateInput
            {
                Thread = start,
                Initiator = initiator,
                Responder = responder,
                Task = task,
                Authority = initiator.Agent is { } one && responder.Agent is { } other && one.Id != other.Id
                    ? table.Decide(start.Pattern, one, other, now)
                    : null,
                Policy = policies.Current,
                Now = now,
            });

            GateParty Party(string name) => ledger.PartyOf(name, registry) with { OpenThreads = openThreads(name) };
        });
    }
}
