using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Http;
using DurableMesh.LocalHost;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Identity;

/// <summary>
/// Finds out who a request comes from, from <c>Authorization: Bearer KEY</c>, before any function sees it, and demands the scope
/// that the function needs. The Functions host's own keys (<c>x-functions-key</c>, <c>code</c>) stay the host's business. In
/// front of a local host it asks the same of every other route. A page of the dashboard has a session instead, which names a key.
/// </summary>
internal sealed partial class IdentityMiddleware(
    IKeyDirectory keys,
    IAgentDirectory agents,
    FailedAttempts failures,
    DashboardSessions sessions,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger<IdentityMiddleware> logger) : IFunctionsWorkerMiddleware, IRequestGuard, ICallerCheck, ISessionKeys
{
    private const string Bearer = "Bearer ";
    private const string ManagementApi = "the management API";
    private static readonly Caller Root = new(Subject.Operator("root"), Enum.GetValues<Scope>());

    // What agents may ask for; each of these functions looks whose thread, inbox, task or key it is. Any other, whoever adds it,
    // is for operators.
    private static readonly FrozenSet<string> ForAgents = FrozenSet.Create(
        "CheckWorkflow", "StartWorkflow", "GetWorkflow", "ListWorkflows", "GetWorkflowEvidence", "CancelWorkflow",
        "FinalizeWorkflow", "Dispatch",
        "StartThread", "SendMessage", "ReserveMoney", "LeaseMessage", "CancelThread", "GetThread", "ListThreads", "ReadMessages",
        "ReadEvidence", "ReadInbox", "GetAgent", "ListAgents", "GetTask", "ListTasks", "PatchTask", "ListKeys", "ListAgentKeys",
        "GetAuthority", "ExplainAuthority", "ListCompanies", "GetCompany", "GetStats", "GetPairStats", "PutArtifact",
        "GetArtifact", "Events", "A2aRpc", "A2aSendMessage", "A2aStreamMessage", "A2aGetTask", "A2aListTasks", "A2aChangeTask",
        "A2aListPushes", "A2aCreatePush", "A2aGetPush", "A2aDeletePush", "A2aExtendedCard", "A2aAgentCard", "GetOpenApi",
        "GetApiDocs");

    // It takes reads by POST as well, and each of its methods asks for the scope that it needs.
    private const string Rpc = "A2aRpc";

    /// <summary>Whether agents may ask a function, besides operators.</summary>
    internal static bool IsForAgents(string function) => ForAgents.Contains(function);

    private readonly byte[]? _rootHash = options.Value.Identity.RootKey is { } root ? HashOf(root) : null;
    private readonly bool _isOpen = options.Value.Identity.Mode == IdentityMode.Open;

    private string? RootText => _rootHash is null ? null : Convert.ToHexStringLower(_rootHash);

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is { } http)
        {
            var function = context.FunctionDefinition.Name;
            var caller = await CallerOfAsync(http, function);
            var isForAgents = ForAgents.Contains(function);
            caller.Must(HttpMethods.IsGet(http.Request.Method) || function == Rpc ? Scope.Read : isForAgents ? Scope.Send : Scope.Operate);
            if (!isForAgents)
            {
                caller.MustNotBeAnAgent();
            }

            http.SetCaller(caller);
            await next(context);
            if (http.Request.Query.ContainsKey("wait"))
            {
                // The key may have been revoked, or have expired, while the answer was waited for.
                await CallerOfAsync(http, function);
            }

            return;
        }

        await next(context);
    }

    /// <inheritdoc/>
    /// <remarks>A function asks for the caller itself; only what has no function behind it is asked for here.</remarks>
    public async ValueTask<IResult?> CheckAsync(HttpContext http, bool isManagement)
    {
        try
        {
            if (isManagement)
            {
                var caller = await CallerOfAsync(http, ManagementApi);
                caller.Must(HttpMethods.IsGet(http.Request.Method) ? Scope.Read : Scope.Operate);
                caller.MustNotBeAnAgent();
            }
            else if (!MayPass(http.Request))
            {
                throw new ProblemException(Problems.ForeignOrigin());
            }

            return null;
        }
        catch (ProblemException refused)
        {
            return new ProblemAnswer(refused.Problem) { RetryAfter = refused.RetryAfter };
        }
        catch (AccessDeniedException denied)
        {
            return new ProblemAnswer(Problems.AccessDenied(denied));
        }
    }

    /// <inheritdoc/>
    ValueTask<Caller> ICallerCheck.CheckAsync(HttpContext http, string asked) => CallerOfAsync(http, asked);

    /// <inheritdoc/>
    async ValueTask<Caller?> ISessionKeys.EnterAsync(string key, HttpContext http)
    {
        Caller caller;
        try
        {
            caller = await CheckAsync(Bearer + key, http, PageNames.EnterKey);
        }
        catch (ProblemException refused) when (refused.Problem.Status == StatusCodes.Status401Unauthorized)
        {
            return null;
        }

        if (caller.Subject is not { IsAgent: true })
        {
            var id = KeyText.TryParse(key, out var parsed) && caller != Root ? parsed.Id : null;
            await sessions.BeginAsync(http, id, id is null ? RootText : null, http.RequestAborted);
        }

        return caller;
    }

    /// <inheritdoc/>
    ValueTask ISessionKeys.LeaveAsync(HttpContext http) => sessions.EndAsync(http, http.RequestAborted);

    /// <summary>
    /// Without a key an open mesh serves this machine only. With one, or where keys are wanted, the key decides, and no page of
    /// another site can have one.
    /// </summary>
    private bool MayPass(HttpRequest request) => _isOpen && request.Headers.Authorization.ToString().Length == 0
        ? LocalRequest.IsFromHere(request)
        : !LocalRequest.IsCrossSite(request);

    private ValueTask<Caller> CallerOfAsync(HttpContext http, string function)
    {
        if (!MayPass(http.Request))
        {
            throw new ProblemException(Problems.ForeignOrigin());
        }

        return http.Request.Headers.Authorization.ToString() is { Length: > 0 } authorization
            ? CheckAsync(authorization, http, function)
            : PageNames.TakesSession(function) ? CallerOfSessionAsync(http)
            : _isOpen ? new(Caller.Anybody) : throw new ProblemException(Problems.KeyMissing());
    }

    /// <summary>
    /// The bearer of the key that was entered in the browser, if it still works. That it does not is nobody's attempt to guess.
    /// </summary>
    private async ValueTask<Caller> CallerOfSessionAsync(HttpContext http)
    {
        if (await sessions.ReadAsync(http.Request, http.RequestAborted) is not { HasKey: true } session)
        {
            return _isOpen ? Caller.Anybody : throw new ProblemException(Problems.KeyMissing());
        }

        if (session.RootHash is { } root)
        {
            return root == RootText ? Root : throw new ProblemException(Problems.KeyUnknown());
        }

        var key = (await keys.ReadAsync(http.RequestAborted)).Find(session.KeyId!);
        var works = key is not null && key.FaultAt(time.GetUtcNow()) is null
            && await FaultOfAsync(key, http.RequestAborted) is null;
        return works ? new Caller(key!.Subject, key.Scopes) : throw new ProblemException(Problems.KeyUnknown());
    }

    private async ValueTask<Caller> CheckAsync(string authorization, HttpContext http, string function)
    {
        var text = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : "";
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

    /// <summary>
    /// In Azure the caller is who the front end, which writes the last entry, has seen; elsewhere whoever is connected.
    /// </summary>
    private string AddressOf(HttpContext http)
    {
        var forwarded = options.Value.Identity.BehindAzure ? http.Request.Headers["X-Forwarded-For"].ToString() : "";
        return forwarded.Length > 0
            ? forwarded[(forwarded.LastIndexOf(',') + 1)..].Trim()
            : http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
    }

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
