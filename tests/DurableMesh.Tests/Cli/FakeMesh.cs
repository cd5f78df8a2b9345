using System.Collections.Concurrent;
using System.Text.Json;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli.Agents;
using DurableMesh.Tests.Cli.Artifacts;
using DurableMesh.Tests.Cli.Authority;
using DurableMesh.Tests.Cli.Keys;
using DurableMesh.Tests.Cli.Tasks;
using DurableMesh.Tests.Cli.Threads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Cli;

/// <summary>
/// A mesh without durability: the domain's own rules behind the routes of http-api.md, on a free port. It can be away, and it can
/// lose the answer to a message that it accepted.
/// </summary>
internal sealed class FakeMesh : IAsyncDisposable
{
    /// <summary>Who it takes a request for that says nothing of who makes it.</summary>
    public const string KeysOwner = "the key's owner";

    private readonly Lock _gate = new();
    private readonly WebApplication _app;
    private readonly Dictionary<string, ThreadState> _threads = [];
    private readonly List<MessageView> _messages = [];
    private readonly Dictionary<string, List<TranscriptEntry>> _entries = [];
    private readonly FakeRegistry _registry;
    private TaskCompletionSource _news = new();

    private FakeMesh(WebApplication app)
    {
        _app = app;
        _registry = new FakeRegistry(agent => agent with
        {
            AtWork = AgentWork.Of(Leases!.AtWork().Where(lease => lease.Agent == agent.Id)),
        });
        Leases = new FakeLeases(id => Find(id)?.View());
    }

    /// <summary>Where it answers.</summary>
    public string Url { get; private set; } = "";

    /// <summary>How many requests are still answered with <see cref="Refusal"/>.</summary>
    public int RefusalsToCome { get; set; }

    /// <summary>What they are answered with.</summary>
    public (int Status, string Code, string Detail) Refusal { get; set; } = (503, "storage_unavailable", "The storage is away.");

    /// <summary>After how many requests it goes away, for good; null where it stays.</summary>
    public int? LeavesAfter { get; set; }

    /// <summary>How many accepted messages still lose their answers.</summary>
    public int AnswersToLose { get; set; }

    /// <summary>What holds the threads that are started; null where nothing does.</summary>
    public string? Hold { get; set; }

    /// <summary>How its inbox positions begin: another way makes it another store, to which the old ones mean nothing.</summary>
    public string Positions { get; set; } = "at-";

    /// <summary>Whether whatever anybody wrote carries what steers a terminal.</summary>
    public bool IsHostile { get; set; }

    /// <summary>The files of its threads.</summary>
    public FakeArtifacts Artifacts { get; } = new();

    /// <summary>Whether the key may decide about held threads.</summary>
    public bool MayDecide { get; set; } = true;

    /// <summary>The agents and companies.</summary>
    public AgentRegistry Registry => _registry.Registry;

    /// <summary>Which runners are at work, by the rules of the mesh.</summary>
    public FakeLeases Leases { get; }

    /// <summary>The requests, in the order of their arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The keys that they carried.</summary>
    public ConcurrentQueue<string> Authorizations { get; } = new();

    /// <summary>Who ended a thread last.</summary>
    public string? CancelledBy { get; private set; }

    /// <summary>What the mesh says of itself and its costs.</summary>
    public FakeFigures Figures { get; } = new();

    /// <summary>All messages, in the order of their acceptance.</summary>
    public IReadOnlyList<MessageView> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    public static async Task<FakeMesh> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var mesh = new FakeMesh(app);
        mesh.Map();
        await app.StartAsync();
        mesh.Url = app.Urls.Single();
        return mesh;
    }

    /// <summary>Opens a thread between the sample's builder and verifier.</summary>
    public ThreadView Open(params string[] criteria)
    {
        var request = new StartThreadRequest
        {
            Pattern = Pattern.BuilderVerifier,
            McTask = "101959",
            Initiator = Sample.Builder,
            Responder = Sample.Verifier,
            Brief = new Brief
            {
                Subject = "CSV reader handles quoted newlines",
                Acceptance = [.. criteria.DefaultIfEmpty("AC-1").Select(id => new AcceptanceCriterion(id, $"title of {id}"))],
            },
        };
        return Open(Guid.NewGuid().ToString(), request);
    }

    /// <summary>Sends a message as a party would.</summary>
    public Receipt Send(string threadId, SendMessageRequest request) =>
        Decide(threadId, new MessageArrived(IncomingMessage.Of(request, PriceTable.Empty, DateTimeOffset.UtcNow))).Receipt!;

    /// <summary>Reserves money for a call of a party.</summary>
    public Receipt Reserve(string threadId, string agent, decimal usd)
    {
        var worstCase = PriceTable.Empty.Settle(new Usage { CostUsd = usd }, DateTimeOffset.UtcNow);
        return Decide(threadId, new ReservationAsked(agent, worstCase)).Receipt!;
    }

    /// <summary>A thread as it is; null where there is none.</summary>
    public ThreadState? Find(string id)
    {
        lock (_gate)
        {
            return _threads.GetValueOrDefault(id);
        }
    }

    /// <summary>Ends a thread.</summary>
    public bool Cancel(string threadId) =>
        Decide(threadId, new CancelRequested("test", "over")).Receipt!.Kind == ReceiptKind.Accepted;

    /// <summary>Plays a dialogue of two rounds to its PASS.</summary>
    public void Play(string threadId)
    {
        Check failing = new() { Id = "AC-1", Status = CheckStatus.Fail, Detail = "line 2 is lost", Location = "CsvReader.cs:41" };
        Send(threadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        Send(threadId, new()
        {
            MessageId = "v-1",
            From = Sample.Verifier,
            Kind = MessageKind.Finding,
            Checks = [failing],
            Body = JsonText.OfString(failing.Detail),
        });
        Send(threadId, new()
        {
            MessageId = "v-2",
            From = Sample.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Fail,
            Checks = [failing],
        });
        Send(threadId, new() { MessageId = "b-2", From = Sample.Builder, Kind = MessageKind.Submission });
        Send(threadId, new()
        {
            MessageId = "v-3",
            From = Sample.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Pass,
            Checks = [failing with { Status = CheckStatus.Pass, Detail = "kept" }],
        });
    }

    /// <summary>A thread's evidence file.</summary>
    public byte[] Evidence(string threadId)
    {
        lock (_gate)
        {
            return EvidenceFile.Of(_entries[threadId]).ToUtf8();
        }
    }

    /// <summary>Waits until the messages are as a test wants them.</summary>
    public async Task<IReadOnlyList<MessageView>> UntilAsync(
        Func<IReadOnlyList<MessageView>, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Task news;
            lock (_gate)
            {
                news = _news.Task;
            }

            if (Messages is var messages && condition(messages))
            {
                return messages;
            }

            await news.WaitAsync(cancellation);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Map()
    {
        _app.Use(async (context, next) =>
        {
            Requests.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            if (context.Request.Headers.Authorization is [{ } authorization])
            {
                Authorizations.Enqueue(authorization);
            }

            if (LeavesAfter < Requests.Count)
            {
                context.Abort();
                return;
            }

            if (RefusalsToCome > 0)
            {
                RefusalsToCome--;
                await Refuse(Refusal.Status, Refusal.Code, Refusal.Detail).ExecuteAsync(context);
                return;
            }

            await next(context);
        });
        _app.Use((context, next) => IsHostile ? HostileAnswers.RewriteAsync(context, next) : next(context));
        var api = _app.MapGroup("/api");
        api.MapGet("/health", () => Results.Ok());
        api.MapPost("/threads", StartThreadAsync);
        api.MapGet("/threads", (string? agent, string? state, string? idPrefix, string? q) => Answer(new ThreadsPage(
            [.. Views().Where(thread => (agent is null || agent == thread.Initiator || agent == thread.Responder)
                && (state is null || state == "open" == (thread.State == ThreadPhase.Open))
                && (idPrefix is null || thread.ThreadId.StartsWith(idPrefix, StringComparison.Ordinal))).Select(Explain)],
            null)
        {
            Hits = q is null ? null : [.. Views().Select(thread => HitOf(thread, q))],
        }));
        api.MapGet("/threads/{id}", (string id) => Find(id) is { } state ? Answer(Explain(state.View())) : NotFound(id));
        Leases.Map(api);
        api.MapPost("/threads/{id}/messages", SendAsync);
        api.MapPost("/threads/{id}/reservations", async (string id, HttpRequest request) =>
        {
            var asked = await JsonSerializer.DeserializeAsync<ReservationRequest>(request.Body, MeshJson.Options);
            var receipt = Reserve(id, asked!.From, asked.WorstCase.CostUsd!.Value);
            return Answer(receipt, receipt.Kind == ReceiptKind.Rejected ? 409 : 200);
        });
        api.MapPost("/threads/{id}/cancel", async (string id, HttpRequest request) =>
        {
            var cancel = await JsonSerializer.DeserializeAsync<CancelRequest>(request.Body, MeshJson.Options);
            return Find(id) is null
                ? NotFound(id)
                : Answer(Decide(id, new CancelRequested(CancelledBy = cancel!.By ?? KeysOwner, cancel.Why)).Receipt!, 202);
        });
        api.MapPost("/threads/{id}/decision", async (string id, HttpRequest request) =>
        {
            var decision = await JsonSerializer.DeserializeAsync<DecisionRequest>(request.Body, MeshJson.Options);
            return MayDecide
                ? Answer(Decide(id, new GateDecided(decision!.By ?? KeysOwner, decision.Decision, decision.Why)).Receipt!, 202)
                : Refuse(403, "missing_scope", "The key may not decide.");
        });
        api.MapGet("/threads/{id}/evidence", (string id) =>
            Find(id) is null ? NotFound(id) : Results.Bytes(Evidence(id), "application/json"));
        new FakeReading(this).Map(api);
        new FakeAuthority().Map(api);
        new FakeTasks().Map(api);
        api.MapGet("/stats", () => Answer(Figures.Stats));
        api.MapGet("/costs", () => Answer(Figures.Costs));
        api.MapGet("/stats/pairs", () => Answer(Figures.Pairs));
        api.MapPost("/costs/baseline", async (HttpRequest request) => Answer(await Figures.TakeAsync(request.Body)));
        _registry.Map(api);
        new FakeKeys().Map(api);
        Artifacts.Map(api);
    }

    private async Task<IResult> StartThreadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var read = RequestReader.ReadStartThread(body.ToArray());
        return read.Value is { } start
            ? Answer(Explain(Open(request.Headers["Idempotency-Key"].ToString(), start)), 201)
            : Results.Json(
                new Problem { Title = "The request is not right", Status = 400, Code = "invalid_request", Errors = read.Errors },
                MeshJson.Options, Problem.MediaType, 400);
    }

    private async Task<IResult> SendAsync(string id, HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (Find(id) is null)
        {
            return NotFound(id);
        }

        var read = RequestReader.ReadSendMessage(body.ToArray());
        if (read.Value is not { } message)
        {
            return Results.Json(
                new Problem { Title = "The message is not right", Status = 400, Code = "invalid_request", Errors = read.Errors },
                MeshJson.Options, Problem.MediaType, 400);
        }

        var receipt = Send(id, message);
        if (receipt.Kind == ReceiptKind.Accepted && AnswersToLose > 0)
        {
            AnswersToLose--;
            context.Abort();
        }

        return Answer(receipt, receipt.Kind == ReceiptKind.Rejected ? 409 : 200);
    }

    /// <summary>Opens a thread of an id.</summary>
    public ThreadView Open(string id, StartThreadRequest request)
    {
        lock (_gate)
        {
            if (_threads.TryGetValue(id, out var known))
            {
                return known.View();
            }

            var start = ThreadStart.Create(id, request, LimitPolicy.Standard, ThreadStart.HashOf(request), DateTimeOffset.UtcNow);
            _threads[id] = ThreadState.Starting(start);
            _entries[id] = [];
            return Decide(id, new GateEvaluated(new GateReport(Hold is null ? GateOutcome.Approved : GateOutcome.Held, []))).View;
        }
    }

    private ThreadView Explain(ThreadView thread) => thread.State switch
    {
        ThreadPhase.Held => thread with { Detail = Hold },
        ThreadPhase.Open when Leases.AtWork(thread.ThreadId) is { Count: > 0 } atWork => thread with { AtWork = atWork },
        _ => thread,
    };

    private ThreadDecision Decide(string id, ThreadInput input)
    {
        lock (_gate)
        {
            var decision = ThreadRules.Decide(_threads[id], input, DateTimeOffset.UtcNow);
            _threads[id] = decision.State;
            _entries[id].AddRange(decision.Entries);
            _messages.AddRange(
                decision.Events.OfType<MessageAccepted>().Select(accepted => accepted.Message.View(id, accepted.At)));
            var news = _news;
            _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            news.TrySetResult();
            return decision;
        }
    }

    private static ThreadHit HitOf(ThreadView thread, string words) => new(
        thread.ThreadId,
        [new TextPart(thread.Subject)],
        [
            new MessageHit(
                1,
                MessageKind.Brief,
                thread.Initiator,
                thread.CreatedAt,
                [new TextPart("the "), new TextPart(words, Found: true)]),
        ]);

    private List<ThreadView> Views()
    {
        lock (_gate)
        {
            return [.. _threads.Values.Select(state => state.View())];
        }
    }

    internal static IResult Answer<T>(T value, int status = 200) => Results.Json(value, MeshJson.Options, statusCode: status);

    internal static IResult NotFound(string id) => Refuse(404, "thread_not_found", $"There is no thread {id}.");

    internal static IResult Refuse(int status, string code, string detail) => Results.Json(
        new Problem { Title = "The mesh said no", Status = status, Code = code, Detail = detail },
        MeshJson.Options,
        Problem.MediaType,
        status);
}
