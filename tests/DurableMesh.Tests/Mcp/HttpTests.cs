using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DurableMesh.Client;
using DurableMesh.Mcp;
using DurableMesh.Mcp.Http;
using DurableMesh.Mcp.Tools;
using DurableMesh.Tests.Cli;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace DurableMesh.Tests.Mcp;

/// <summary>The server over HTTP: who gets in, and that it works for who does.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private const string Token = "a-token-of-the-test-that-is-long";

    private FakeMesh _mesh = null!;
    private McpHttp _http = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _mesh = await FakeMesh.StartAsync();
        var settings = new McpSettings(Sample.Builder);
        var mcp = new MeshMcp(MeshClient.Connect(new Uri(_mesh.Url)), settings, TimeProvider.System);
        _http = await McpHttp.StartAsync(mcp, 0, Token, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    public async Task Who_brings_the_token_has_the_tools(string protocol)
    {
        var thread = _mesh.Open().ThreadId;
        await using var client = await McpClient.CreateAsync(
            new HttpClientTransport(new HttpClientTransportOptions
            {
                Endpoint = _http.Address,
                TransportMode = HttpTransportMode.StreamableHttp,
                AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {Token}" },
            }),
            new McpClientOptions { ProtocolVersion = protocol },
            cancellationToken: Cancellation);

        Assert.Equal(protocol, client.NegotiatedProtocolVersion);
        var move = McpPeer.Read<MoveAnswer>(await client.CallToolAsync("wait_for_move", cancellationToken: Cancellation));
        Assert.Equal(thread, move.Thread!.ThreadId);
        var work = new Dictionary<string, object?> { ["thread"] = thread, ["body"] = "done" };
        await client.CallToolAsync("submit", work, cancellationToken: Cancellation);
        Assert.Equal("done", _mesh.Messages[^1].Body!.ToDisplayText());
    }

    [Theory]
    [InlineData(null, null, null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Token + "x", null, null, HttpStatusCode.Unauthorized)]
    [InlineData("Basic " + Token, null, null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Token, "evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("Bearer " + Token, "127.0.0.1:1", null, HttpStatusCode.Forbidden)]
    [InlineData("Bearer " + Token, null, "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Bearer " + Token, null, "null", HttpStatusCode.Forbidden)]
    [InlineData("Bearer " + Token, null, "http://localhost:1", HttpStatusCode.Forbidden)]
    [InlineData("Bearer " + Token, null, null, HttpStatusCode.OK)]
    [InlineData("Bearer " + Token, "localhost", null, HttpStatusCode.OK)]
    public async Task Others_get_nothing(string? authorization, string? host, string? origin, HttpStatusCode expected)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, _http.Address)
        {
            Content = new StringContent(
                """
                {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},
                "clientInfo":{"name":"test","version":"1"}}}
                """,
                Encoding.UTF8,
                "application/json"),
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Host = host == "localhost" ? $"localhost:{_http.Address.Port}" : host;
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(expected, response.StatusCode);
        Assert.DoesNotContain(Token, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void It_listens_on_the_loopback_interface_only() => Assert.Equal("127.0.0.1", _http.Address.Host);
}
