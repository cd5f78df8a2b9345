using System.Text.Json;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Artifacts;
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
using DurableMesh.LocalHost;
using DurableMesh.Tests.Functions.OpenApi;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace DurableMesh.Tests.Functions;

/// <summary>The calls: each function as the host calls it.</summary>
internal sealed partial class MeshFixture
{
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
        var invocation = new Invocation(http, Mock.Of<FunctionDefinition>(one => one.Name == "Any"));
        await _middleware.Invoke(invocation, async _ => invocation.Result = await function(http.Request));
        await ((IResult)invocation.Result!).ExecuteAsync(http);
        var answer = new Answer(http.Response.StatusCode, http.Response.Headers, answered.ToArray());
        ApiConformance.Check(new ApiExchange(
            method,
            url,
            body,
            answer.Status,
            answer.Headers.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase),
            http.Response.ContentType,
            answer.Utf8));
        return answer;
    }

    private SteerThread Steering => new(_finder, _inbox, _holds, new SubjectNames(Agents, Keys()));

    /// <summary>What reads threads.</summary>
    public ReadThreads Threads => new(new ThreadSearch(Log, _tables), _finder, Agents, _holds, Leases, _stopped, _overdue);

    private ArtifactFunctions Artifacts
    {
        get
        {
            var store = ArtifactStore ?? new BlobArtifactStore(Blobs);
            return new ArtifactFunctions(
                Agents,
                store,
                new ArtifactKeeper(store, new ArtifactScreening(new Pseudonyms(Blobs))),
                new UploadReader(),
                _finder);
        }
    }

    private static byte[] Json<T>(T request) => JsonSerializer.SerializeToUtf8Bytes(request, MeshJson.Options);

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
