using DurableMesh.Simulation.Invariants;
using DurableMesh.Simulation.Machine;
using DurableMesh.TaskHub;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Simulation.Workload;

/// <summary>Asks a host for what an operation says, and has the answer judged.</summary>
internal sealed class SimulatedClient(ReferenceHub hub, Trace trace)
{
    // A host that is not the owner may let a caller wait without end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Carries out one operation. Answers whether the host answered.</summary>
    public async Task<bool> AskAsync(SimulatedHost host, ClientOperation operation)
    {
        bool answered = false;
        await host.CallAsync(async () =>
        {
            trace.Say(
                $"{host.Process.Name} is asked: {operation.Kind} {operation.Instance} {operation.EventName} "
                + $"{operation.EventId} {operation.Script?.Name}");
            var judge = new AnswerJudge(operation, hub);
            try
            {
                await AskAsync(host, operation, judge);
                answered = true;
            }
            catch (Exception error) when (error is TaskHubUnavailableException or OperationCanceledException)
            {
                // What was asked may have taken effect, or may still.
            }
            catch (TaskHubOverloadedException refused)
            {
                // Nothing of it happened: the client may come back.
                trace.Say($"{host.Process.Name} refuses: {refused.Message}");
            }
            catch (DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException)
                when (operation.Kind is OperationKind.Start or OperationKind.Restart)
            {
                judge.StartRefused();
                answered = true;
            }
            catch (ArgumentException) when (operation.Kind is OperationKind.Restart)
            {
                judge.IsUnknown();
                answered = true;
            }
            catch (Exception error)
            {
                judge.Failed(error);
            }

            trace.Say(
                $"{host.Process.Name} {(answered ? "answered" : "does not answer")}: "
                + $"{operation.Kind} {operation.Instance} {operation.EventId}");
        });
        return answered;
    }

    private async Task AskAsync(SimulatedHost host, ClientOperation operation, AnswerJudge judge)
    {
        using var patience = new CancellationTokenSource(Patience, host.Process.Time);
        LocalDurableTaskClient client = host.Client;
        string id = operation.Instance;
        switch (operation.Kind)
        {
            case OperationKind.Start:
                DateTimeOffset? at = operation.Delay is { } delay ? host.Process.Time.GetUtcNow() + delay : null;
                await client.ScheduleNewOrchestrationInstanceAsync(
                    ScriptOrchestrator.Name, operation.Script, new StartOrchestrationOptions(id, at));
                judge.Started();
                break;
            case OperationKind.Restart:
                await client.RestartAsync(id);
                judge.Started();
                break;
            case OperationKind.Raise:
                hub.Raising(operation.EventId);
                await client.RaiseEventAsync(id, operation.EventName, operation.EventId);
                judge.Raised();
                break;
            case OperationKind.Suspend:
                await client.SuspendInstanceAsync(id);
                judge.Suspended();
                break;
            case OperationKind.Resume:
                await client.ResumeInstanceAsync(id);
                judge.Resumed();
                break;
            case OperationKind.Terminate:
                await client.TerminateInstanceAsync(id, new TerminateInstanceOptions());
                judge.Terminated();
                break;
            case OperationKind.TerminateAll:
                await client.TerminateInstanceAsync(id, new TerminateInstanceOptions(null, Recursive: true));
                judge.Terminated();
                break;
            case OperationKind.Purge:
                judge.Purged((await client.PurgeInstanceAsync(id)).PurgedInstanceCount);
                break;
            case OperationKind.PurgeAll:
                var ended = new PurgeInstancesFilter(
                    Statuses: [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed]);
                judge.PurgedAll((await client.PurgeAllInstancesAsync(ended, null, patience.Token)).PurgedInstanceCount);
                break;
            case OperationKind.Get:
                judge.Described(await client.GetInstancesAsync(id, getInputsAndOutputs: true));
                break;
            case OperationKind.List:
                judge.Listed(await ListAsync(client, patience.Token));
                break;
            case OperationKind.Await:
                judge.Awaited(await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token));
                break;
        }
    }

    // Not ToListAsync: it would go on in the thread pool.
    private static async Task<List<OrchestrationMetadata>> ListAsync(LocalDurableTaskClient client, CancellationToken patience)
    {
        var all = new List<OrchestrationMetadata>();
        var query = new OrchestrationQuery(PageSize: 3, FetchInputsAndOutputs: true);
        await foreach (OrchestrationMetadata one in client.GetAllInstancesAsync(query).WithCancellation(patience))
        {
            all.Add(one);
        }

        return all;
    }
}
