using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Client;

/// <summary>
/// The mesh's HTTP API. Everything here may be done twice without harm (a start carries an idempotency key, a message its id), so
/// a mesh that is away for a moment is asked again.
/// </summary>
public sealed partial class MeshClient
{
    private const int Attempts = 5;

    // 32 MiB over a slow link.
    private static readonly TimeSpan FileTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly MeshTransport _transport;

    /// <summary>A client over an HTTP client of the caller's.</summary>
    /// <param name="http">Its base address is the mesh's, with a slash at its end.</param>
    /// <param name="time">The clock by which it waits.</param>
    /// <param name="patience">
    /// How long an answer may take beyond what a request itself asks the mesh to wait; then the link counts as broken, and the
    /// request goes out again. 30 seconds where it is null. The HTTP client's own timeout counts too.
    /// </param>
    public MeshClient(HttpClient http, TimeProvider time, TimeSpan? patience = null)
    {
        (_http, _time) = (http, time);
        _transport = new MeshTransport(http, time, patience ?? AnswerTime);
    }

    /// <summary>The mesh's address, with a slash at its end.</summary>
    public Uri Address => _http.BaseAddress!;

    /// <summary>A client for the mesh at an address.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="key">The key to ask with; null for none.</param>
    /// <param name="link">How it is reached; as the environment says where it is null.</param>
    /// <exception cref="MeshLinkException">
    /// The key would be sent in the clear, or the certificates to trust cannot be read.
    /// </exception>
    public static MeshClient Connect(Uri address, string? key = null, MeshLinkOptions? link = null) =>
        new((link ?? MeshLinkOptions.OfEnvironment()).CreateHttp(address, key), TimeProvider.System);

    /// <summary>Starts a thread; the same key with the same request is the same thread.</summary>
    public Task<ThreadView> StartAsync(ReadOnlyMemory<byte> request, string idempotencyKey, CancellationToken cancellation) =>
        _transport.AskAsync(
            () =>
            {
                var message = Post("threads", request);
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            ClientJson.Context.ThreadView,
            cancellation);

    /// <summary>A thread's status.</summary>
    public Task<ThreadView> GetThreadAsync(string threadId, CancellationToken cancellation) =>
        GetAsync($"threads/{Escape(threadId)}", ClientJson.Context.ThreadView, cancellation);

    /// <summary>Threads, newest first.</summary>
    public Task<ThreadsPage> ListThreadsAsync(
        IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("threads" + Query(filters), ClientJson.Context.ThreadsPage, cancellation);

    /// <summary>The whole mesh in numbers.</summary>
    public Task<MeshStats> GetStatsAsync(CancellationToken cancellation) =>
        GetAsync("stats", ClientJson.Context.MeshStats, cancellation);

    /// <summary>What was spent.</summary>
    public Task<CostsPage> GetCostsAsync(IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("costs" + Query(filters), ClientJson.Context.CostsPage, cancellation);

    /// <summary>Messages after a sequence; with <paramref name="wait"/> the answer may take that long.</summary>
    public Task<MessagesPage> GetMessagesAsync(
        string threadId, int after, string? to, TimeSpan wait, CancellationToken cancellation) =>
        _transport.PollAsync(
            asked => Get($"threads/{Escape(threadId)}/messages"
                + Query([("after", $"{after}"), ("to", to), ("wait", Iso8601Duration.Format(asked))])),
            wait,
            ClientJson.Context.MessagesPage,
            cancellation);

    /// <summary>The messages of all threads to one agent.</summary>
    public Task<InboxPage> GetInboxAsync(string agent, string? after, TimeSpan wait, CancellationToken cancellation) =>
        _transport.PollAsync(
            asked => Get($"agents/{Escape(agent)}/inbox" + Query([("after", after), ("wait", Iso8601Duration.Format(asked))])),
            wait,
            ClientJson.Context.InboxPage,
            cancellation);

    /// <summary>
    /// Sends a message and answers its receipt, a rejected one too. While the mesh only says <c>pending</c> the same message is
    /// sent again: its id makes that a question for the receipt.
    /// </summary>
    public async Task<Receipt> SendAsync(string threadId, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var sentBefore = false;
        for (var attempt = 1; ; attempt++)
        {
            var receipt = await _transport.AskAsync(
                () => Post($"threads/{Escape(threadId)}/messages", message),
                ClientJson.Context.Receipt,
                cancellation,
                receiptInConflict: true);
            if (receipt.Kind != ReceiptKind.Pending || attempt == Attempts)
            {
                return sentBefore && receipt.Kind == ReceiptKind.Duplicate
                    ? receipt with { Kind = ReceiptKind.Accepted }
                    : receipt;
            }

            sentBefore = true;
            await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), _time, cancellation);
        }
    }

    /// <summary>Reserves what a call can cost at most, in place of what was reserved before; answers a refusal too.</summary>
    public Task<Receipt> ReserveAsync(string threadId, ReservationRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.ReservationRequest);
        return _transport.AskAsync(
            () => Post($"threads/{Escape(threadId)}/reservations", body),
            ClientJson.Context.Receipt,
            cancellation,
            receiptInConflict: true);
    }

    /// <summary>Claims a message for a runner, renews the claim, or says that it has done with the message.</summary>
    /// <exception cref="MeshProblemException">
    /// 409 <c>leased</c>: another runner of the agent has it. 409 <c>already_done</c>: one has done with it, or with a later one.
    /// </exception>
    public Task<LeaseView> LeaseAsync(string threadId, LeaseRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.LeaseRequest);
        return _transport.AskAsync(
            () => Send(HttpMethod.Put, $"threads/{Escape(threadId)}/lease", body), ClientJson.Context.LeaseView, cancellation);
    }

    /// <summary>Keeps a file for a thread, by its content; the other party can get it from then on.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="from">The party that it is from.</param>
    /// <param name="name">Its name, for instance <c>patch.diff</c>.</param>
    /// <param name="content">Its bytes, at most 32 MiB.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <returns>The artifact to name in a message. Where trust zones redact, hash and size are those of what was kept.</returns>
    /// <exception cref="ArgumentException">It is larger.</exception>
    /// <exception cref="ArtifactMismatchException">The mesh kept something else, and does not say that it redacted
    /// it.</exception>
    public async Task<Artifact> PutArtifactAsync(
        string threadId, string from, string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        (await KeepArtifactAsync(threadId, from, name, content, cancellation)).ToArtifact();

    /// <summary>The same, with what trust zones have taken out.</summary>
    /// <inheritdoc cref="PutArtifactAsync"/>
    public async Task<KeptArtifact> KeepArtifactAsync(
        string threadId, string from, string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (content.Length > ArtifactRules.MaxBytes)
        {
            throw new ArgumentException(
                $"An artifact may have {ArtifactRules.MaxBytes} bytes; '{name}' has {content.Length}.", nameof(content));
        }

        var kept = await _transport.AskAsync(
            () => new HttpRequestMessage(
                HttpMethod.Post, $"api/threads/{Escape(threadId)}/artifacts{Query([("from", from), ("name", name)])}")
            {
                Content = new ReadOnlyMemoryContent(content)
                {
                    Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
                },
            },
            ClientJson.Context.KeptArtifact,
            cancellation,
            wait: FileTime);
        return kept.Redactions is not null ? kept
            : ContentHash.Hex(content.Span) is var sent && sent == kept.Sha256 ? kept
            : throw new ArtifactMismatchException(sent, kept.Sha256);
    }

    /// <summary>A file of a thread, byte for byte.</summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="sha256">SHA-256 of its content, 64 hexadecimal digits in lower case.</param>
    /// <param name="cancellation">Stops asking.</param>
    /// <exception cref="ArtifactMismatchException">What came back has another hash.</exception>
    public async Task<byte[]> GetArtifactAsync(string threadId, string sha256, CancellationToken cancellation)
    {
        var content = await _transport.AnswerAsync(
            () => new HttpRequestMessage(HttpMethod.Get, $"api/threads/{Escape(threadId)}/artifacts/{Escape(sha256)}"),
            cancellation,
            wait: FileTime);
        return ContentHash.Hex(content) is var found && found == sha256
            ? content
            : throw new ArtifactMismatchException(sha256, found);
    }

    /// <summary>Cancels a thread.</summary>
    public Task CancelAsync(string threadId, CancelRequest request, CancellationToken cancellation) =>
        _transport.AnswerAsync(
            () => Post(
                $"threads/{Escape(threadId)}/cancel",
                JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.CancelRequest)),
            cancellation);

    /// <summary>Decides a held thread.</summary>
    public Task DecideAsync(string threadId, DecisionRequest request, CancellationToken cancellation) =>
        _transport.AnswerAsync(
            () => Post(
                $"threads/{Escape(threadId)}/decision",
                JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.DecisionRequest)),
            cancellation);

    /// <summary>The policy in force.</summary>
    public Task<PolicyView> GetPolicyAsync(CancellationToken cancellation) =>
        GetAsync("policy", ClientJson.Context.PolicyView, cancellation);

    /// <summary>A thread's evidence, byte for byte.</summary>
    public Task<byte[]> GetEvidenceAsync(string threadId, CancellationToken cancellation) =>
        _transport.AnswerAsync(() => Get($"threads/{Escape(threadId)}/evidence"), cancellation, wait: FileTime);

    /// <summary>The agents of the registry, by id.</summary>
    public Task<AgentsPage> ListAgentsAsync(CancellationToken cancellation) =>
        GetAsync("agents", ClientJson.Context.AgentsPage, cancellation);

    /// <summary>An agent, by its id or an alias.</summary>
    public Task<AgentView> GetAgentAsync(string idOrAlias, CancellationToken cancellation) =>
        GetAsync($"agents/{Escape(idOrAlias)}", ClientJson.Context.AgentView, cancellation);

    /// <summary>Adds or replaces an agent, or whichever version of it there is where none is named.</summary>
    public Task<AgentView> PutAgentAsync(AgentView agent, int? version, CancellationToken cancellation) =>
        _transport.AskAsync(
            () => For(version, Send(
                HttpMethod.Put,
                $"agents/{Escape(agent.Id)}",
                JsonSerializer.SerializeToUtf8Bytes(agent, ClientJson.Context.AgentView))),
            ClientJson.Context.AgentView,
            cancellation);

    /// <summary>Removes an agent.</summary>
    public Task DeleteAgentAsync(string agentId, CancellationToken cancellation) =>
        _transport.AnswerAsync(() => new HttpRequestMessage(HttpMethod.Delete, $"api/agents/{Escape(agentId)}"), cancellation);

    /// <summary>The companies of the registry, by id.</summary>
    public Task<CompaniesPage> ListCompaniesAsync(CancellationToken cancellation) =>
        GetAsync("companies", ClientJson.Context.CompaniesPage, cancellation);

    /// <summary>Adds or replaces a company.</summary>
    public Task<CompanyView> PutCompanyAsync(CompanyView company, CancellationToken cancellation) =>
        _transport.AskAsync(
            () => Send(
                HttpMethod.Put,
                $"companies/{Escape(company.Id)}",
                JsonSerializer.SerializeToUtf8Bytes(company, ClientJson.Context.CompanyView)),
            ClientJson.Context.CompanyView,
            cancellation);

    /// <summary>MC tasks, newest first.</summary>
    public Task<TasksPage> ListTasksAsync(IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("tasks" + Query(filters), ClientJson.Context.TasksPage, cancellation);

    /// <summary>An MC task.</summary>
    public Task<MissionTask> GetTaskAsync(string taskId, CancellationToken cancellation) =>
        GetAsync($"tasks/{Escape(taskId)}", ClientJson.Context.MissionTask, cancellation);

    /// <summary>Creates an MC task; the same one again is the same task.</summary>
    public Task<MissionTask> CreateTaskAsync(CreateTaskRequest request, CancellationToken cancellation) =>
        _transport.AskAsync(
            () => Post("tasks", JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.CreateTaskRequest)),
            ClientJson.Context.MissionTask,
            cancellation);

    /// <summary>Changes an MC task, or whichever version it has where none is named.</summary>
    public Task<MissionTask> PatchTaskAsync(
        string taskId, PatchTaskRequest request, int? version, CancellationToken cancellation) =>
        _transport.AskAsync(
            () => For(version, Send(
                HttpMethod.Patch,
                $"tasks/{Escape(taskId)}",
                JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.PatchTaskRequest))),
            ClientJson.Context.MissionTask,
            cancellation);

    /// <summary>The authority table; null means the one in force.</summary>
    public Task<AuthorityTable> GetAuthorityAsync(int? version, CancellationToken cancellation) =>
        GetAsync(
            "authority" + Query([("version", version?.ToString(CultureInfo.InvariantCulture))]),
            ClientJson.Context.AuthorityTable,
            cancellation);

    /// <summary>Replaces the authority table of a version; 0 is the empty one that a new mesh may have.</summary>
    public Task<AuthorityTable> PutAuthorityAsync(ReadOnlyMemory<byte> table, int version, CancellationToken cancellation) =>
        _transport.AskAsync(
            () => For(version, Send(HttpMethod.Put, "authority", table)), ClientJson.Context.AuthorityTable, cancellation);

    /// <summary>Which rows of the authority table decide about a pair, and why.</summary>
    public Task<AuthorityExplanations> ExplainAuthorityAsync(
        string initiator, string responder, string? pattern, CancellationToken cancellation) =>
        GetAsync(
            "authority/explain" + Query([("initiator", initiator), ("responder", responder), ("pattern", pattern)]),
            ClientJson.Context.AuthorityExplanations,
            cancellation);

    /// <summary>Makes a key for an agent, or for the operator whom the request names where there is no agent.</summary>
    public Task<KeyView> IssueKeyAsync(string? agent, IssueKeyRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.IssueKeyRequest);
        return _transport.AskAsync(() => Post(KeysOf(agent), body), ClientJson.Context.KeyView, cancellation);
    }

    /// <summary>An agent's keys, or all.</summary>
    public Task<KeysPage> ListKeysAsync(string? agent, CancellationToken cancellation) =>
        GetAsync(KeysOf(agent), ClientJson.Context.KeysPage, cancellation);

    /// <summary>Replaces a key by a new one.</summary>
    public Task<KeyView> RotateKeyAsync(string keyId, RotateKeyRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Context.RotateKeyRequest);
        return _transport.AskAsync(() => Post($"keys/{Escape(keyId)}/rotate", body), ClientJson.Context.KeyView, cancellation);
    }

    /// <summary>Makes a key work no more.</summary>
    public Task RevokeKeyAsync(string keyId, CancellationToken cancellation) =>
        _transport.AnswerAsync(() => new HttpRequestMessage(HttpMethod.Delete, $"api/keys/{Escape(keyId)}"), cancellation);

    /// <summary>Whether the mesh and its storage are ready.</summary>
    public async Task<Readiness> GetReadinessAsync(CancellationToken cancellation) =>
        (await GetHealthAsync(cancellation)).Readiness;

    /// <summary>What the mesh says of its health; asked once, and no answer is an answer too.</summary>
    public async Task<MeshHealth> GetHealthAsync(CancellationToken cancellation)
    {
        var answer = await _transport.OnceAsync(() => new HttpRequestMessage(HttpMethod.Get, "api/health"), cancellation);
        var readiness = answer.IsSuccess ? Readiness.Ready
            : answer.Problem?.Code == "not_owner" ? Readiness.StandingBy
            : Readiness.NotReady;
        return new MeshHealth(readiness, answer.Failure is null ? answer.Bytes : null, answer.Why, answer.Date);
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        _transport.AskAsync(() => Get(path), type, cancellation);

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, "api/" + path);

    private static HttpRequestMessage Post(string path, ReadOnlyMemory<byte> json) => Send(HttpMethod.Post, path, json);

    private static HttpRequestMessage Send(HttpMethod method, string path, ReadOnlyMemory<byte> json) =>
        new(method, "api/" + path)
        {
            Content = new ReadOnlyMemoryContent(json)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };

    /// <summary>Makes a change one of a version: 0 of what must be new, null of whichever there is.</summary>
    private static HttpRequestMessage For(int? version, HttpRequestMessage change)
    {
        if (version == 0)
        {
            change.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        }
        else if (version is not null)
        {
            change.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{version}\""));
        }

        return change;
    }

    private static string KeysOf(string? agent) => agent is null ? "keys" : $"agents/{Escape(agent)}/keys";

    private static string Escape(string segment) => Uri.EscapeDataString(segment);

    private static string Query(IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is { Length: > 0 })
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        return string.Join('&', given) is { Length: > 0 } query ? "?" + query : "";
    }
}

