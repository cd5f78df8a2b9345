using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Client;
using DurableMesh.Mcp;
using DurableMesh.Mcp.Tools;
using DurableMesh.Tests.Cli;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace DurableMesh.Tests.Mcp;

/// <summary>An agent that takes part through MCP: the SDK's own client at a server over the fake mesh, in this process.</summary>
internal sealed class McpPeer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _server;

    private McpPeer(MeshMcp mcp, Stream input, Stream output) => _server = mcp.ServeAsync(input, output, _stop.Token);

    public McpClient Client { get; private set; } = null!;

    public static Task<McpPeer> JoinAsync(FakeMesh mesh, string agent, McpClientOptions? options = null, string? key = null) =>
        JoinAsync(mesh, new McpSettings(agent) { Key = key, User = "ann" }, options);

    public static async Task<McpPeer> JoinAsync(FakeMesh mesh, McpSettings settings, McpClientOptions? options = null)
    {
        var (up, down) = (new Pipe(), new Pipe());
        var mcp = new MeshMcp(MeshClient.Connect(new Uri(mesh.Url), settings.Key), settings, TimeProvider.System);
        var peer = new McpPeer(mcp, up.Reader.AsStream(), down.Writer.AsStream());
        peer.Client = await McpClient.CreateAsync(
            new StreamClientTransport(up.Writer.AsStream(), down.Reader.AsStream()),
            options,
            cancellationToken: TestContext.Current.CancellationToken);
        return peer;
    }

    /// <summary>Calls a tool that must do it.</summary>
    public async Task<TAnswer> DoAsync<TAnswer>(
        string tool, object arguments, IProgress<ProgressNotificationValue>? progress = null)
        where TAnswer : ToolAnswer
    {
        var result = await CallAsync(tool, arguments, progress);
        Assert.False(result.IsError ?? false, Text(result));
        return Read<TAnswer>(result);
    }

    /// <summary>Calls a tool that must refuse.</summary>
    public async Task<Refusal> RefusedAsync(string tool, object arguments)
    {
        var result = await CallAsync(tool, arguments);
        Assert.True(result.IsError ?? false, Text(result));
        return Read<RefusedAnswer>(result).Refusal!;
    }

    public async Task<CallToolResult> CallAsync(
        string tool,
        object arguments,
        IProgress<ProgressNotificationValue>? progress = null,
        CancellationToken? cancellation = null)
    {
        var given = JsonSerializer.SerializeToNode(arguments, McpJson.Options)!.AsObject()
            .ToDictionary(argument => argument.Key, argument => (object?)argument.Value);
        return await Client.CallToolAsync(
            tool, given, progress, cancellationToken: cancellation ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a request as a client that knows the Tasks extension, and perhaps forms.</summary>
    public async Task<JsonObject> AskAsync(string method, JsonObject parameters, bool canAsk = false)
    {
        var extensions = new JsonObject { ["io.modelcontextprotocol/tasks"] = new JsonObject() };
        var capabilities = new JsonObject { ["extensions"] = extensions };
        if (canAsk)
        {
            capabilities["elicitation"] = new JsonObject { ["form"] = new JsonObject() };
        }

        parameters["_meta"] = new JsonObject { ["io.modelcontextprotocol/clientCapabilities"] = capabilities };
        var request = new JsonRpcRequest { Method = method, Params = parameters };
        var response = await Client.SendRequestAsync(request, TestContext.Current.CancellationToken);
        return response.Result!.AsObject();
    }

    public static TAnswer Read<TAnswer>(CallToolResult result)
        where TAnswer : ToolAnswer => result.StructuredContent!.Value.Deserialize<TAnswer>(McpJson.Options)!;

    public static string Text(CallToolResult result) =>
        string.Concat(result.Content.OfType<TextContentBlock>().Select(text => text.Text));

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _stop.CancelAsync();
        try
        {
            await _server;
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }

        _stop.Dispose();
    }
}
