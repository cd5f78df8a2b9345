using System.Collections.Concurrent;
using System.Net;
using System.Text;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Tests.Functions.Adapters;

/// <summary>A request that an agent's address got.</summary>
internal sealed record AgentRequest(string Path, Dictionary<string, string> Headers, string Body);

/// <summary>What it answers.</summary>
internal sealed record AgentResponse(int Status, string Body = "", params (string Name, string Value)[] Headers);

/// <summary>An agent's address on loopback, of which a test says what it answers.</summary>
internal sealed class AgentServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<AgentRequest, AgentResponse> _answer;
    private readonly Task _loop;

    public AgentServer(Func<AgentRequest, AgentResponse> answer)
    {
        _answer = answer;
        Address = $"http://127.0.0.1:{MeshHost.FreePort()}/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _loop = Task.Run(ServeAsync);
    }

    public string Address { get; }

    public ConcurrentQueue<AgentRequest> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Abort();
        await _loop;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                var request = new AgentRequest(
                    context.Request.Url!.AbsolutePath,
                    context.Request.Headers.AllKeys.ToDictionary(
                        name => name!, name => context.Request.Headers[name]!, StringComparer.OrdinalIgnoreCase),
                    await reader.ReadToEndAsync());
                Requests.Enqueue(request);
                var response = _answer(request);
                context.Response.StatusCode = response.Status;
                foreach (var (name, value) in response.Headers)
                {
                    context.Response.AddHeader(name, value);
                }

                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(response.Body));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.IsListening)
                {
                    return;
                }
            }
        }
    }
}
