using DurableMesh.Simulation.Invariants;
using DurableMesh.Simulation.Workload;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Simulation.Machine;

/// <summary>A host of the task hub: one process, its way to the storage, its engine, and the clients that ask it.</summary>
internal sealed class SimulatedHost : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<TaskCompletionSource> _calls = [];
    private int _ids;

    /// <param name="process">What it runs in.</param>
    /// <param name="storage">What it runs over.</param>
    /// <param name="scenario">How it is set up.</param>
    /// <param name="hub">Is told of the activities that start.</param>
    /// <param name="runs">How often each activity ran so far, on any host.</param>
    public SimulatedHost(
        SimulatedProcess process, InMemoryHubStorage storage, Scenario scenario, ReferenceHub hub, Dictionary<string, int> runs)
    {
        Process = process;
        Connection = storage.Connect();
        hub.Introduce(Connection, process.Name);
        var registry = new DurableTaskRegistry();
        registry.AddOrchestrator(ScriptOrchestrator.Name, () => new ScriptOrchestrator());
        registry.AddActivity(ScriptOrchestrator.ActivityName, new WorkActivity(hub, runs, process.Time));
        Hub = new LocalTaskHub(
            Connection,
            Options.Create(scenario.Options),
            new LocalTasks(registry, NoServices.Instance),
            JsonDataConverter.Default,
            process.Time,
            NullLoggerFactory.Instance,
            meters: null,
            process,
            () => $"{process.Name}.{_ids++}");
        Client = new LocalDurableTaskClient("test", Hub, process.Time);
    }

    /// <summary>Its process.</summary>
    public SimulatedProcess Process { get; }

    /// <summary>Its way to the storage.</summary>
    public InMemoryHubConnection Connection { get; }

    /// <summary>Its engine.</summary>
    public LocalTaskHub Hub { get; }

    /// <summary>Its client.</summary>
    public LocalDurableTaskClient Client { get; }

    /// <summary>Whether it was told to stop.</summary>
    public bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>At which step of the machine it dies, if it does.</summary>
    public long? DiesAt { get; set; }

    /// <summary>Runs until it is told to stop.</summary>
    public Task RunAsync() => Process.RunAsync(() => Hub.RunAsync(_stop.Token));

    /// <summary>Tells it to stop.</summary>
    public void Stop() => Process.Post(_stop.Cancel);

    /// <summary>
    /// Runs a client's call in the host. Returns when it has returned or the host is gone: then nobody knows what became of it.
    /// </summary>
    public async Task CallAsync(Func<Task> call)
    {
        if (Process.IsDead)
        {
            return;
        }

        var returned = new TaskCompletionSource();
        _calls.Add(returned);
        _ = Process.RunAsync(async () =>
        {
            await call();
            _calls.Remove(returned);
            returned.TrySetResult();
        });
        await returned.Task;
    }

    /// <summary>The process is gone, at whatever await it was.</summary>
    /// <param name="provably">Whether other hosts can see that; else its leases must run out.</param>
    public void Die(bool provably)
    {
        Process.Kill();
        if (provably)
        {
            Connection.Kill();
        }

        foreach (TaskCompletionSource call in _calls)
        {
            call.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        Hub.Dispose();
    }

    private sealed class NoServices : IServiceProvider, IServiceScopeFactory, IServiceScope
    {
        public static readonly NoServices Instance = new();

        public IServiceProvider ServiceProvider => this;

        public object? GetService(Type serviceType) => serviceType == typeof(IServiceScopeFactory) ? this : null;

        public IServiceScope CreateScope() => this;

        public void Dispose()
        {
        }
    }
}
