using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Cli.Api;

/// <summary>
/// The mesh's HTTP API, as far as the command line uses it. Everything here may be done twice without harm (a start carries an
/// idempotency key, a message its id), so a 503 or a 429 is simply tried again.
/// </summary>
internal sealed class MeshClient(HttpClient http, TimeProvider time)
{
    private const int Attempts = 5;

    // A key that does not work does not work a moment later either.
    private const string TooManyKeys = "too_many_keys";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The mesh's address, with a slash at its end.</summary>
    public Uri Address => http.BaseAddress!;

    /// <summary>A client for the mesh at an address.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="key">The key to ask with; null for none.</param>
    public static MeshClient Connect(Uri address, string? key = null) => new(
        new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = new Uri(address.AbsoluteUri.TrimEnd('/') + "/"),
            Timeout = TimeSpan.FromSeconds(100),
            DefaultRequestHeaders = { Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key) },
        },
        TimeProvider.System);

    /// <summary>Starts a thread; the same key with the same request is the same thread.</summary>
    public Task<ThreadView> StartAsync(ReadOnlyMemory<byte> request, string idempotencyKey, CancellationToken cancellation) =>
        AskAsync(
            () =>
            {
                var message = Post("threads", request);
                message.Headers.Add("Idempotency-Key", idempotencyKey);
                return message;
            },
            CliJson.Context.ThreadView,
            cancellation);

    /// <summary>A thread's status.</summary>
    public Task<ThreadView> GetThreadAsync(string threadId, CancellationToken cancellation) =>
        GetAsync($"threads/{Escape(threadId)}", CliJson.Context.ThreadView, cancellation);

    /// <summary>Threads, newest first.</summary>
    public Task<ThreadsPage> ListThreadsAsync(
        IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("threads" + Query(filters), CliJson.Context.ThreadsPage, cancellation);

    /// <summary>The whole mesh in numbers.</summary>
    public Task<MeshStats> GetStatsAsync(CancellationToken cancellation) =>
        GetAsync("stats", CliJson.Context.MeshStats, cancellation);

    /// <summary>What was spent.</summary>
    public Task<CostsPage> GetCostsAsync(IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("costs" + Query(filters), CliJson.Context.CostsPage, cancellation);

    /// <summary>Messages after a sequence; with <paramref name="wait"/> the answer may take that long.</summary>
    public Task<MessagesPage> GetMessagesAsync(
        string threadId, int after, string? to, TimeSpan wait, CancellationToken cancellation) =>
        GetAsync(
            $"threads/{Escape(threadId)}/messages"
                + Query([("after", $"{after}"), ("to", to), ("wait", Iso8601Duration.Format(wait))]),
            CliJson.Context.MessagesPage,
            cancellation);

    /// <summary>The messages of all threads to one agent.</summary>
    public Task<InboxPage> GetInboxAsync(string agent, string? after, TimeSpan wait, CancellationToken cancellation) =>
        GetAsync(
            $"agents/{Escape(agent)}/inbox" + Query([("after", after), ("wait", Iso8601Duration.Format(wait))]),
            CliJson.Context.InboxPage,
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
            var receipt = await AskAsync(
                () => Post($"threads/{Escape(threadId)}/messages", message),
                CliJson.Context.Receipt,
                cancellation,
                receiptInConflict: true);
            if (receipt.Kind != ReceiptKind.Pending || attempt == Attempts)
            {
                return sentBefore && receipt.Kind == ReceiptKind.Duplicate
                    ? receipt with { Kind = ReceiptKind.Accepted }
                    : receipt;
            }

            sentBefore = true;
            await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), time, cancellation);
        }
    }

    /// <summary>Reserves what a call can cost at most, in place of what was reserved before; answers a refusal too.</summary>
    public Task<Receipt> ReserveAsync(string threadId, ReservationRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.ReservationRequest);
        return AskAsync(
            () => Post($"threads/{Escape(threadId)}/reservations", body),
            CliJson.Context.Receipt,
            cancellation,
            receiptInConflict: true);
    }

    /// <summary>Cancels a thread.</summary>
    public Task CancelAsync(string threadId, CancelRequest request, CancellationToken cancellation) =>
        AnswerAsync(
            () => Post(
                $"threads/{Escape(threadId)}/cancel",
                JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.CancelRequest)),
            cancellation);

    /// <summary>Decides a held thread.</summary>
    public Task DecideAsync(string threadId, DecisionRequest request, CancellationToken cancellation) =>
        AnswerAsync(
            () => Post(
                $"threads/{Escape(threadId)}/decision",
                JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.DecisionRequest)),
            cancellation);

    /// <summary>The policy in force.</summary>
    public Task<PolicyView> GetPolicyAsync(CancellationToken cancellation) =>
        GetAsync("policy", CliJson.Context.PolicyView, cancellation);

    /// <summary>A thread's evidence, byte for byte.</summary>
    public Task<byte[]> GetEvidenceAsync(string threadId, CancellationToken cancellation) =>
        AnswerAsync(() => new HttpRequestMessage(HttpMethod.Get, $"api/threads/{Escape(threadId)}/evidence"), cancellation);

    /// <summary>The agents of the registry, by id.</summary>
    public Task<AgentsPage> ListAgentsAsync(CancellationToken cancellation) =>
        GetAsync("agents", CliJson.Context.AgentsPage, cancellation);

    /// <summary>An agent, by its id or an alias.</summary>
    public Task<AgentView> GetAgentAsync(string idOrAlias, CancellationToken cancellation) =>
        GetAsync($"agents/{Escape(idOrAlias)}", CliJson.Context.AgentView, cancellation);

    /// <summary>Adds or replaces an agent, or whichever version of it there is where none is named.</summary>
    public Task<AgentView> PutAgentAsync(AgentView agent, int? version, CancellationToken cancellation) =>
        AskAsync(
            () => For(version, Send(
                HttpMethod.Put,
                $"agents/{Escape(agent.Id)}",
                JsonSerializer.SerializeToUtf8Bytes(agent, CliJson.Context.AgentView))),
            CliJson.Context.AgentView,
            cancellation);

    /// <summary>Removes an agent.</summary>
    public Task DeleteAgentAsync(string agentId, CancellationToken cancellation) =>
        AnswerAsync(() => new HttpRequestMessage(HttpMethod.Delete, $"api/agents/{Escape(agentId)}"), cancellation);

    /// <summary>The companies of the registry, by id.</summary>
    public Task<CompaniesPage> ListCompaniesAsync(CancellationToken cancellation) =>
        GetAsync("companies", CliJson.Context.CompaniesPage, cancellation);

    /// <summary>Adds or replaces a company.</summary>
    public Task<CompanyView> PutCompanyAsync(CompanyView company, CancellationToken cancellation) =>
        AskAsync(
            () => Send(
                HttpMethod.Put,
                $"companies/{Escape(company.Id)}",
                JsonSerializer.SerializeToUtf8Bytes(company, CliJson.Context.CompanyView)),
            CliJson.Context.CompanyView,
            cancellation);

    /// <summary>MC tasks, newest first.</summary>
    public Task<TasksPage> ListTasksAsync(IEnumerable<(string Name, string? Value)> filters, CancellationToken cancellation) =>
        GetAsync("tasks" + Query(filters), CliJson.Context.TasksPage, cancellation);

    /// <summary>An MC task.</summary>
    public Task<MissionTask> GetTaskAsync(string taskId, CancellationToken cancellation) =>
        GetAsync($"tasks/{Escape(taskId)}", CliJson.Context.MissionTask, cancellation);

    /// <summary>Creates an MC task; the same one again is the same task.</summary>
    public Task<MissionTask> CreateTaskAsync(CreateTaskRequest request, CancellationToken cancellation) =>
        AskAsync(
            () => Post("tasks", JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.CreateTaskRequest)),
            CliJson.Context.MissionTask,
            cancellation);

    /// <summary>Changes an MC task, or whichever version it has where none is named.</summary>
    public Task<MissionTask> PatchTaskAsync(
        string taskId, PatchTaskRequest request, int? version, CancellationToken cancellation) =>
        AskAsync(
            () => For(version, Send(
                HttpMethod.Patch,
                $"tasks/{Escape(taskId)}",
                JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.PatchTaskRequest))),
            CliJson.Context.MissionTask,
            cancellation);

    /// <summary>The authority table; null means the one in force.</summary>
    public Task<AuthorityTable> GetAuthorityAsync(int? version, CancellationToken cancellation) =>
        GetAsync(
            "authority" + Query([("version", version?.ToString(CultureInfo.InvariantCulture))]),
            CliJson.Context.AuthorityTable,
            cancellation);

    /// <summary>Replaces the authority table of a version; 0 is the empty one that a new mesh may have.</summary>
    public Task<AuthorityTable> PutAuthorityAsync(ReadOnlyMemory<byte> table, int version, CancellationToken cancellation) =>
        AskAsync(
            () => For(version, Send(HttpMethod.Put, "authority", table)), CliJson.Context.AuthorityTable, cancellation);

    /// <summary>Which rows of the authority table decide about a pair, and why.</summary>
    public Task<AuthorityExplanations> ExplainAuthorityAsync(
        string initiator, string responder, string? pattern, CancellationToken cancellation) =>
        GetAsync(
            "authority/explain" + Query([("initiator", initiator), ("responder", responder), ("pattern", pattern)]),
            CliJson.Context.AuthorityExplanations,
            cancellation);

    /// <summary>Makes a key for an agent, or for the operator whom the request names where there is no agent.</summary>
    public Task<KeyView> IssueKeyAsync(string? agent, IssueKeyRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.IssueKeyRequest);
        return AskAsync(() => Post(KeysOf(agent), body), CliJson.Context.KeyView, cancellation);
    }

    /// <summary>An agent's keys, or all.</summary>
    public Task<KeysPage> ListKeysAsync(string? agent, CancellationToken cancellation) =>
        GetAsync(KeysOf(agent), CliJson.Context.KeysPage, cancellation);

    /// <summary>Replaces a key by a new one.</summary>
    public Task<KeyView> RotateKeyAsync(string keyId, RotateKeyRequest request, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, CliJson.Context.RotateKeyRequest);
        return AskAsync(() => Post($"keys/{Escape(keyId)}/rotate", body), CliJson.Context.KeyView, cancellation);
    }

    /// <summary>Makes a key work no more.</summary>
    public Task RevokeKeyAsync(string keyId, CancellationToken cancellation) =>
        AnswerAsync(() => new HttpRequestMessage(HttpMethod.Delete, $"api/keys/{Escape(keyId)}"), cancellation);

    /// <summary>Whether the mesh and its storage are ready.</summary>
    public async Task<Readiness> GetReadinessAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("api/health", UriKind.Relative), cancellation);
            if (response.IsSuccessStatusCode)
            {
                return Readiness.Ready;
            }

            var problem = ReadProblem(response, await response.Content.ReadAsByteArrayAsync(cancellation));
            return problem.Code == "not_owner" ? Readiness.StandingBy : Readiness.NotReady;
        }
        catch (HttpRequestException)
        {
            return Readiness.NotReady;
        }
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        AskAsync(() => new HttpRequestMessage(HttpMethod.Get, "api/" + path), type, cancellation);

    private async Task<T> AskAsync<T>(
        Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken cancellation, bool receiptInConflict = false)
    {
        var answer = await AnswerAsync(request, cancellation, receiptInConflict);
        try
        {
            return JsonSerializer.Deserialize(answer, type)
                ?? throw new MeshUnreachableException(Address, "it answered null; is this a DurableMesh host?");
        }
        catch (JsonException unreadable)
        {
            throw new MeshUnreachableException(Address, "its answer is no mesh's; is this a DurableMesh host?", unreadable);
        }
    }

    private async Task<byte[]> AnswerAsync(
        Func<HttpRequestMessage> request, CancellationToken cancellation, bool receiptInConflict = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var response = await SendOnceAsync(request, cancellation);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (response.IsSuccessStatusCode || (receiptInConflict && IsReceipt(response)))
            {
                return answer;
            }

            var problem = ReadProblem(response, answer);
            if (response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests)
                || problem.Code == TooManyKeys)
            {
                throw new MeshProblemException(response.StatusCode, problem);
            }

            if (attempt == Attempts)
            {
                throw new MeshUnreachableException(Address, problem.Detail ?? problem.Title);
            }

            await Task.Delay(Pause(response.Headers.RetryAfter, attempt), time, cancellation);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        using var message = request();
        try
        {
            return await http.SendAsync(message, cancellation);
        }
        catch (HttpRequestException failure)
        {
            throw new MeshUnreachableException(Address, failure.InnerException?.Message ?? failure.Message, failure);
        }
        catch (TaskCanceledException timeout) when (!cancellation.IsCancellationRequested)
        {
            throw new MeshUnreachableException(Address, $"no answer within {http.Timeout.TotalSeconds:0} seconds", timeout);
        }
    }

    private static bool IsReceipt(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.Conflict && response.Content.Headers.ContentType?.MediaType != Problem.MediaType;

    private static Problem ReadProblem(HttpResponseMessage response, byte[] answer)
    {
        if (response.Content.Headers.ContentType?.MediaType == Problem.MediaType)
        {
            try
            {
                if (JsonSerializer.Deserialize(answer, CliJson.Context.Problem) is { } problem)
                {
                    return problem;
                }
            }
            catch (JsonException)
            {
                // A proxy's idea of a problem: the status has to do.
            }
        }

        return new Problem
        {
            Title = response.ReasonPhrase is { Length: > 0 } reason ? reason : "The mesh said no",
            Status = (int)response.StatusCode,
            Code = $"http_{(int)response.StatusCode}",
        };
    }

    private static TimeSpan Pause(RetryConditionHeaderValue? retryAfter, int attempt)
    {
        var wanted = retryAfter?.Delta ?? TimeSpan.FromMilliseconds(250 * Math.Pow(2, attempt - 1));
        return wanted < LongestPause ? wanted : LongestPause;
    }

    private static HttpRequestMessage Post(string path, ReadOnlyMemory<byte> json) => Send(HttpMethod.Post, path, json);

    private static HttpRequestMessage Send(HttpMethod method, string path, ReadOnlyMemory<byte> json) => new(method, "api/" + path)
    {
        Content = new ReadOnlyMemoryContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
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

/// <summary>How far a mesh is.</summary>
internal enum Readiness
{
    /// <summary>It does not answer, or says that it cannot work yet.</summary>
    NotReady,

    /// <summary>It waits to take over from another host on the same task hub.</summary>
    StandingBy,

    /// <summary>It works.</summary>
    Ready,
}
