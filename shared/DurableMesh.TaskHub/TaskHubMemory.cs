using DurableMesh.TaskHub.Storage;

namespace DurableMesh.TaskHub;

/// <summary>A task hub's storage in memory. Hosts that share it see the same instances and take over from one another.</summary>
public sealed class TaskHubMemory
{
    private readonly InMemoryHubStorage _storage = new(TimeProvider.System);

    internal InMemoryHubConnection Connect() => _storage.Connect();
}
