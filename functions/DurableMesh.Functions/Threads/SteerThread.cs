using DurableMesh.Core.Identity;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Threads;

/// <summary>What people do to threads over HTTP: cancel them, and decide those that are held.</summary>
public sealed class SteerThread(ThreadFinder threads, ThreadInbox inbox, ThreadHolds holds, SubjectNames names)
{
    /// <summary><c>POST /threads/{id}/cancel</c>; always possible, and for a thread that has ended already done.</summary>
    [Function("CancelThread")]
    public async Task<IResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/threads/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadCancel, cancellation);
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        Caller.Of(request).MustSteer(thread);
        var by = await names.MustNameAsync(Caller.Of(request), asked.By, cancellation);
        if (thread.State == ThreadPhase.Ended)
        {
            return Accepted(Receipts.Accepted(thread));
        }

        var receipt = await inbox.PostAsync(client, id, new CancelRequested(by.ToString(), asked.Why), cancellation);
        return Accepted(receipt switch
        {
            null => Receipts.Pending(thread),
            { Kind: ReceiptKind.Rejected } => Receipts.Accepted(thread with { State = ThreadPhase.Ended }),
            _ => receipt,
        });
    }

    /// <summary><c>POST /threads/{id}/decision</c>.</summary>
    [Function("DecideThread")]
    public async Task<IResult> DecideAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/threads/{id}/decision")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, RequestReader.ReadDecision, cancellation);
        var by = Caller.Of(request).MustNameOperator(asked.By);
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        if (thread.State != ThreadPhase.Held)
        {
            throw new ProblemException(await holds.NotHeldAsync(thread, cancellation));
        }

        var decided = new GateDecided(by.ToString(), asked.Decision, asked.Why);
        var receipt = await inbox.PostAsync(client, id, decided, cancellation);
        return receipt is { Kind: ReceiptKind.Rejected }
            ? throw new ProblemException(await holds.NotHeldAsync(
                await threads.FindAsync(client, id, Caller.Of(request), cancellation), cancellation))
            : Accepted(receipt ?? Receipts.Pending(thread));
    }

    private static JsonAnswer<Receipt> Accepted(Receipt receipt) => new(receipt, StatusCodes.Status202Accepted);
}
