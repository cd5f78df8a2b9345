using System.Collections.Concurrent;
using System.Globalization;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DurableMesh.Benchmarks;

/// <summary>A task hub in this process that holds durable dialogues, and takes their turns.</summary>
internal sealed class DialogueHub : IAsyncDisposable
{
    private readonly ServiceProvider _provider = new ServiceCollection().BuildServiceProvider();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = [];
    private readonly LocalTaskHub _hub;
    private readonly LocalDurableTaskClient _client;

    private DialogueHub(IHubStorage storage, int partitions)
    {
        // A hub that reads a long log is slow, not away.
        var options = new TaskHubOptions { PartitionCount = partitions, RequestTimeout = TimeSpan.FromMinutes(5) };
        _hub = new LocalTaskHub(
            storage,
            Options.Create(options),
            new LocalTasks(Registry(), _provider),
            JsonDataConverter.Default,
            TimeProvider.System,
            NullLoggerFactory.Instance);
        _client = new LocalDurableTaskClient("test", _hub, TimeProvider.System);
    }

    /// <summary>Starts a hub and waits until it answers.</summary>
    public static async Task<DialogueHub> StartAsync(IHubStorage storage, int partitions, CancellationToken cancellation)
    {
        var hub = new DialogueHub(storage, partitions);
        await hub._hub.StartAsync(cancellation);
        await hub._client.GetInstanceAsync("nobody", cancellation);
        return hub;
    }

    /// <summary>Appended blocks and bytes since the start.</summary>
    public (long Appends, long Bytes) Written =>
        (_hub.Term!.Sum(partition => partition.Written.Appends), _hub.Term!.Sum(partition => partition.Written.Bytes));

    /// <summary>Begins a dialogue that ends after its turns.</summary>
    public Task BeginAsync(string id, int turns, CancellationToken cancellation) =>
        _client.ScheduleNewOrchestrationInstanceAsync("Dialogue", turns, new StartOrchestrationOptions(id), cancellation);

    /// <summary>Begins a dialogue that is open for a day.</summary>
    public Task OpenAsync(string id, string brief, CancellationToken cancellation) =>
        _client.ScheduleNewOrchestrationInstanceAsync("OpenDialogue", brief, new StartOrchestrationOptions(id), cancellation);

    /// <summary>
    /// Takes one turn: the event is durable, and the activity that it led to has run; its completion is on its way to the log.
    /// </summary>
    public async Task TakeTurnAsync(string id, CancellationToken cancellation)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answered;
        await _client.RaiseEventAsync(id, "turn", "go on", cancellation);
        await answered.Task.WaitAsync(cancellation);
    }

    /// <summary>Waits until the completion of a turn's activity, and with it the new status, is durable.</summary>
    public Task WhenDurableAsync(string id, int turn, CancellationToken cancellation)
    {
        string expected = turn.ToString(CultureInfo.InvariantCulture);
        return _client.WaitAsync(id, state => state.CustomStatus == expected, withData: false, cancellation);
    }

    /// <summary>Sends an event and waits until it is durable: what a restarted hub must be able to do.</summary>
    public Task RaiseEventAsync(string id, CancellationToken cancellation) =>
        _client.RaiseEventAsync(id, "turn", "go on", cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _hub.StopAsync(CancellationToken.None);
        await _client.DisposeAsync();
        _hub.Dispose();
        await _provider.DisposeAsync();
    }

    private DurableTaskRegistry Registry()
    {
        var registry = new DurableTaskRegistry();
        registry.AddOrchestratorFunc<int, int>("Dialogue", async (context, turns) =>
        {
            for (int turn = 1; turn <= turns; turn++)
            {
                string? said = await context.WaitForExternalEvent<string>("turn");
                await context.CallActivityAsync<string>("Answer", said);
                context.SetCustomStatus(turn);
            }

            return turns;
        });
        registry.AddOrchestratorFunc<string, int>("OpenDialogue", async (context, brief) =>
        {
            using var over = new CancellationTokenSource();
            Task deadline = context.CreateTimer(TimeSpan.FromDays(1), over.Token);
            for (int turn = 1; ; turn++)
            {
                Task<string?> said = context.WaitForExternalEvent<string?>("turn");
                await Task.WhenAny(said, deadline);
                if (deadline.IsCompleted)
                {
                    return turn;
                }

                await context.CallActivityAsync<string>("Answer", await said);
                context.SetCustomStatus(turn);
            }
        });
        registry.AddActivityFunc<string, string>("Answer", (context, said) =>
        {
            if (_waiting.TryRemove(context.InstanceId, out TaskCompletionSource? answered))
            {
                answered.TrySetResult();
            }

            return said;
        });
        return registry;
    }
}
