using System.Collections.Concurrent;
using System.Text.Json;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Events;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Ledger;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Artifacts;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Leases;
using DurableMesh.Functions.Ledger;
using DurableMesh.Functions.Orchestrations;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Webhooks;
using DurableMesh.LocalHost;
using DurableMesh.Tests.Core.Agents;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions;

/// <summary>
/// The app's HTTP functions over the real store (in memory) and a mocked Durable Task client, behind which each thread runs by
/// the real rules.
/// </summary>
internal sealed partial class MeshFixture : IAsyncDisposable
{
    private static readonly SeedRegistry Seed = SampleRegistry.SeedOf("""
        {"agents":[
          {"id":"codecraft-builder","company":"codecraft","roles":["builder"],"aliases":["builder"]},
          {"id":"proveo-verifier","company":"proveo","roles":["verifier"],"aliases":["verifier"]},
          {"id":"vizu-builder","company":"vizu","roles":["builder"]}
        ]}
        """);

    private readonly ConcurrentDictionary<string, ThreadStep> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ThreadState> _inputs = new(StringComparer.Ordinal);
    private readonly ProblemMiddleware _middleware = new(NullLogger<ProblemMiddleware>.Instance);
    private readonly IOptions<MeshOptions> _options;
    private readonly Lazy<CallBudgets> _budgets;
    private readonly ThreadFinder _finder;
    private readonly ThreadHolds _holds;
    private readonly StoppedThreads _stopped;
    private readonly OverdueThreads _overdue;
    private readonly ThreadInbox _inbox;
    private readonly ThreadMessages _messages;
    private readonly TaskHubCalls _hub;
    private readonly ReadModelState _tables = new(TimeProvider.System);
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly FoldedLog<AgentRegistry, RegistryChange> _registry;
    private readonly FoldedLog<AgentReach, ReachChange> _reach;
    private readonly FoldedLog<Baseline, BaselineChange> _baseline;

    public MeshFixture(TimeSpan? answerWithin = null)
    {
        _options = Options.Create(new MeshOptions
        {
            AnswerWithin = answerWithin ?? TimeSpan.FromSeconds(30),
            Store = { Patience = answerWithin ?? TimeSpan.FromSeconds(30) },
        });
        Log = new BlobThreadLog(Blobs, _options, TimeProvider.System, NullLogger<BlobThreadLog>.Instance);
        Bodies = new BlobBodyStore(Blobs, _options, TimeProvider.System, NullLogger<BlobBodyStore>.Instance);
        Log.Start();
        Bodies.Start();
        _registry = new(
            Blobs, "registry", _options.Value.Store.Patience, TimeProvider.System, NullLogger.Instance)
        {
            Seed = Seed,
        };
        _registry.Start();
        Agents = new AgentDirectory(_registry);
        _reach = new(Blobs, "reach", _options.Value.Store.Patience, TimeProvider.System, NullLogger.Instance);
        _reach.Start();
        _baseline = new(Blobs, "baseline", _options.Value.Store.Patience, TimeProvider.System, NullLogger.Instance);
        _baseline.Start();
        Presence = new AgentPresence(Log, Time);
        Leases = new BlobLeaseStore(Blobs, _options, Time);
        _budgets = new(() => new CallBudgets(Log.Ledger, Policies()));
        _hub = new TaskHubCalls(_options, TimeProvider.System);
        Seals = new ThreadSeals(Blobs);
        _finder = new ThreadFinder(Log, Seals, _hub);
        _holds = new ThreadHolds(Log);
        _stopped = new StoppedThreads(Log, Evidence, NoTasks(), Seals, _hub, Time);
        _overdue = new OverdueThreads(Log, _stopped, Time, NullLogger<OverdueThreads>.Instance);
        _inbox = new ThreadInbox(Log, _stopped, Seals, _hub, _options, TimeProvider.System);
        _messages = new ThreadMessages(Bodies);
        SetUpClient();
    }

    /// <summary>The clock of the agents' presence, and of who looks for threads whose orchestration has stopped.</summary>
    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public MemoryBlobs Blobs { get; } = new();

    public ThreadSeals Seals { get; }

    public BlobThreadLog Log { get; }

    public BlobBodyStore Bodies { get; }

    public IAgentDirectory Agents { get; }

    public AgentPresence Presence { get; }

    public BlobLeaseStore Leases { get; }

    public ThreadEvidence Evidence => new(Log, new BlobEvidenceStore(Blobs));

    /// <summary>The policy in force.</summary>
    public MeshPolicy Policy { get; set; } = MeshPolicy.Standard;

    public Mock<DurableTaskClient> Client { get; } = new("test");

    /// <summary>Who asks.</summary>
    public Caller Caller { get; set; } = Caller.Anybody;

    /// <summary>What the gate will say.</summary>
    public GateReport Gate { get; set; } = SampleThread.Approval;

    /// <summary>Where artifacts are kept; null for <see cref="Blobs"/>.</summary>
    public IArtifactStore? ArtifactStore { get; set; }

    /// <summary>Whether the threads have stopped to answer.</summary>
    public bool Asleep { get; set; }

    /// <summary>What the task hub says of the orchestrations; null where it does not know them any more.</summary>
    public OrchestrationRuntimeStatus? Status { get; set; } = OrchestrationRuntimeStatus.Running;

    /// <summary>What brings messages into threads.</summary>
    public MessageDelivery Delivery => new(Log, Bodies, Screening, _budgets.Value, _inbox);

    /// <summary>The registry's functions.</summary>
    public AgentFunctions RegistryFunctions() =>
        new(Agents, Presence, Leases, Reaches, new AddressGuard(Options.Create(new MeshOptions())), _hub);

    /// <summary>Who cannot be reached.</summary>
    public AgentReaches Reaches => new(_reach, NullLogger<AgentReaches>.Instance);

    /// <summary>What starts the watch for messages to answer.</summary>
    public ResponderStart Responder => new(
        new Mock<IEventFeed>().Object, _hub, TimeProvider.System, NullLogger<ResponderStart>.Instance)
    {
        NextLook = DateTimeOffset.MaxValue,
    };

    /// <summary>What asks threads for money.</summary>
    public CallReservations Reservations => new(_budgets.Value, _inbox);

    public int Starts { get; private set; }

    public int Raised { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        await Bodies.DisposeAsync();
        await _registry.DisposeAsync();
        await _reach.DisposeAsync();
        await _baseline.DisposeAsync();
        Leases.Dispose();
        _tables.Dispose();
        _oneAtATime.Dispose();
    }

    /// <summary>A directory of the tests' agents.</summary>
    public static IAgentDirectory KnownAgents()
    {
        var agents = new Mock<IAgentDirectory>();
        agents.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(SampleRegistry.Of(Seed));
        return agents.Object;
    }

    /// <summary>What starts threads.</summary>
    public ThreadStarts ThreadStarts => new(Log, Bodies, _holds, Seals, _hub, Responder, _options, TimeProvider.System);

    /// <summary>What asks the task hub.</summary>
    public TaskHubCalls Hub => _hub;

    /// <summary>What drafts threads.</summary>
    public ThreadDrafts Drafts =>
        new(Agents, Authority(), Policies(), new Pseudonyms(Blobs), TimeProvider.System);

    private MessageScreening Screening =>
        new(Policies(), new Pseudonyms(Blobs), TimeProvider.System);

    /// <summary>Where the policy in force is read.</summary>
    public IPolicySource Policies()
    {
        var policies = new Mock<IPolicySource>();
        policies.Setup(source => source.Current).Returns(() => Policy);
        return policies.Object;
    }

    /// <summary>A directory of keys that has none.</summary>
    public static IKeyDirectory Keys(KeyRing? ring = null)
    {
        var keys = new Mock<IKeyDirectory>();
        keys.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(ring ?? KeyRing.Empty);
        return keys.Object;
    }

    internal static ThreadTasks NoTasks()
    {
        var tasks = new Mock<ITaskDirectory>();
        tasks.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(TaskBoard.Empty);
        return new ThreadTasks(tasks.Object);
    }

    private static IAuthorityDirectory Authority()
    {
        var authority = new Mock<IAuthorityDirectory>();
        authority.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(AuthorityTables.Empty);
        return authority.Object;
    }

    private void SetUpClient()
    {
        Client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object>(), It.IsAny<StartOrchestrationOptions>(), It.IsAny<CancellationToken>()))
            .Returns((TaskName _, object input, StartOrchestrationOptions start, CancellationToken _) =>
                input is ThreadState state ? BeginAsync(state, start) : Task.FromResult(start.InstanceId!));
        Client.Setup(one => one.RaiseEventAsync(
                It.IsAny<string>(), InboxEnvelope.EventName, It.IsAny<object>(), It.IsAny<CancellationToken>()))
            .Returns((string id, string _, object payload, CancellationToken _) => ReceiveAsync(id, (InboxEnvelope)payload));
        Client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, CancellationToken _) => Metadata(id));
        Client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string id, bool _, CancellationToken _) => Metadata(id));
    }

    private OrchestrationMetadata? Metadata(string id) => Status is { } status && _running.ContainsKey(id)
        ? new OrchestrationMetadata(nameof(ThreadOrchestrator), id)
        {
            RuntimeStatus = status,
            DataConverter = new Microsoft.DurableTask.Converters.JsonDataConverter(AppJson.Options),
            SerializedInput = JsonSerializer.Serialize(_inputs[id], AppJson.Options),
        }
        : null;

    private async Task<string> BeginAsync(ThreadState state, StartOrchestrationOptions start)
    {
        Assert.Equal(state.Start.ThreadId, start.InstanceId);
        Assert.NotEmpty(start.DedupeStatuses!);
        var step = new ThreadStep(state);
        _inputs.TryAdd(start.InstanceId!, state);
        if (!_running.TryAdd(start.InstanceId!, step))
        {
            throw new InvalidOperationException("An orchestration with this id exists.");
        }

        Starts++;
        if (!Asleep)
        {
            await RunAsync(step, () => step.Take(new GateEvaluated(Gate), DateTimeOffset.UtcNow));
        }

        return start.InstanceId!;
    }

    /// <summary>Lets a thread take in an event, as its orchestration does.</summary>
    public Task ReceiveAsync(string id, InboxEnvelope envelope)
    {
        Raised++;
        return Asleep ? Task.CompletedTask : RunAsync(_running[id], () => _running[id].Take(envelope, DateTimeOffset.UtcNow));
    }

    private async Task RunAsync(ThreadStep step, Action take)
    {
        await _oneAtATime.WaitAsync();
        try
        {
            take();
            var record = step.ToRecord();
            Assert.Null(await Log.AppendAsync(record, CancellationToken.None));
            step.Recorded(record);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
