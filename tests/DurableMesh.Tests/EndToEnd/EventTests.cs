using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.AspNetCore.Http;
using StandardWebhooks;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>Events of a real host, by stream, page and webhook, through a SIGKILL of it.</summary>
public sealed class EventTests : IAsyncLifetime
{
    private static readonly string[] Messages = ["mesh.message.*"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-events-");
    private readonly ConcurrentQueue<(IHeaderDictionary Headers, string Body)> _posts = new();
    private AzuriteProcess _azurite = null!;
    private MeshHost _host = null!;
    private AnsweringServer _receiver = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteFixture.StartAsync(Path.Combine(_folder.FullName, "azurite"));
        _host = await MeshHost.StartAsync(_azurite.ConnectionString, Cancellation, new()
        {
            ["Mesh__Webhooks__Allow"] = "127.0.0.1",
        });
        _receiver = new AnsweringServer(async http =>
        {
            string body = await AnsweringServer.BodyOfAsync(http.Request);
            _posts.Enqueue((new HeaderDictionary(http.Request.Headers.ToDictionary()), body));
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _host.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_happens_is_told_once_and_in_order_through_a_crash_of_the_host()
    {
        JsonNode webhook = await _host.PostAsync(
            "/api/webhooks",
            new { id = "receiver", url = $"{_receiver.Address}/hook", types = Messages },
            System.Net.HttpStatusCode.Created,
            Cancellation);
        string secret = webhook["secret"]!.GetValue<string>();
        string thread = await _host.StartThreadAsync(Cancellation);
        (string last, string[] first) = await StreamAsync($"since=PT5M&thread={thread}", null, count: 2);
        Assert.Equal(["mesh.thread.started", "mesh.message.delivered"], first);

        await SayAsync(thread, "m-1", MeshHost.Builder, "question");
        await Eventually(() => _posts.Count == 2);
        await _host.KillAsync();
        await _host.StartAsync(Cancellation);
        await SayAsync(thread, "m-2", MeshHost.Verifier, "answer");

        (_, string[] rest) = await StreamAsync($"thread={thread}", last, count: 2);
        Assert.Equal(["mesh.message.delivered", "mesh.message.delivered"], rest);
        await Eventually(() => Posted(secret) is ["1", "2", "3"]);
        JsonNode page = await PageAsync($"since=PT5M&thread={thread}&limit=500");
        Assert.Equal(4, page["events"]!.AsArray().Count);
        Assert.False(page["more"]!.GetValue<bool>());
        JsonNode state = await _host.GetAsync("/api/webhooks/receiver", Cancellation);
        Assert.Equal("active", state["state"]!.GetValue<string>());
        Assert.Null(state["secret"]);
    }

    /// <summary>The sequences that were posted, each once; all are signed.</summary>
    private string[] Posted(string secret)
    {
        var verifier = new StandardWebhook(secret);
        var sequences = new List<string>();
        foreach ((IHeaderDictionary headers, string body) in _posts)
        {
            verifier.Verify(body, headers);
            string sequence = JsonNode.Parse(body)!["data"]!["sequence"]!.ToString();
            if (!sequences.Contains(sequence))
            {
                sequences.Add(sequence);
            }
        }

        return [.. sequences];
    }

    private async Task<(string Last, string[] Types)> StreamAsync(string query, string? after, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/events?{query}", UriKind.Relative));
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using HttpResponseMessage response = await _host.Http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        await using Stream body = await response.Content.ReadAsStreamAsync(Cancellation);
        SseParser<string> parser = SseParser.Create(body);
        var types = new List<string>();
        await foreach (SseItem<string> item in parser.EnumerateAsync(Cancellation))
        {
            types.Add(item.EventType);
            if (types.Count == count)
            {
                break;
            }
        }

        return (parser.LastEventId, [.. types]);
    }

    private async Task<JsonNode> PageAsync(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/events?{query}", UriKind.Relative));
        request.Headers.Accept.ParseAdd("application/json");
        using HttpResponseMessage response = await _host.Http.SendAsync(request, Cancellation);
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
    }

    private Task<JsonNode> SayAsync(string thread, string id, string from, string kind) =>
        _host.SendAsync(thread, new { messageId = id, from, kind, body = "and?" }, Cancellation);

    private static async Task Eventually(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, Cancellation);
        }
    }
}
