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
internal sealed class MeshFixture : IAsyncDisposable
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

    public Task<Answer> StartAsync(StartThreadRequest request, string? key = null) => StartAsync(Json(request), key);

    public Task<Answer> StartAsync(byte[] body, string? key = null) => CallAsync(
        "POST", "/api/threads", body, key,
        request => new StartThread(Log, Drafts, ThreadStarts).RunAsync(request, Client.Object, default));

    public async Task<string> StartedAsync() => (await StartAsync(SampleThread.RequestOf())).Text("threadId");

    public Task<Answer> SendAsync(string id, SendMessageRequest request) => SendAsync(id, Json(request));

    public Task<Answer> SendAsync(string id, byte[] body) => CallAsync(
        "POST", $"/api/threads/{id}/messages", body, null,
        request => new SendMessage(Agents, _finder, Delivery)
            .RunAsync(request, id, Client.Object, default));

    public Task<Answer> ReserveAsync(string id, string from, Usage worstCase) => CallAsync(
        "POST", $"/api/threads/{id}/reservations", Json(new ReservationRequest(from, worstCase)), null,
        request => new ReserveMoney(Agents, Policies(), _finder, Reservations, TimeProvider.System)
            .RunAsync(request, id, Client.Object, default));

    public Task<Answer> LeaseAsync(string id, LeaseRequest lease) => LeaseAsync(id, Json(lease));

    public Task<Answer> LeaseAsync(string id, byte[] body) => CallAsync(
        "PUT", $"/api/threads/{id}/lease", body, null,
        request => new LeaseMessage(Agents, Presence, _finder, Leases).RunAsync(request, id, Client.Object, default));

    public Task<Answer> AgentAsync(string id) => CallAsync(
        "GET", $"/api/agents/{id}", [], null,
        request => RegistryFunctions().GetAsync(request, id, default));

    public Task<Answer> MessagesAsync(string id, string query = "", CancellationToken cancellation = default) => CallAsync(
        "GET", $"/api/threads/{id}/messages{query}", [], null,
        request => new ReadMessages(Log, Agents, _finder, _messages, _overdue, TimeProvider.System)
            .RunAsync(request, id, Client.Object, cancellation));

    public Task<Answer> GetAsync(string id) => CallAsync(
        "GET", $"/api/threads/{id}", [], null,
        request => Threads.GetAsync(request, id, Client.Object, default));

    public Task<Answer> ListAsync(string query) => CallAsync(
        "GET", $"/api/threads{query}", [], null, request => Threads.ListAsync(request, Client.Object, default));

    public Task<Answer> CancelAsync(string id, string? by = "a person") => CallAsync(
        "POST", $"/api/threads/{id}/cancel", Json(new CancelRequest(by, "enough")), null,
        request => Steering.CancelAsync(request, id, Client.Object, default));

    public Task<Answer> DecideAsync(string id, HoldDecision decision) => CallAsync(
        "POST", $"/api/threads/{id}/decision", Json(new DecisionRequest("a person", decision, "reasons")), null,
        request => Steering.DecideAsync(request, id, Client.Object, default));

    public Task<Answer> InboxAsync(string agent, string query = "") => CallAsync(
        "GET", $"/api/agents/{agent}/inbox{query}", [], null,
        request => new ReadInbox(Agents, Presence, Log, _messages, TimeProvider.System).RunAsync(request, agent, default));

    /// <summary>Whether an agent is at its inbox, or was lately.</summary>
    public bool IsReachable(string agentId) =>
        Presence.Show(new AgentView { Id = agentId, Company = "any", Enabled = true }).Reachable;

    public Task<Answer> StatsAsync(string query = "") => CallAsync(
        "GET", $"/api/stats{query}", [], null,
        request => new LedgerFunctions(Log.Ledger, Agents, _overdue).StatsAsync(request, Client.Object, default));

    public Task<Answer> CostsAsync(string query = "") => CallAsync(
        "GET", $"/api/costs{query}", [], null,
        request => new LedgerFunctions(Log.Ledger, Agents, _overdue).CostsAsync(request, default));

    public Task<Answer> PairsAsync(string query = "") => CallAsync(
        "GET", $"/api/stats/pairs{query}", [], null, request => PairFunctions.PairsAsync(request, Client.Object, default));

    public Task<Answer> ImportBaselineAsync(byte[] body) => CallAsync(
        "POST", "/api/costs/baseline", body, null, request => PairFunctions.ImportAsync(request, default));

    public Task<Answer> ForgetBaselineAsync(string file) => CallAsync(
        "DELETE", $"/api/costs/baseline/{file}", [], null, request => PairFunctions.ForgetAsync(request, file, default));

    private PairFunctions PairFunctions => new(Log.Ledger, new BaselineDirectory(_baseline), Agents, Policies(), _overdue);

    public Task<Answer> PutArtifactAsync(string id, string query, byte[] content) => CallAsync(
        "POST", $"/api/threads/{id}/artifacts{query}", content, null,
        request =>
        {
            request.ContentType = "application/octet-stream";
            return Artifacts.PutAsync(request, id, Client.Object, default);
        });

    public Task<Answer> GetArtifactAsync(string id, string sha256, Action<HttpRequest>? change = null) => CallAsync(
        "GET", $"/api/threads/{id}/artifacts/{sha256}", [], null,
        request =>
        {
            change?.Invoke(request);
            return Artifacts.GetAsync(request, id, sha256, Client.Object, default);
        });

    public Task<Answer> EvidenceAsync(string id) => CallAsync(
        "GET", $"/api/threads/{id}/evidence", [], null,
        request => new ReadEvidence(_finder, Evidence).RunAsync(request, id, Client.Object, default));

    /// <summary>Calls a function as the host does: behind the middleware, its result executed.</summary>
    public async Task<Answer> CallAsync(
        string method, string url, byte[] body, string? idempotencyKey, Func<HttpRequest, Task<IResult>> function)
    {
        var http = new DefaultHttpContext { RequestServices = new FewServices() };
        var parts = url.Split('?');
        (http.Request.Method, http.Request.Path) = (method, parts[0]);
        http.Request.QueryString = new QueryString(parts.Length > 1 ? "?" + parts[1] : "");
        http.Request.Body = new MemoryStream(body);
        http.Request.ContentType = body.Length > 0 ? "application/json" : null;
        if (idempotencyKey is not null)
        {
            http.Request.Headers["Idempotency-Key"] = idempotencyKey;
        }

        http.SetCaller(Caller);
        var answered = new MemoryStream();
        http.Response.Body = answered;
        var invocation = new Invocation(http, Mock.Of<FunctionDefinition>());
        await _middleware.Invoke(invocation, async _ => invocation.Result = await function(http.Request));
        await ((IResult)invocation.Result!).ExecuteAsync(http);
        return new Answer(http.Response.StatusCode, http.Response.Headers, answered.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        await Bodies.DisposeAsync();
        await _registry.DisposeAsync();
        await _reach.DisposeAsync();
        await _baseline.DisposeAsync();
        Leases.Dispose();
        _oneAtATime.Dispose();
    }

    /// <summary>A directory of the tests' agents.</summary>
    public static IAgentDirectory KnownAgents()
    {
        var agents = new Mock<IAgentDirectory>();
        agents.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(SampleRegistry.Of(Seed));
        return agents.Object;
    }

    private SteerThread Steering => new(_finder, _inbox, _holds, new SubjectNames(Agents, Keys()));

    private ReadThreads Threads => new(Log, _finder, Agents, _holds, Leases, _stopped, _overdue);

    private ArtifactFunctions Artifacts =>
        new(
            Agents,
            ArtifactStore ?? new BlobArtifactStore(Blobs),
            new ArtifactScreening(new Pseudonyms(Blobs)),
            new UploadReader(),
            _finder);

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

    private static ThreadTasks NoTasks()
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

    private static byte[] Json<T>(T request) => JsonSerializer.SerializeToUtf8Bytes(request, MeshJson.Options);

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

    internal sealed class Invocation(HttpContext http, FunctionDefinition function) : FunctionInvocationContext(function)
    {
        public override IServiceProvider InstanceServices { get; set; } = new FewServices();

        protected override IDictionary<object, object> CreateItems() =>
            new Dictionary<object, object> { [InvocationItems.HttpContext] = http };
    }

    private sealed class FewServices : IServiceProvider
    {
        public object? GetService(Type serviceType) =>
            serviceType == typeof(ILoggerFactory) ? NullLoggerFactory.Instance : null;
    }
}
