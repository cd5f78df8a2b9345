using System.Reflection;
using DurableMesh.Client;
using DurableMesh.Mcp.Dialogues;
using DurableMesh.Mcp.Tools;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace DurableMesh.Mcp;

/// <summary>
/// The mesh as a server of the Model Context Protocol: tools by which a model takes part in dialogues as one agent.
/// </summary>
public sealed class MeshMcp
{
    private const string Name = "durablemesh";

    private readonly McpSettings _settings;
    private readonly List<McpServerTool> _tools = [];
    private readonly DialogueTasks? _tasks;

    /// <summary>A server for one agent.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="settings">Whom it speaks for.</param>
    /// <param name="time">The clock by which it waits.</param>
    public MeshMcp(MeshClient mesh, McpSettings settings, TimeProvider time)
    {
        _settings = settings;
        var desk = new Desk(mesh, settings, time);
        var channel = settings.ReplyChannel is { } path ? new RunnerChannel(path) : null;
        var mouth = new Mouth(desk, channel);
        var holds = new Holds(desk);
        Add(new WaitTool(desk, channel), desk);
        Add(new ThreadTools(desk), desk);
        Add(new SpeakingTools(desk, mouth), desk);
        if (channel is null)
        {
            // Under a runner money is the runner's matter.
            Add(new MoneyTool(desk), desk);
        }

        if (channel is null && settings.OnlyThread is null)
        {
            var starts = new DialogueStarts(desk);
            var dialogues = new DialogueTool(desk, mouth, holds, starts);
            Add(dialogues, desk);
            _tasks = new DialogueTasks(desk, dialogues, mouth, holds, starts);
        }
    }

    /// <summary>Sets a server up. More than one may be, over the same mesh.</summary>
    public void Configure(McpServerOptions options)
    {
        options.ServerInfo = new Implementation
        {
            Name = Name,
            Title = "DurableMesh",
            Version = typeof(MeshMcp).Assembly.GetName().Version?.ToString(3) ?? "0",
        };
        options.ServerInstructions =
            $"You are the agent {_settings.Agent} on a mesh of agents that work as peers. In a thread an initiator builds and " +
            "a responder judges. Call wait_for_move to get your move, do it, and say it with submit, judge, ask or answer. " +
            Desk.Notice;
        options.ToolCollection = [.. _tools];
        _tasks?.AddTo(options);
    }

    /// <summary>Serves the client that started this process, over its standard streams, until it leaves.</summary>
    /// <param name="cancellation">Stops serving.</param>
    public Task ServeProcessAsync(CancellationToken cancellation) => ServeAsync(new StdioServerTransport(Name), cancellation);

    /// <summary>Serves one client over a pair of streams, until it leaves.</summary>
    /// <param name="input">The client's words.</param>
    /// <param name="output">The answers, and nothing else.</param>
    /// <param name="cancellation">Stops serving.</param>
    public Task ServeAsync(Stream input, Stream output, CancellationToken cancellation) =>
        ServeAsync(new StreamServerTransport(input, output, Name), cancellation);

    private async Task ServeAsync(TransportBase transport, CancellationToken cancellation)
    {
        var options = new McpServerOptions();
        Configure(options);
        await using var served = transport;
        await using var server = McpServer.Create(transport, options);
        await server.RunAsync(cancellation);
    }

    private void Add(object tools, Desk desk)
    {
        foreach (var method in tools.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(method => method.IsDefined(typeof(McpServerToolAttribute))))
        {
            var options = new McpServerToolCreateOptions { SerializerOptions = McpJson.Options };
            var tool = McpServerTool.Create(method, tools, options);
            var described = tool.ProtocolTool;
            described.InputSchema = ToolSchema.WithoutNull(described.InputSchema, isInput: true);
            described.OutputSchema = described.OutputSchema is { } output ? ToolSchema.WithoutNull(output, isInput: false) : null;
            _tools.Add(new RefusingTool(tool, desk));
        }
    }
}
