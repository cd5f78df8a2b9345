using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Tests.Functions.Adapters;

/// <summary>A request that an agent's address got.</summary>
internal sealed record AgentRequest(string Path, Dictionary<string, string> Headers, string Body);

/// <summary>What it answers.</summary>
internal sealed record AgentResponse(int Status, string Body = "", params (string Name, string Value)[] Headers);

/// <summary>An agent's address on loopback, of which a test says what it answers.</summary>
internal sealed class AgentServer : IAsyncDisposable
{
    private readonly AnsweringServer _server;
    private readonly Func<AgentRequest, AgentResponse> _answer;

    public AgentServer(Func<AgentRequest, AgentResponse> answer)
    {
        _answer = answer;
        _server = new AnsweringServer(ServeAsync);
    }

    public string Address => _server.Address + "/";

    public ConcurrentQueue<AgentRequest> Requests { get; } = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        var request = new AgentRequest(
            http.Request.Path.Value!,
            http.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await AnsweringServer.BodyOfAsync(http.Request));
        Requests.Enqueue(request);
        var response = _answer(request);
        http.Response.StatusCode = response.Status;
        foreach (var (name, value) in response.Headers)
        {
            http.Response.Headers[name] = value;
        }

        await http.Response.WriteAsync(response.Body, http.RequestAborted);
    }
}
