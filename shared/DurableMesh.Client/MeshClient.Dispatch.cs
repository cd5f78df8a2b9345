using DurableMesh.Core.Authority;
using DurableMesh.Core.Dispatch;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Client;

/// <content>Dispatch.</content>
public sealed partial class MeshClient
{
    /// <summary>Dispatches work (docs: <c>POST /dispatch</c>); the same key with the same request is the same work.</summary>
    public Task<DispatchAnswer> DispatchAsync(
        ReadOnlyMemory<byte> request, string idempotencyKey, CancellationToken cancellation) =>
        _transport.AskAsync(
            () =>
            {
                var message = Post("dispatch", request);
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            ClientJson.Context.DispatchAnswer,
            cancellation);

    /// <summary>Says what a dispatch would do, and does nothing.</summary>
    public Task<DispatchAnswer> ExplainDispatchAsync(ReadOnlyMemory<byte> request, CancellationToken cancellation) =>
        _transport.AskAsync(() => Post("dispatch?dryRun=true", request), ClientJson.Context.DispatchAnswer, cancellation);

    /// <summary>Where dispatched work is, whatever surface does it.</summary>
    public async Task<DispatchStatus> GetDispatchAsync(DispatchAnswer dispatch, CancellationToken cancellation) =>
        dispatch.WorkflowId is { } workflow
            ? DispatchStatus.Of(dispatch.Surface, await GetWorkflowAsync(workflow, cancellation))
            : DispatchStatus.Of(await GetThreadAsync(
                dispatch.ThreadId ?? throw new ArgumentException("A dry run starts nothing.", nameof(dispatch)), cancellation));
}

/// <summary>Where dispatched work is.</summary>
/// <param name="Surface">The surface that does it.</param>
/// <param name="Ended">Whether it is over.</param>
/// <param name="Held">Whether a person has to decide.</param>
/// <param name="EndState">How it ended; null until then.</param>
/// <param name="Thread">The thread; null on a sequential surface.</param>
/// <param name="Workflow">The run; null in the mesh.</param>
public sealed record DispatchStatus(
    Surface Surface, bool Ended, bool Held, EndState? EndState, ThreadView? Thread, WorkflowView? Workflow)
{
    internal static DispatchStatus Of(ThreadView thread) => new(
        Surface.Mesh,
        thread.State == ThreadPhase.Ended,
        thread.State == ThreadPhase.Held,
        thread.EndState,
        thread,
        Workflow: null);

    internal static DispatchStatus Of(Surface surface, WorkflowView run) => new(
        surface,
        run.State == WorkflowPhase.Ended,
        run.State == WorkflowPhase.Held,
        run.EndState,
        Thread: null,
        run);
}
