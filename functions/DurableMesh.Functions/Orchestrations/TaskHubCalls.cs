using System.Runtime.CompilerServices;
using DurableMesh.Functions.Store;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using RequestFailedException = Azure.RequestFailedException;

namespace DurableMesh.Functions.Orchestrations;

/// <summary>
/// What the app asks of the task hub: each call is answered within the store's patience, and its failure means the same on every
/// host.
/// </summary>
/// <remarks>
/// The official client speaks gRPC with its host, which waits for its storage as long as that is away. All calls throw
/// <see cref="StoreUnavailableException"/> where there was no answer in time; what was asked may still take effect.
/// </remarks>
public sealed class TaskHubCalls(IOptions<MeshOptions> options, TimeProvider time)
{
    /// <summary>
    /// Starts an orchestration that has no other start, whatever becomes of it. Answers whether this call started it.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="orchestrator">The orchestrator's name.</param>
    /// <param name="instanceId">The instance's id.</param>
    /// <param name="input">Its input.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="mayHaveEnded">Whether one that has ended is started anew.</param>
    public async Task<bool> TryStartAsync(
        DurableTaskClient client,
        TaskName orchestrator,
        string instanceId,
        object input,
        CancellationToken cancellation,
        bool mayHaveEnded = false)
    {
        var once = new StartOrchestrationOptions(instanceId).WithDedupeStatuses(
            [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses.Where(status => !mayHaveEnded || !HasEnded(status))]);
        try
        {
            await PatientlyAsync(
                token => client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, once, token), cancellation);
            return true;
        }
        catch (Exception e) when (!IsOutage(e))
        {
            // Each host has a type of its own to say "it exists", so the question is asked in another way.
            if (await FindAsync(client, instanceId, withInput: false, cancellation) is null)
            {
                throw;
            }

            return false;
        }
    }

    /// <summary>
    /// Raises an event. Answers whether there is an instance that can take it; a local hub takes it for later, too.
    /// </summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="eventName">The event.</param>
    /// <param name="payload">What it carries.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<bool> TryRaiseAsync(
        DurableTaskClient client, string instanceId, string eventName, object payload, CancellationToken cancellation)
    {
        try
        {
            await PatientlyAsync(
                async token =>
                {
                    await client.RaiseEventAsync(instanceId, eventName, payload, token);
                    return true;
                },
                cancellation);
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition)
        {
            return false;
        }
    }

    /// <summary>An instance as it is; null where the hub does not know it.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="withInput">Whether to read its input too.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task<OrchestrationMetadata?> FindAsync(
        DurableTaskClient client, string instanceId, bool withInput, CancellationToken cancellation) =>
        PatientlyAsync(token => client.GetInstanceAsync(instanceId, withInput, token), cancellation);

    /// <summary>All instances that a query asks for, a page at a time; each is asked for when it is wanted.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="query">Which, and how many on a page.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async IAsyncEnumerable<IReadOnlyList<OrchestrationMetadata>> ListPagesAsync(
        DurableTaskClient client, OrchestrationQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await ListAsync(client, query, after, cancellation);
            yield return page.Values;
            after = page.ContinuationToken;
        }
        while (after is not null);
    }

    /// <summary>Forgets an instance that has ended.</summary>
    /// <param name="client">The Durable Task client.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public Task PurgeAsync(DurableTaskClient client, string instanceId, CancellationToken cancellation) =>
        PatientlyAsync(token => client.PurgeInstanceAsync(instanceId, token), cancellation);

    private Task<Page<OrchestrationMetadata>> ListAsync(
        DurableTaskClient client, OrchestrationQuery query, string? after, CancellationToken cancellation) =>
        PatientlyAsync(
            async token =>
            {
                var pages = client.GetAllInstancesAsync(query).AsPages(after, query.PageSize);
                await foreach (var page in pages.WithCancellation(token))
                {
                    return page;
                }

                return new Page<OrchestrationMetadata>([], null);
            },
            cancellation);

    private async Task<T> PatientlyAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.Value.Store.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await call(either.Token);
        }
        catch (Exception e) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested
            && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            throw new StoreUnavailableException(
                $"The task hub has not answered within {options.Value.Store.Patience.TotalSeconds} s.", e);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Status.Detail, e, cancellation);
        }
        catch (RpcException e) when (e.StatusCode is not (StatusCode.NotFound or StatusCode.FailedPrecondition
            or StatusCode.AlreadyExists or StatusCode.InvalidArgument))
        {
            // A host whose storage is away says so as Unknown ("Exception was thrown by handler.") as well as Unavailable.
            throw new StoreUnavailableException($"The task hub cannot answer: {e.Status.Detail}", e);
        }
    }

    private static bool HasEnded(OrchestrationRuntimeStatus status) => status is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    private static bool IsOutage(Exception e) =>
        e is OperationCanceledException or IOException or TimeoutException or RequestFailedException;
}
