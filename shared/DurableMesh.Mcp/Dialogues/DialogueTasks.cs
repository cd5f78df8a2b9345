using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Client;
using DurableMesh.Core.Wire;
using DurableMesh.Mcp.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp.Dialogues;

/// <summary>
/// The Tasks extension of MCP (SEP-2663) for dialogues: a task is a thread. Its id is the thread's, its status is read from the
/// thread, and so a task outlives this process and can be asked for at any other one.
/// </summary>
internal sealed class DialogueTasks(Desk desk, DialogueTool tool, Mouth mouth, Holds holds, DialogueStarts starts)
{
    /// <summary>Marks a call whose client wants a task.</summary>
    public const string Wanted = "mesh:task-wanted";

    /// <summary>Where the tool leaves the thread that it started.</summary>
    public const string Started = "mesh:task-started";

    private const string Extension = "io.modelcontextprotocol/tasks";
    private const string FirstVersion = "2026-07-28";
    private const int PollMilliseconds = 2000;

    // The mesh does not forget threads by itself; the protocol wants a number or null, and not every client reads null.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Teaches a server tasks.</summary>
    public void AddTo(McpServerOptions options)
    {
        options.Capabilities ??= new ServerCapabilities();
        options.Capabilities.Extensions ??= new Dictionary<string, object>();
        options.Capabilities.Extensions[Extension] = new JsonObject();
        options.Filters.Request.CallToolWithAlternateFilters.Add(CallAsync);
        options.RequestHandlers ??= [];
        options.RequestHandlers.Add(Handler("tasks/get", GetAsync));
        options.RequestHandlers.Add(Handler("tasks/update", UpdateAsync));
        options.RequestHandlers.Add(Handler("tasks/cancel", CancelAsync));
    }

    /// <summary>Where a thread is, in a line.</summary>
    public static string StatusOf(ThreadView thread) => thread.State switch
    {
        ThreadPhase.Held => "held for a person",
        ThreadPhase.Open => string.Create(
            CultureInfo.InvariantCulture,
            $"round {thread.Round}, waits for {thread.Awaiting}, " +
            $"{thread.Checks.Passed} of {thread.Checks.Required} criteria passed"),
        ThreadPhase.Ended => $"{Words.Of(thread.EndState!.Value)} ({Words.Of(thread.Reason!.Value)})",
        _ => "starting",
    };

    private async ValueTask<ResultOrAlternate<CallToolResult>> CallAsync(
        RequestContext<CallToolRequestParams> request,
        McpRequestHandler<CallToolRequestParams, ResultOrAlternate<CallToolResult>> next,
        CancellationToken cancellation)
    {
        if (request.Params.Name != DialogueTool.Name || !IsWanted(request.JsonRpcRequest))
        {
            return await next(request, cancellation);
        }

        request.Items[Wanted] = true;
        var result = await next(request, cancellation);
        return request.Items.TryGetValue(Started, out var started) && started is ThreadView thread
            ? ResultOrAlternate<CallToolResult>.FromAlternate(Created(thread), TaskJson.Default.CreatedTask)
            : result;
    }

    private async ValueTask<JsonNode?> GetAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var thread = await FindAsync(request, cancellation);
        thread = await starts.HandOverAsync(thread, null, mouth, cancellation);
        var task = new JsonObject
        {
            ["resultType"] = "complete",
            ["taskId"] = thread.ThreadId,
            ["status"] = "working",
            ["statusMessage"] = StatusOf(thread),
            ["createdAt"] = thread.CreatedAt,
            ["lastUpdatedAt"] = thread.EndedAt ?? desk.Time.GetUtcNow(),
            ["ttlMs"] = (long)Kept.TotalMilliseconds,
            ["pollIntervalMs"] = PollMilliseconds,
        };
        if (thread.State == ThreadPhase.Held && Holds.CanAsk(ClientOf(request)))
        {
            task["status"] = "input_required";
            task["inputRequests"] = JsonSerializer.SerializeToNode(
                holds.Ask(thread), McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, InputRequest>)));
        }
        else if (thread is { State: ThreadPhase.Ended, Reason: EndReason.Cancelled })
        {
            task["status"] = "cancelled";
        }
        else if (thread.State == ThreadPhase.Ended)
        {
            task["status"] = "completed";
            task["result"] = JsonSerializer.SerializeToNode(
                ToolResults.Of(await tool.EndAsync(thread, cancellation)),
                McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(CallToolResult)));
        }

        return task;
    }

    private async ValueTask<JsonNode?> UpdateAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var thread = await FindAsync(request, cancellation);
        var responses = request.Params?["inputResponses"] is { } given
            ? (IDictionary<string, InputResponse>?)given.Deserialize(
                McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, InputResponse>)))
            : null;
        if (thread.State == ThreadPhase.Held && responses is not null)
        {
            await holds.DecideAsync(thread.ThreadId, responses, cancellation);
        }

        return Done();
    }

    private async ValueTask<JsonNode?> CancelAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var thread = await FindAsync(request, cancellation);
        if (thread.State != ThreadPhase.Ended)
        {
            await desk.Mesh.CancelAsync(
                thread.ThreadId, new CancelRequest(desk.By, $"cancelled through MCP by {desk.Agent}"), cancellation);
        }

        return Done();
    }

    private async Task<ThreadView> FindAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        var id = (request.Params as JsonObject)?["taskId"] is JsonValue value && value.TryGetValue<string>(out var text)
            ? desk.Allowed(text)
            : throw new McpProtocolException("params.taskId is missing.", McpErrorCode.InvalidParams);
        return await desk.Mesh.GetThreadAsync(id, cancellation);
    }

    // These are methods of the protocol, not tools: what is refused is an error of the protocol, and says why.
    private McpServerRequestHandler Handler(
        string method, Func<JsonRpcRequest, CancellationToken, ValueTask<JsonNode?>> handle) => new()
        {
            Method = method,
            RoutingNameParameter = "taskId",
            Handler = async (request, cancellation) =>
            {
                if (!IsWanted(request.JsonRpcRequest))
                {
                    throw new McpProtocolException(
                        $"{method} is for clients of protocol {FirstVersion} or later that declare the extension {Extension}.",
                        McpErrorCode.MethodNotFound);
                }

                try
                {
                    return await handle(request.JsonRpcRequest, cancellation);
                }
                catch (RefusedException refused)
                {
                    throw new McpProtocolException(desk.Clean(refused.Message), McpErrorCode.InvalidParams);
                }
                catch (MeshProblemException refused)
                {
                    throw new McpProtocolException(desk.Clean(refused.Message), McpErrorCode.InvalidParams);
                }
                catch (MeshUnreachableException away)
                {
                    throw new McpProtocolException(desk.Clean(away.Message), McpErrorCode.InternalError);
                }
            },
        };

    private static CreatedTask Created(ThreadView thread) => new()
    {
        ResultType = "task",
        TaskId = thread.ThreadId,
        Status = "working",
        StatusMessage = StatusOf(thread),
        CreatedAt = thread.CreatedAt,
        LastUpdatedAt = thread.CreatedAt,
        TtlMs = (long)Kept.TotalMilliseconds,
        PollIntervalMs = PollMilliseconds,
    };

    private static JsonObject Done() => new() { ["resultType"] = "complete" };

    private static bool IsWanted(JsonRpcRequest request) =>
        string.CompareOrdinal(request.Context?.ProtocolVersion, FirstVersion) >= 0
        && ClientOf(request)?.Extensions?.ContainsKey(Extension) == true;

    private static ClientCapabilities? ClientOf(JsonRpcRequest request) =>
        request.Context?.ClientCapabilities
        ?? (ClientCapabilities?)(request.Params as JsonObject)?["_meta"]?[MetaKeys.ClientCapabilities]?.Deserialize(
            McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(ClientCapabilities)));
}
