using DurableMesh.Core.A2A;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Artifacts;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.A2A;

/// <summary>
/// Brings a client's message into the mesh by the doors that the API has: a first one starts a thread and is its first move, a
/// later one is sent to its thread.
/// </summary>
public sealed class A2aSends(
    IThreadLog log,
    ThreadDrafts drafts,
    ThreadStarts starts,
    MessageDelivery delivery,
    ArtifactKeeper keeper,
    A2aTaskFinder tasks,
    A2aTaskReader reader,
    IOptions<MeshOptions> options,
    TimeProvider time)
{
    /// <summary>So many messages back the last turn of the responder is looked for.</summary>
    private const int LookedBack = 60;

    /// <summary>Sends a message.</summary>
    /// <param name="call">The request.</param>
    /// <param name="request">What was sent.</param>
    /// <param name="cancellation">Stops waiting; the message may still come in.</param>
    /// <returns>The thread after it.</returns>
    /// <exception cref="A2aException">It has mistakes, or the thread does not take it.</exception>
    internal async Task<ThreadView> SendAsync(A2aCall call, A2aSendRequest request, CancellationToken cancellation)
    {
        call.Caller.Must(Scope.Send);
        var message = A2aIntake.Demand(request.Message);
        var data = A2aExtensionData.Read(message.Metadata, request.Metadata);
        var content = A2aContent.Of(message.Parts);
        return string.IsNullOrEmpty(message.TaskId)
            ? await StartAsync(call, message, data, content, cancellation)
            : await ContinueAsync(call, message, data, content, cancellation);
    }

    private async Task<ThreadView> StartAsync(
        A2aCall call, A2aMessage message, A2aExtensionData data, A2aContent content, CancellationToken cancellation)
    {
        var (caller, registry) = (call.Caller, call.Registry);
        var initiator = registry.Resolve(
            A2aIntake.InitiatorOf(data, caller.Subject is { IsAgent: true, Name: var name } ? name : null));
        var responder = registry.Resolve(A2aIntake.ResponderOf(data, call.Agent));
        var opens = data.Text("kind") == A2aIntake.OnlyBrief;
        caller.MustStartAs(initiator);
        if (!opens)
        {
            // Whoever may not speak as the agent can open a thread for it and say no more.
            caller.MustSpeakAs(initiator);
        }

        var asked = A2aIntake.Start(message, data, content, (initiator, responder), options.Value.A2a.McTask);
        var threadId = ThreadId.OfA2a(caller.Subject ?? Subject.Agent(initiator), responder, message.MessageId!);
        var draft = await drafts.DraftAsync(threadId, asked, cancellation);
        var known = await log.FindAsync(threadId, cancellation);
        ThreadView thread;
        try
        {
            (thread, _) = await starts.StartAsync(call.Client, draft, known, cancellation);
        }
        catch (ProblemException denied) when (denied.Problem.Code is "gate_denied" or "not_authorized" or "trust_denied")
        {
            return (await log.FindAsync(threadId, cancellation))?.View ?? throw new ProblemException(denied.Problem);
        }
        catch (ProblemException other) when (other.Problem.Code == "idempotency_conflict")
        {
            throw new A2aException(A2aError.InvalidParams(
                "message.messageId", "message_conflict", "Another message had this messageId; give a new one a new messageId."));
        }

        thread = await LongPoll.UntilAsync(
            log,
            threadId,
            async () => (await log.FindAsync(threadId, cancellation))?.View ?? thread,
            seen => seen.State != ThreadPhase.Starting,
            options.Value.AnswerWithin,
            time,
            cancellation);
        return opens || thread.State != ThreadPhase.Open
            ? thread
            : await SendAsync(call, thread, message, data, content, isFirst: true, cancellation);
    }

    private async Task<ThreadView> ContinueAsync(
        A2aCall call, A2aMessage message, A2aExtensionData data, A2aContent content, CancellationToken cancellation)
    {
        var thread = await tasks.FindAsync(call, message.TaskId, cancellation);
        if (!string.IsNullOrEmpty(message.ContextId) && message.ContextId != A2aTasks.ContextOf(thread))
        {
            throw new A2aException(A2aError.InvalidParams(
                "message.contextId",
                InputError.InvalidValue,
                "The task belongs to another context. Leave this out, or name the task's own."));
        }

        call.Caller.MustSpeakAs(thread.Initiator);
        return await SendAsync(call, thread, message, data, content, isFirst: false, cancellation);
    }

    private async Task<ThreadView> SendAsync(
        A2aCall call,
        ThreadView thread,
        A2aMessage message,
        A2aExtensionData data,
        A2aContent content,
        bool isFirst,
        CancellationToken cancellation)
    {
        // The same message again is of the kind that it was, whosever move it is by now.
        var (id, from) = (thread.ThreadId, thread.Initiator);
        var known = await log.FindMessageAsync(id, from, message.MessageId!, cancellation);
        var kind = known is { Accepted.Message.Kind: var before } && data.Text("kind") is null
            ? before.ToString().ToLowerInvariant()
            : A2aIntake.KindOf(
                data, isFirst ? thread with { Awaiting = from } : thread, !isFirst && await IsAskedAsync(thread, cancellation));
        var artifacts = new List<Artifact>(content.References);
        foreach (var file in content.Files)
        {
            ArtifactKeeper.MustMayAdd(thread, from);
            var folder = $"{call.Request.PathBase}/api/threads/{id}/artifacts";
            var (kept, _) = await keeper.KeepAsync(thread, from, file.Name, file.Content, folder, cancellation);
            artifacts.Add(kept.ToArtifact());
        }

        var send = A2aIntake.Send(message, data, content.Body, kind, from, artifacts);
        var receipt = await delivery.SendAsync(call.Client, thread, send, call.Registry, cancellation);
        var after = (await log.FindAsync(id, cancellation))?.View ?? thread;
        return receipt is { Kind: ReceiptKind.Rejected, Reason: { } reason } ? Rejected(receipt, reason, after) : after;
    }

    private async ValueTask<bool> IsAskedAsync(ThreadView thread, CancellationToken cancellation)
    {
        var newest = await reader.NewestAsync(thread, LookedBack, cancellation);
        return newest.LastOrDefault(one => one.Kind.IsTurn())
            is { Kind: MessageKind.Question } turn && turn.From == thread.Responder;
    }

    /// <summary>What the thread did not take. Where that ended the thread, the task tells it better than an error.</summary>
    private static ThreadView Rejected(Receipt receipt, RejectReason reason, ThreadView after)
    {
        if (reason is RejectReason.RecipientUnavailable or RejectReason.CostCap && after.State == ThreadPhase.Ended)
        {
            return after;
        }

        var kind = reason is RejectReason.ThreadEnded or RejectReason.ThreadNotOpen or RejectReason.NotYourTurn
            ? A2aErrorKind.UnsupportedOperation
            : A2aErrorKind.InvalidParams;
        var code = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
        throw new A2aException(A2aError.OfTask(kind, after.ThreadId, receipt.Detail ?? code, code));
    }
}
