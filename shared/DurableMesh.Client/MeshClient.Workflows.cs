using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Client;

/// <content>Workflows.</content>
public sealed partial class MeshClient
{
    /// <summary>What a run of a workflow would be.</summary>
    public Task<WorkflowPreview> CheckWorkflowAsync(ReadOnlyMemory<byte> definition, CancellationToken cancellation) =>
        _transport.AskAsync(() => Post("workflows/check", definition), ClientJson.Context.WorkflowPreview, cancellation);

    /// <summary>Starts a run of a workflow; the same key with the same definition is the same run.</summary>
    public Task<WorkflowView> StartWorkflowAsync(
        ReadOnlyMemory<byte> definition, string idempotencyKey, CancellationToken cancellation) =>
        _transport.AskAsync(
            () =>
            {
                var message = Post("workflows", definition);
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            ClientJson.Context.WorkflowView,
            cancellation);

    /// <summary>A run.</summary>
    public Task<WorkflowView> GetWorkflowAsync(string workflowId, CancellationToken cancellation) =>
        GetAsync($"workflows/{Escape(workflowId)}", ClientJson.Context.WorkflowView, cancellation);

    /// <summary>Runs, newest first.</summary>
    public Task<WorkflowsPage> ListWorkflowsAsync(
        IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("workflows" + Query(filters), ClientJson.Context.WorkflowsPage, cancellation);

    /// <summary>A run's evidence, byte for byte.</summary>
    public Task<byte[]> GetWorkflowEvidenceAsync(string workflowId, CancellationToken cancellation) =>
        _transport.AnswerAsync(() => Get($"workflows/{Escape(workflowId)}/evidence"), cancellation, wait: FileTime);

    /// <summary>Cancels a run, and all of it that runs.</summary>
    public Task<WorkflowView> CancelWorkflowAsync(string workflowId, CancelRequest request, CancellationToken cancellation) =>
        SteerAsync(
            workflowId, "cancel", JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.CancelRequest), cancellation);

    /// <summary>Decides about a step that holds its run.</summary>
    public Task<WorkflowView> DecideWorkflowAsync(
        string workflowId, StepDecisionRequest request, CancellationToken cancellation) =>
        SteerAsync(
            workflowId,
            "decision",
            JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.StepDecisionRequest),
            cancellation);

    /// <summary>Hands the result of a run over: its MC task is ready for review.</summary>
    public Task<WorkflowView> FinalizeWorkflowAsync(
        string workflowId, FinalizeRequest request, CancellationToken cancellation) =>
        SteerAsync(
            workflowId,
            "finalize",
            JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.FinalizeRequest),
            cancellation);

    private Task<WorkflowView> SteerAsync(string workflowId, string how, byte[] body, CancellationToken cancellation) =>
        _transport.AskAsync(
            () => Post($"workflows/{Escape(workflowId)}/{how}", body), ClientJson.Context.WorkflowView, cancellation);
}
