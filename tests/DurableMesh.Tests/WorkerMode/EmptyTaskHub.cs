using Grpc.Core;
using Microsoft.DurableTask.Protobuf;

namespace DurableMesh.Tests.WorkerMode;

/// <summary>What a Functions host offers its worker's Durable Task clients, over a hub without instances.</summary>
internal sealed class EmptyTaskHub : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    /// <inheritdoc/>
    public override Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context) =>
        Task.FromResult(new GetInstanceResponse { Exists = false });
}
