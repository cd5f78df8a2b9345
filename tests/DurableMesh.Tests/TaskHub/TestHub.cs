using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.TaskHub;

/// <summary>A task hub in this process over a storage in memory, with a clock that stands still until it is told.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    private readonly bool _mayFail;
    private readonly ServiceProvider _provider;

    private TestHub(
        InMemoryHubStorage storage,
        FakeTimeProvider time,
        DurableTaskRegistry registry,
        StorageFaultPlan? faults,
        int partitions,
        Action<TaskHubOptions>? configure,
        Action<DurableTaskWorkerOptions>? worker,
        Action<IServiceCollection>? services)
    {
        (Storage, Time, Registry, _mayFail) = (storage, time, registry, faults is not null);
        var options = new TaskHubOptions { PartitionCount = partitions, RequestTimeout = TimeSpan.FromDays(40) };
        configure?.Invoke(options);
        var workerOptions = new DurableTaskWorkerOptions();
        worker?.Invoke(workerOptions);
        var collection = new ServiceCollection().AddMetrics();
        services?.Invoke(collection);
        _provider = collection.BuildServiceProvider();
        Hub = new LocalTaskHub(
            storage.Connect(faults),
            Options.Create(options),
            new LocalTasks(registry, _provider, workerOptions),
            JsonDataConverter.Default,
            time,
            new TestLoggers(Told),
            Meters);
        Client = new LocalDurableTaskClient("test", Hub, time);
    }

    public InMemoryHubStorage Storage { get; }

    public FakeTimeProvider Time { get; }

    public DurableTaskRegistry Registry { get; }

    public LocalTaskHub Hub { get; }

    /// <summary>Who made this hub's meter and no other's.</summary>
    public IMeterFactory Meters => _provider.GetRequiredService<IMeterFactory>();

    /// <summary>What it logged.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public LocalDurableTaskClient Client { get; }

    /// <summary>Fails a test that hangs.</summary>
    public static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public static async Task<TestHub> StartAsync(
        Action<DurableTaskRegistry> tasks,
        StorageFaultPlan? faults = null,
        int partitions = 1,
        Action<TaskHubOptions>? configure = null,
        Action<DurableTaskWorkerOptions>? worker = null,
        Action<IServiceCollection>? services = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

        // Where nobody else wants the lease, a clock that a test races ahead need not run it out.
        var storage = new InMemoryHubStorage(time) { LeaseDuration = TimeSpan.FromDays(30) };
        return await StartAsync(storage, time, tasks, faults, partitions, configure, worker, services);
    }

    public static async Task<TestHub> StartAsync(
        InMemoryHubStorage storage,
        FakeTimeProvider time,
        Action<DurableTaskRegistry> tasks,
        StorageFaultPlan? faults = null,
        int partitions = 1,
        Action<TaskHubOptions>? configure = null,
        Action<DurableTaskWorkerOptions>? worker = null,
        Action<IServiceCollection>? services = null)
    {
        var registry = new DurableTaskRegistry();
        tasks(registry);
        var hub = new TestHub(storage, time, registry, faults, partitions, configure, worker, services);
        await hub.Hub.StartAsync(CancellationToken.None);
        return hub;
    }

    /// <summary>
    /// Another host over what the storage holds at this moment: what a restart after SIGKILL finds. This host goes on over its
    /// own copy and is of no further interest.
    /// </summary>
    public Task<TestHub> CrashAndRestartAsync(
        Action<DurableTaskRegistry> tasks,
        int forgottenWrites = 0,
        int partitions = 1,
        Action<TaskHubOptions>? configure = null,
        Action<DurableTaskWorkerOptions>? worker = null) =>
        StartAsync(
            Storage.Copy(forgottenWrites), Time, tasks, partitions: partitions, configure: configure, worker: worker);

    public Task<string> StartInstanceAsync(string name, object? input = null, string? id = null) =>
        Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), Patience);

    public async Task<OrchestrationMetadata> CompletionAsync(string id) =>
        await Client.WaitForInstanceCompletionAsync(id, true, Patience);

    public Task<OrchestrationMetadata> UntilAsync(string id, Func<InstanceState, bool> condition) =>
        Client.WaitAsync(id, condition, withData: true, Patience);

    public async ValueTask DisposeAsync()
    {
        // What lingers is committed at the end; a storage that is told to fail then makes that take time.
        Task stopped = Hub.StopAsync(CancellationToken.None);
        CancellationToken patience = Patience;
        while (_mayFail && !stopped.IsCompleted)
        {
            patience.ThrowIfCancellationRequested();
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await stopped;
        Hub.Dispose();
        await _provider.DisposeAsync();
    }
}

/// <summary>Keeps what is logged, for tests that hold the host to saying something.</summary>
internal sealed class TestLoggers(ConcurrentQueue<string> told) : ILoggerFactory, ILogger
{
    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        told.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }
}
