using System.Net;
using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Functions;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Functions.Dashboard;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace DurableMesh.Tests.Functions.Identity;

/// <summary>The functions of the keys, and any others, behind the app's two middlewares.</summary>
internal sealed class GuardedMesh : IAsyncDisposable
{
    public const string Root = "a-root-key-of-more-than-32-characters";

    private readonly ProblemMiddleware _problems = new(NullLogger<ProblemMiddleware>.Instance);
    private readonly FailedAttempts _failures = new();
    private readonly FoldedLog<KeyRing, KeyChange> _log;
    private readonly IdentityMiddleware _identity;
    private readonly KeyFunctions _functions;

    private GuardedMesh(
        IdentityMode mode, MemoryBlobs blobs, FakeTimeProvider time, IAgentDirectory agents, bool behindAzure, string? rootKey)
    {
        (Blobs, Time) = (blobs, time);
        var options = Options.Create(new MeshOptions
        {
            Identity = { Mode = mode, RootKey = rootKey, BehindAzure = behindAzure },
        });
        _log = new(blobs, "keys", TimeSpan.FromSeconds(8), time, NullLogger.Instance);
        _log.Start();
        var keys = new KeyDirectory(_log);
        Keys = keys;
        Report = new IdentityReport(keys, options, time, Said);
        _identity = new IdentityMiddleware(keys, agents, _failures, BrowserSessions.Over(blobs, time), options, time, Refused);
        _functions = new KeyFunctions(keys, agents);
    }

    public MemoryBlobs Blobs { get; }

    public FakeTimeProvider Time { get; }

    public IKeyDirectory Keys { get; }

    public ICallerCheck Callers => _identity;

    public IdentityReport Report { get; }

    /// <summary>What the operator is warned of at the start.</summary>
    public RecordingLogger<IdentityReport> Said { get; } = new(LogLevel.Warning);

    /// <summary>What the operator reads about keys that did not work.</summary>
    public RecordingLogger<IdentityMiddleware> Refused { get; } = new(LogLevel.Warning);

    public static async Task<GuardedMesh> StartAsync(
        IdentityMode mode = IdentityMode.Keys,
        GuardedMesh? beside = null,
        IAgentDirectory? agents = null,
        bool behindAzure = false,
        string? rootKey = Root)
    {
        var (blobs, time) = (beside?.Blobs ?? new(), beside?.Time ?? new(SampleThread.Noon));
        var mesh = new GuardedMesh(mode, blobs, time, agents ?? MeshFixture.KnownAgents(), behindAzure, rootKey);
        await mesh.Report.StartAsync(default);
        await mesh.Report.ExecuteTask!;
        return mesh;
    }

    public Task<Answer> IssueAsync(string agent, string? key = Root, string body = "{}") => CallAsync(
        "IssueAgentKey", "POST", key, request => _functions.IssueForAgentAsync(request, agent, default), body);

    public Task<Answer> IssueOperatorAsync(
        string name, string? key = Root, string scopes = "\"read\",\"send\",\"operate\"") => CallAsync(
        "IssueOperatorKey", "POST", key, request => _functions.IssueForOperatorAsync(request, default),
        $$"""{"operator":"{{name}}","scopes":[{{scopes}}]}""");

    public Task<Answer> ListAsync(string? key = Root) => CallAsync(
        "ListKeys", "GET", key, request => _functions.ListAllAsync(request, default));

    public Task<Answer> ListAsync(string agent, string? key) => CallAsync(
        "ListAgentKeys", "GET", key, request => _functions.ListOfAgentAsync(request, agent, default));

    public Task<Answer> RotateAsync(string keyId, string? key = Root, string body = "{}") => CallAsync(
        "RotateKey", "POST", key, request => _functions.RotateAsync(request, keyId, default), body);

    public Task<Answer> RevokeAsync(string keyId, string? key = Root) => CallAsync(
        "RevokeKey", "DELETE", key, request => _functions.RevokeAsync(request, keyId, default));

    /// <summary>Who the mesh takes somebody for who reads something.</summary>
    public Task<Answer> AskAsync(string? key, Action<HttpContext>? change = null) => CallAsync(
        "ListAgents",
        "GET",
        key,
        request => Task.FromResult<IResult>(new JsonAnswer<KeyView>(new KeyView
        {
            Id = "caller",
            Subject = Caller.Of(request).Subject ?? Subject.Operator("anybody"),
            Scopes = [],
            CreatedAt = default,
            CreatedBy = "",
        })),
        change: change);

    /// <summary>What the guard of a local host answers; 204 where a request may pass.</summary>
    public async Task<Answer> GuardAsync(string method, bool isManagement, string? key, Action<HttpContext>? change = null)
    {
        var http = Request(method, key, body: "", change);
        var answered = new MemoryStream();
        http.Response.Body = answered;
        await ((await _identity.CheckAsync(http, isManagement)) ?? Results.NoContent()).ExecuteAsync(http);
        return new Answer(http.Response.StatusCode, http.Response.Headers, answered.ToArray());
    }

    /// <summary>Calls a function as the host does.</summary>
    public async Task<Answer> CallAsync(
        string name,
        string method,
        string? key,
        Func<HttpRequest, Task<IResult>> function,
        string body = "",
        Action<HttpContext>? change = null)
    {
        var http = Request(method, key, body, change);
        var answered = new MemoryStream();
        http.Response.Body = answered;
        var definition = new Mock<FunctionDefinition>();
        definition.Setup(one => one.Name).Returns(name);
        var invocation = new MeshFixture.Invocation(http, definition.Object);
        await _problems.Invoke(invocation, outer =>
            _identity.Invoke(outer, async _ => invocation.Result = await function(http.Request)));
        if (invocation.Result is Microsoft.AspNetCore.Http.HttpResults.NoContent)
        {
            return new Answer(StatusCodes.Status204NoContent, http.Response.Headers, "{}"u8.ToArray());
        }

        await ((IResult)invocation.Result!).ExecuteAsync(http);
        return new Answer(http.Response.StatusCode, http.Response.Headers, answered.ToArray());
    }

    private static DefaultHttpContext Request(string method, string? key, string body, Action<HttpContext>? change)
    {
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        http.Request.Method = method;
        http.Request.Host = new HostString("127.0.0.1", 7071);
        http.Connection.RemoteIpAddress = IPAddress.Loopback;
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        http.Request.ContentType = "application/json";
        if (key is not null)
        {
            http.Request.Headers.Authorization = $"Bearer {key}";
        }

        change?.Invoke(http);
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        Report.Dispose();
        await _log.DisposeAsync();
        _failures.Dispose();
    }
}
