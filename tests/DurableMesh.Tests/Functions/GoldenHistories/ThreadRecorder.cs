using System.Globalization;
using DurableMesh.Core.Money;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Surfaces;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.History;
using DurableMesh.TaskHub.Instances;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.Functions.Store;
using DurableMesh.Tests.TaskHub.Log;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>
/// Runs one thread of the app, or another of its orchestrations, on a task hub in memory, and reads from the hub's log what it
/// recorded of it. The clock stands still until it is told, ids are counted, and every step is over before the next begins: the
/// same steps, the same history.
/// </summary>
internal sealed class ThreadRecorder : IAsyncDisposable
{
    private readonly MeshApp _app;
    private readonly FakeTimeProvider _time = new(SampleThread.Noon);
    private readonly InMemoryHubStorage _storage;
    private readonly LocalTaskHub _hub;
    private readonly LocalDurableTaskClient _client;
    private readonly Queue<(string Activity, Func<object?> Outcome)> _told = new();
    private readonly string _threadId;
    private Task _activitiesMayRun = Task.CompletedTask;
    private int _ids;
    private int _requests;

    private ThreadRecorder(string threadId)
    {
        _threadId = threadId;
        _app = new MeshApp(_time, BlobsOfOneSecret());
        _storage = new InMemoryHubStorage(_time);
        _hub = new LocalTaskHub(
            _storage.Connect(),
            // Without checkpoints the log keeps everything in its first segment.
            Options.Create(new TaskHubOptions { RequestTimeout = TimeSpan.FromDays(1), CheckpointInterval = TimeSpan.MaxValue }),
            new LocalTasks(TasksThatObey(), _app.Services),
            _app.Converter,
            _time,
            NullLoggerFactory.Instance,
            newId: () => Interlocked.Increment(ref _ids).ToString("x32", CultureInfo.InvariantCulture));
        _client = new LocalDurableTaskClient("test", _hub, _time);
    }

    /// <summary>The runs of workflows.</summary>
    public IWorkflowDirectory Workflows => _app.Services.GetRequiredService<IWorkflowDirectory>();

    private ThreadSeals Seals => _app.Services.GetRequiredService<ThreadSeals>();

    private BlobThreadLog Log => _app.Services.GetRequiredService<BlobThreadLog>();

    private static CancellationToken Patience => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    /// <summary>Records what a scenario makes of a thread.</summary>
    /// <exception cref="InvalidOperationException">The thread did not end as the scenario says.</exception>
    public static async Task<GoldenHistory> RecordAsync(ThreadScenario scenario)
    {
        await using var recorder = new ThreadRecorder(scenario.Name);
        recorder._app.OpenStore();
        await recorder._hub.StartAsync(Patience);
        await scenario.Steps(recorder);

        await recorder._client.WaitForInstanceCompletionAsync(scenario.Name, Patience);
        var thread = await recorder.Log.FindAsync(scenario.Name, Patience);
        return thread?.View.Reason == scenario.End
            ? GoldenHistory.Of(
                scenario.Orchestration,
                scenario.Name,
                CommittedEvents.Read(recorder._storage.ReadSegment(partition: 0, segment: 1), scenario.Name))
            : throw new InvalidOperationException(
                $"Scenario '{scenario.Name}' ended as {thread?.View.Reason} ({thread?.View.Detail}), not as {scenario.End}.");
    }

    /// <summary>Starts the thread, as the HTTP function does.</summary>
    public async Task StartAsync(StartThreadRequest? request = null)
    {
        var start = SampleThread.AdmittedStartOf(_threadId, request ?? SampleThread.RequestOf(), _time.GetUtcNow());
        await BeginAsync(await Seals.StartAsync(start, Patience));
    }

    /// <summary>Starts the thread's orchestration with any input, as the management API does.</summary>
    public async Task BeginAsync(ThreadState state)
    {
        await _client.ScheduleNewOrchestrationInstanceAsync(
            nameof(ThreadOrchestrator), state, new StartOrchestrationOptions(_threadId), Patience);
        await SettleAsync();
    }

    /// <summary>Goes on with a thread as an orchestration of before there were seals does that continues as new.</summary>
    public async Task GoOnWithoutSealAsync()
    {
        var begun = new ThreadStep(ThreadState.Starting(
            SampleThread.AdmittedStartOf(_threadId, SampleThread.RequestOf(), _time.GetUtcNow())));
        begun.Take(new GateEvaluated(SampleThread.Approval), _time.GetUtcNow());
        await Log.AppendAsync(begun.ToRecord(), Patience);
        await BeginAsync(begun.State);
    }

    /// <summary>Starts another orchestration than a thread's.</summary>
    public async Task RunAsync(string orchestrator, object input)
    {
        await _client.ScheduleNewOrchestrationInstanceAsync(
            orchestrator, input, new StartOrchestrationOptions(_threadId), Patience);
        await SettleAsync();
    }

    /// <summary>Starts a persistent agent, or a schedule.</summary>
    public async Task OpenSurfaceAsync(SurfaceOpening opening)
    {
        var surfaces = _app.Services.GetRequiredService<ISurfaceDirectory>();
        var opened = await surfaces.ChangeAsync(new OpenSurface(opening), "operator:ann", Patience);
        await RunAsync(nameof(SurfaceOrchestrator), opened.State.Find(opening.Kind, opening.Name)!.Id);
    }

    /// <summary>Sends messages, each a second after the one before.</summary>
    public Task SendAsync(params IEnumerable<SendMessageRequest> messages) => SendToAsync(_threadId, messages);

    /// <summary>Sends messages to a thread that another orchestration runs.</summary>
    public async Task SendToAsync(string threadId, params IEnumerable<SendMessageRequest> messages)
    {
        foreach (var message in messages)
        {
            var input = new MessageArrived(IncomingMessage.Of(message, PriceTable.Empty, _time.GetUtcNow()));
            var envelope = await Seals.EnvelopAsync(threadId, $"request-{++_requests}", input, Patience);
            await RaiseAsync(InboxEnvelope.EventName, envelope, threadId);
        }
    }

    /// <summary>
    /// Lets a step into the store that the orchestration knows nothing of, as an episode that was never committed does.
    /// </summary>
    public async Task RecordElsewhereAsync(SendMessageRequest message)
    {
        var step = new ThreadStep(ThreadState.Of(await Log.ReadTranscriptAsync(_threadId, Patience))!);
        var arrived = new MessageArrived(IncomingMessage.Of(message, PriceTable.Empty, _time.GetUtcNow()));
        step.Take(new InboxEnvelope($"request-{_requests + 1}", arrived), _time.GetUtcNow());
        await Log.AppendAsync(step.ToRecord(), Patience);
    }

    /// <summary>Hands something in, as the HTTP functions do.</summary>
    public async Task PostAsync(InboxInput input) => await RaiseAsync(
        InboxEnvelope.EventName, await Seals.EnvelopAsync(_threadId, $"request-{++_requests}", input, Patience));

    /// <summary>Raises any event a second later, as the management API does.</summary>
    public async Task RaiseAsync(string name, object? payload, string? instanceId = null)
    {
        await AdvanceAsync(TimeSpan.FromSeconds(1));
        await _client.RaiseEventAsync(instanceId ?? _threadId, name, payload, Patience);
        await SettleAsync();
    }

    /// <summary>Lets time pass.</summary>
    public Task AdvanceAsync(TimeSpan time)
    {
        _time.Advance(time);
        return SettleAsync();
    }

    /// <summary>Lets the next calls of an activity fail.</summary>
    public void Fail(string activity, Exception error, int times = 1)
    {
        for (var call = 0; call < times; call++)
        {
            _told.Enqueue((activity, () => throw error));
        }
    }

    /// <summary>Lets the next calls of an activity answer so, in order, and do nothing.</summary>
    public void Answer(string activity, params object?[] answers)
    {
        foreach (var answer in answers)
        {
            _told.Enqueue((activity, () => answer));
        }
    }

    /// <summary>No activity runs while <paramref name="steps"/> happen; those that are called wait.</summary>
    public async Task WhileActivitiesWaitAsync(Func<Task> steps)
    {
        var resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _activitiesMayRun = resume.Task;
        await steps();
        resume.SetResult();
        await SettleAsync();
    }

    /// <summary>The orchestrator sees nothing of <paramref name="steps"/> until they are over, and then all at once.</summary>
    public async Task WhileSuspendedAsync(Func<Task> steps)
    {
        await _client.SuspendInstanceAsync(_threadId, "maintenance", Patience);
        await steps();
        await _client.ResumeInstanceAsync(_threadId, "maintenance is over", Patience);
        await SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.StopAsync(CancellationToken.None);
        _hub.Dispose();
        await Log.DisposeAsync();
        _app.Dispose();
    }

    /// <summary>The seals must not differ from one recording to the next.</summary>
    private static MemoryBlobs BlobsOfOneSecret()
    {
        var blobs = new MemoryBlobs();
        blobs.CreateAppendBlobAsync("secrets/seals", Patience).GetAwaiter().GetResult();
        blobs.AppendAsync("secrets/seals", 0, new byte[32], Patience).GetAwaiter().GetResult();
        return blobs;
    }

    /// <summary>
    /// Waits until the orchestrator has seen everything, and nothing that it has called is under way: of its sub-orchestrations
    /// neither.
    /// </summary>
    private async Task SettleAsync()
    {
        while (!await IsSettledAsync(_threadId))
        {
            // Some child has ended meanwhile, and its parent goes on.
        }
    }

    private async Task<bool> IsSettledAsync(string instanceId)
    {
        string[] children = [];
        await _client.WaitAsync(instanceId, IsDone, withData: false, Patience);
        foreach (var child in children)
        {
            if (!await IsSettledAsync(child) || (await _client.GetInstanceAsync(child, Patience))!.IsCompleted)
            {
                return false;
            }
        }

        return true;

        bool IsDone(InstanceState state)
        {
            children = state.IsEnded
                ? []
                : [.. state.WaitingFor.OfType<SubOrchestrationScheduled>().Select(child => child.InstanceId)];
            return state.Exists && (state.IsEnded || IsQuiet(state));
        }
    }

    private bool IsQuiet(InstanceState state)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return !state.IsReady(now) && !state.WaitingFor.Any(task => task switch
        {
            TimerCreated timer => timer.FireAt <= now,
            SubOrchestrationScheduled => false,
            _ => _activitiesMayRun.IsCompleted,
        });
    }

    /// <summary>The app's tasks; the activities wait and fail as they are told.</summary>
    private DurableTaskRegistry TasksThatObey()
    {
        var tasks = new DurableTaskRegistry();
        foreach (var (name, orchestrator) in _app.Tasks.GetOrchestrators())
        {
            tasks.AddOrchestrator(name, orchestrator(_app.Services));
        }

        foreach (var (name, activity) in _app.Tasks.GetActivities())
        {
            tasks.AddActivity(name, new ObedientActivity(activity(_app.Services), () => ToldAsync(name.Name)));
        }

        return tasks;
    }

    /// <summary>How an activity is to end without doing anything; null where it is to do what it does.</summary>
    private async Task<Func<object?>?> ToldAsync(string activity)
    {
        await _activitiesMayRun;
        return _told.TryPeek(out var next) && next.Activity == activity ? _told.Dequeue().Outcome : null;
    }

    private sealed class ObedientActivity(ITaskActivity activity, Func<Task<Func<object?>?>> told) : ITaskActivity
    {
        public Type InputType => activity.InputType;

        public Type OutputType => activity.OutputType;

        public async Task<object?> RunAsync(TaskActivityContext context, object? input) =>
            await told() is { } outcome ? outcome() : await activity.RunAsync(context, input);
    }
}
