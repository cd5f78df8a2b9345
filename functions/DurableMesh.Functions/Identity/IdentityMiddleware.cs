using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Identity;

/// <summary>
/// Finds out who a request comes from, from <c>Authorization: Bearer KEY</c>, before any function sees it, and demands the scope
/// that the function needs. The Functions host's own keys (<c>x-functions-key</c>, <c>code</c>) stay the host's business.
/// </summary>
internal sealed partial class IdentityMiddleware(
    IKeyDirectory keys,
    IAgentDirectory agents,
    FailedAttempts failures,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger<IdentityMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private const string Bearer = "Bearer ";
    private static readonly Caller Root = new(Subject.Operator("root"), Enum.GetValues<Scope>());

    // What agents may ask for; each of these functions looks whose thread, inbox, task or key it is. Any other, whoever adds it,
    // is for operators.
    private static readonly FrozenSet<string> ForAgents = FrozenSet.Create(
        "StartThread", "SendMessage", "ReserveMoney", "LeaseMessage", "CancelThread", "GetThread", "ListThreads", "ReadMessages",
        "ReadEvidence", "ReadInbox", "GetAgent", "ListAgents", "GetTask", "ListTasks", "PatchTask", "ListKeys", "ListAgentKeys",
        "GetAuthority", "ExplainAuthority", "ListCompanies", "GetCompany", "GetStats", "PutArtifact", "GetArtifact");

    private readonly byte[]? _rootHash = options.Value.Identity.RootKey is { } root ? HashOf(root) : null;
    private readonly bool _isOpen = options.Value.Identity.Mode == IdentityMode.Open;

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is { } http)
        {
            var function = context.FunctionDefinition.Name;
            var caller = await CallerOfAsync(http, function);
            var isForAgents = ForAgents.Contains(function);
            caller.Must(HttpMethods.IsGet(http.Request.Method) ? Scope.Read : isForAgents ? Scope.Send : Scope.Operate);
            if (!isForAgents)
            {
                caller.MustNotBeAnAgent();
            }

            http.SetCaller(caller);
        }

        await next(context);
    }

    private ValueTask<Caller> CallerOfAsync(HttpContext http, string function)
    {
        if (http.Request.Headers.Authorization.ToString() is { Length: > 0 } authorization)
        {
            return CheckAsync(authorization, http, function);
        }

        if (!_isOpen)
        {
            throw new ProblemException(Problems.KeyMissing());
        }

        return IsFromHere(http.Request) ? new(Caller.Anybody) : throw new ProblemException(Problems.ForeignOrigin());
    }

    private async ValueTask<Caller> CheckAsync(string authorization, HttpContext http, string function)
    {
        var text = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : "";
        if (_rootHash is not null && CryptographicOperations.FixedTimeEquals(HashOf(text), _rootHash))
        {
            return Root;
        }

        if (!KeyText.TryParse(text, out var presented))
        {
            throw Refuse(KeyFault.Malformed, "-", http, function);
        }

        var ring = await keys.ReadAsync(http.RequestAborted);
        var (key, fault) = ring.Check(presented, time.GetUtcNow());
        fault ??= await FaultOfAsync(key!, http.RequestAborted);
        return fault is null ? new Caller(key!.Subject, key.Scopes) : throw Refuse(fault.Value, presented.Id, http, function);
    }

    private async ValueTask<KeyFault?> FaultOfAsync(AccessKey key, CancellationToken cancellation)
    {
        if (!key.Subject.IsAgent)
        {
            return null;
        }

        // Somebody else may answer to the name of an agent that is gone, or have its id.
        var registry = await agents.ReadAsync(cancellation);
        var agent = registry.Find(key.Subject.Name);
        return agent?.Id != key.Subject.Name || registry.IncarnationOf(agent.Id) != key.Incarnation ? KeyFault.AgentDeleted
            : agent.Enabled ? null
            : KeyFault.AgentDisabled;
    }

    private ProblemException Refuse(KeyFault fault, string keyId, HttpContext http, string function)
    {
        var address = AddressOf(http);
        if (failures.Count(address) is { } wait)
        {
            LogOneOfTooMany(fault, keyId, address, function);
            return new ProblemException(Problems.TooManyKeys(FailedAttempts.Limit)) { RetryAfter = wait };
        }

        LogRefused(fault, keyId, address, function);
        return new ProblemException(Problems.KeyUnknown());
    }

    /// <summary>In Azure the caller is who the front end, which writes the last entry, has seen; elsewhere whoever is connected.</summary>
    private string AddressOf(HttpContext http)
    {
        var forwarded = options.Value.Identity.BehindAzure ? http.Request.Headers["X-Forwarded-For"].ToString() : "";
        return forwarded.Length > 0
            ? forwarded[(forwarded.LastIndexOf(',') + 1)..].Trim()
            : http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
    }

    /// <summary>
    /// Whether a request without a key was meant for this machine by this machine: a page from elsewhere in a browser here, or a
    /// name from elsewhere that leads here, is somebody else.
    /// </summary>
    private static bool IsFromHere(HttpRequest request) =>
        Exposure.IsLoopback(request.Host.Host)
        && (request.Headers.Origin.ToString() is not { Length: > 0 } origin
            || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && Exposure.IsLoopback(page.Host)));

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
