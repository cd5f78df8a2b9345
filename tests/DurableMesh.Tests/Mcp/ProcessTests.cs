using System.Diagnostics;
using DurableMesh.Core.Wire;
using DurableMesh.Mcp.Tools;
using DurableMesh.Tests.Cli;
using ModelContextProtocol.Client;

namespace DurableMesh.Tests.Mcp;

/// <summary>The real <c>mesh mcp</c>, in a process of its own.</summary>
public sealed class ProcessTests : IAsyncLifetime
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "mesh.dll");

    private FakeMesh _mesh = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_client_starts_it_and_talks_over_its_standard_streams()
    {
        var thread = _mesh.Open().ThreadId;
        await using var client = await McpClient.CreateAsync(
            new StdioClientTransport(new StdioClientTransportOptions
            {
                Name = "mesh",
                Command = "dotnet",
                Arguments = [Program, "mcp"],
                EnvironmentVariables = new Dictionary<string, string?>
                {
                    ["MESH_URL"] = _mesh.Url,
                    ["MESH_AGENT"] = Sample.Builder,
                    ["MESH_KEY"] = "dmk_of-the-builder",
                    ["MESH_THREAD"] = thread,
                    ["MESH_REPLY"] = null,
                },
            }),
            cancellationToken: Cancellation);

        var move = McpPeer.Read<MoveAnswer>(await client.CallToolAsync("wait_for_move", cancellationToken: Cancellation));
        Assert.Equal((MoveOutcome.YourMove, thread), (move.Outcome, move.Thread!.ThreadId));
        var work = new Dictionary<string, object?> { ["body"] = "blåbær 🚀" };
        await client.CallToolAsync("submit", work, cancellationToken: Cancellation);

        Assert.Equal("blåbær 🚀", _mesh.Messages[^1].Body!.ToDisplayText());
        Assert.Contains("Bearer dmk_of-the-builder", _mesh.Authorizations);
    }

    [Fact]
    public async Task It_stops_when_it_is_told_to_though_its_client_is_still_there()
    {
        var start = new ProcessStartInfo("dotnet", [Program, "mcp", "--as", Sample.Builder, "--url", _mesh.Url])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
            await process.StandardInput.FlushAsync(Cancellation);
            Assert.Contains("jsonrpc", await process.StandardOutput.ReadLineAsync(Cancellation), StringComparison.Ordinal);

            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);

            // Half of the time after which the command line would stop waiting for it.
            await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task It_serves_http_and_prints_its_token_once()
    {
        var thread = _mesh.Open().ThreadId;
        var start = new ProcessStartInfo("dotnet", [Program, "mcp", "--as", Sample.Builder, "--http", "--url", _mesh.Url])
        {
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("MESH_THREAD");
        start.Environment.Remove("MESH_MCP_TOKEN");
        using var process = Process.Start(start)!;
        try
        {
            var address = (await process.StandardOutput.ReadLineAsync(Cancellation))!.Split(' ')[^1];
            var token = (await process.StandardOutput.ReadLineAsync(Cancellation))!.Split(' ')[^1];
            Assert.Equal(64, token.Length);
            await using var client = await McpClient.CreateAsync(
                new HttpClientTransport(new HttpClientTransportOptions
                {
                    Endpoint = new Uri(address),
                    AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
                }),
                cancellationToken: Cancellation);

            var status = McpPeer.Read<StatusAnswer>(await client.CallToolAsync("status", cancellationToken: Cancellation));

            Assert.Equal((thread, ThreadPhase.Open), (status.Threads![0].ThreadId, status.Threads[0].State));
        }
        finally
        {
            process.Kill();
        }
    }

    [Fact]
    public async Task It_wants_to_know_whom_it_speaks_for()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("MESH_AGENT") is not null, "MESH_AGENT says it here.");

        var run = await MeshRun.OfAsync("", ["mcp"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--as ID", run.Error, StringComparison.Ordinal);
    }
}
