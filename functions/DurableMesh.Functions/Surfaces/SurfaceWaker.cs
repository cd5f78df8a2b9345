using DurableMesh.Core.Surfaces;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.Store;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Surfaces;

/// <summary>Sees to it that an instance takes a turn: after a change of it, and after the end of one of its runs.</summary>
public sealed class SurfaceWaker(ISurfaceDirectory surfaces, TaskHubCalls hub)
{
    /// <summary>Wakes an instance; one whose orchestration was not begun, or was purged, goes on from the store.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task WakeAsync(DurableTaskClient client, SurfaceInstance instance, CancellationToken cancellation)
    {
        var id = instance.OrchestrationId;
        if (await hub.FindAsync(client, id, withInput: false, cancellation) is not null)
        {
            await hub.TryRaiseAsync(client, id, SurfaceOrchestrator.Steered, "", cancellation);
        }
        else if (instance.Phase != SurfacePhase.Ended)
        {
            await hub.TryStartAsync(client, nameof(SurfaceOrchestrator), id, instance.Id, cancellation);
        }
    }

    /// <summary>
    /// Wakes whoever started a run that has ended. Does not throw where the storage or the hub is away: the owner looks again by
    /// itself.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="workflowId">The run.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task WakeOwnerAsync(DurableTaskClient client, string workflowId, CancellationToken cancellation)
    {
        try
        {
            if ((await surfaces.ReadAsync(cancellation)).OwnerOf(workflowId) is { } owner)
            {
                await WakeAsync(client, owner, cancellation);
            }
        }
        catch (StoreUnavailableException)
        {
            // The owner looks again by itself.
        }
    }
}
