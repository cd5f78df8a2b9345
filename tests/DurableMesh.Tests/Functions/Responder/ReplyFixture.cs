using System.Text.Json;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Responder;
using DurableMesh.Functions.Threads;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.Functions.Responder;

/// <summary>
/// The orchestration that answers a message, with its real activities over the real store and rules; the agent is a function, and
/// a timer has fired as soon as it is set.
/// </summary>
internal sealed class ReplyFixture : IAsyncDisposable, IAdapter
{
    private readonly AdapterCalls _calls;
    private readonly ReplyActivities _activities;

    public ReplyFixture(ResponderOptions? responder = null)
    {
        var options = Options.Create(new MeshOptions { Responder = responder ?? new ResponderOptions() });
        var policies = new Mock<IPolicySource>();
        policies.Setup(one => one.Current).Returns(() => Mesh.Policy);
        _calls = new AdapterCalls(
            [this], options, Mesh.Reaches, TimeProvider.System);
        _activities = new ReplyActivities(
            new TurnReader(Mesh.Log, new ThreadMessages(Mesh.Bodies), Mesh.Agents),
            _calls,
            Mesh.Agents,
            policies.Object,
            Mesh.Log,
            Mesh.Delivery,
            Mesh.Reservations,
            options,
            TimeProvider.System,
            NullLogger<ReplyActivities>.Instance);
    }

    public MeshFixture Mesh { get; } = new();

    /// <summary>What the agent answers.</summary>
    public Func<AdapterCall, Task<AdapterAnswer>> Agent { get; set; } =
        _ => throw new InvalidOperationException("Nobody is asked.");

    /// <summary>What a call can take at most.</summary>
    public Usage? Worst { get; set; }

    /// <summary>The calls that were made.</summary>
    public List<AdapterCall> Calls { get; } = [];

    /// <summary>How long the orchestration waited between tries.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    /// <summary>All that went through the orchestration's history, as JSON.</summary>
    public List<string> History { get; } = [];

    AdapterKind IAdapter.Kind => AdapterKind.Chat;

    Usage? IAdapter.WorstCase(AdapterCall call) => Worst;

    Task<AdapterAnswer> IAdapter.AskAsync(AdapterCall call, CancellationToken cancellation)
    {
        Calls.Add(call);
        return Agent(call);
    }

    public async ValueTask DisposeAsync()
    {
        _calls.Dispose();
        await Mesh.DisposeAsync();
    }

    /// <summary>Starts a thread whose verifier the mesh asks itself, and submits.</summary>
    public async Task<string> SubmittedAsync(string body = "Mended.", string zone = "internal")
    {
        var registry = await Mesh.Agents.ReadAsync(default);
        var verifier = registry.Find(SampleThread.Verifier)! with
        {
            Adapter = new AgentAdapter { Kind = AdapterKind.Chat, Provider = "scripted" },
            Model = "m",
            TrustZone = zone,
        };
        var builder = registry.Find(SampleThread.Builder)! with { TrustZone = "internal" };
        await Mesh.Agents.ChangeAsync(new PutAgent(builder, null), "test", default);
        await Mesh.Agents.ChangeAsync(new PutAgent(verifier, null), "test", default);
        var id = await Mesh.StartedAsync();
        await Mesh.SendAsync(id, new SendMessageRequest
        {
            MessageId = "s-1",
            From = SampleThread.Builder,
            Kind = MessageKind.Submission,
            Body = JsonText.OfString(body),
        });
        return id;
    }

    /// <summary>Runs the orchestration for a message; answers what it says of itself.</summary>
    public Task<string> ReplyAsync(string threadId, int sequence = 2, string agent = SampleThread.Verifier)
    {
        var to = new ReplyTo(threadId, sequence, agent);
        return ReplyOrchestrator.RunAsync(new Context(this, to), to);
    }

    /// <summary>The thread as it is.</summary>
    public async Task<ThreadView> ThreadAsync(string threadId) => (await Mesh.Log.FindAsync(threadId, default))!.View;

    /// <summary>The thread's messages from one on.</summary>
    public async Task<IReadOnlyList<Message>> MessagesAsync(string threadId, int after = 2) =>
        [.. (await Mesh.Log.ReadMessagesAsync(threadId, after, 100, default)).Select(stored => stored.Accepted.Message)];

    private sealed class Context(ReplyFixture fixture, ReplyTo to) : TaskOrchestrationContext
    {
        private DateTime _now = new(2026, 11, 30, 0, 0, 0, DateTimeKind.Utc);

        public override TaskName Name => nameof(ReplyOrchestrator);

        public override string InstanceId => ReplyOrchestrator.InstanceOf(to);

        public override ParentOrchestrationInstance? Parent => null;

        public override DateTime CurrentUtcDateTime => _now;

        public override bool IsReplaying => false;

        protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

        public override T? GetInput<T>()
            where T : default => default;

        public override async Task<TResult> CallActivityAsync<TResult>(
            TaskName name, object? input = null, TaskOptions? options = null)
        {
            var (activities, client) = (fixture._activities, fixture.Mesh.Client.Object);
            object? result = name.Name switch
            {
                nameof(ReplyActivities.PlanReply) => await activities.PlanReply(Of<ReplyTry>(input), default),
                nameof(ReplyActivities.ReserveReply) => await activities.ReserveReply(Of<ReplyTry>(input), client, default),
                nameof(ReplyActivities.AskAgent) => await activities.AskAgent(Of<ReplyTry>(input), client, default),
                nameof(ReplyActivities.SendReply) => await activities.SendReply(Of<ReplyReady>(input), client, default),
                nameof(ReplyActivities.AcknowledgeFor) => await Nothing(
                    activities.AcknowledgeFor(Of<ReplyGivenUp>(input), client, default)),
                nameof(ReplyActivities.GiveUpReply) => await Nothing(
                    activities.GiveUpReply(Of<ReplyGivenUp>(input), client, default)),
                _ => throw new InvalidOperationException(name),
            };
            return Of<TResult>(result);
        }

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
        {
            fixture.Pauses.Add(fireAt - _now);
            _now = fireAt;
            return Task.CompletedTask;
        }

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(
            TaskName orchestratorName, object? input = null, TaskOptions? options = null) => throw new NotSupportedException();

        public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

        public override void SetCustomStatus(object? customStatus)
        {
        }

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
            throw new NotSupportedException();

        public override Guid NewGuid() => throw new NotSupportedException();

        // As both hosts hand it on.
        private T Of<T>(object? value)
        {
            var json = JsonSerializer.Serialize(value, AppJson.Options);
            fixture.History.Add(json);
            return JsonSerializer.Deserialize<T>(json, AppJson.Options)!;
        }

        private static async Task<object?> Nothing(Task task)
        {
            await task;
            return null;
        }
    }
}
