using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// The real host and a real Azurite, talked to over HTTP, and what becomes of a dialogue when either of them dies.
/// </summary>
public sealed class EndToEndTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-e2e-");
    private AzuriteProcess _azurite = null!;
    private MeshHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteFixture.StartAsync(_folder.FullName);
        _host = await MeshHost.StartAsync(_azurite.ConnectionString, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(_host.Output);
        await _host.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_host_that_is_killed_at_ten_moments_of_a_dialogue_loses_and_doubles_nothing()
    {
        string id = await _host.StartThreadAsync(Cancellation);
        for (int step = 0; step < PassingDialogue.Messages.Length; step++)
        {
            // Every other time the host dies with the send under way, else right after the receipt.
            Task<HttpStatusCode?> send = _host.TrySendAsync(id, PassingDialogue.Messages[step], Cancellation);
            if (step % 2 == 0)
            {
                await send;
            }

            await _host.KillAsync();
            await send;
            await _host.StartAsync(Cancellation);
            JsonNode receipt = await SendAsync(id, PassingDialogue.Messages[step]);
            Assert.Equal(step + 2, receipt["sequence"]!.GetValue<int>());
        }

        await PassingDialogue.AssertIsWholeAsync(_host, id, Cancellation);
    }

    [Fact]
    public async Task A_host_that_is_killed_again_and_again_finds_all_that_has_left_its_memory()
    {
        const int kills = 5;
        var random = new Random(kills);
        var ended = new List<string>();
        for (int kill = 0; kill < kills; kill++)
        {
            string id = await _host.StartThreadOfItsOwnAsync($"MC-{kill}", Cancellation);
            int dies = random.Next(PassingDialogue.Messages.Length);
            for (int step = 0; step < PassingDialogue.Messages.Length; step++)
            {
                if (step == dies)
                {
                    Task<HttpStatusCode?> send = _host.TrySendAsync(id, PassingDialogue.Messages[step], Cancellation);
                    await _host.KillAsync();
                    await send;
                    await _host.StartAsync(Cancellation);
                }

                JsonNode receipt = await SendAsync(id, PassingDialogue.Messages[step]);
                Assert.Equal(step + 2, receipt["sequence"]!.GetValue<int>());
            }

            // A search has the tables brought up to date: the next start has the threads from there.
            ended.Insert(0, id);
            Assert.Equal(ended, await IdsAsync("q=quoted&limit=100"));
        }

        await _host.KillAsync();
        await _host.StartAsync(Cancellation);
        Assert.Equal(ended, await IdsAsync("limit=100"));
        foreach (string id in ended)
        {
            await PassingDialogue.AssertIsWholeAsync(_host, id, Cancellation);
        }
    }

    [Fact]
    public async Task The_same_message_sent_a_hundred_times_at_once_is_accepted_once()
    {
        string id = await _host.StartThreadAsync(Cancellation);

        JsonNode[] receipts = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => SendAsync(id, PassingDialogue.Messages[0])));

        Assert.Single(receipts, receipt => receipt["receipt"]!.GetValue<string>() == "accepted");
        Assert.Equal(99, receipts.Count(receipt => receipt["receipt"]!.GetValue<string>() == "duplicate"));
        Assert.All(receipts, receipt => Assert.Equal(2, receipt["sequence"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Fifty_threads_side_by_side_all_pass()
    {
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _host.StartThreadAsync(Cancellation)));
        await Task.WhenAll(ids.Select(async id =>
        {
            foreach (JsonObject message in PassingDialogue.Messages)
            {
                await SendAsync(id, message);
            }
        }));

        foreach (string id in ids)
        {
            await PassingDialogue.AssertIsWholeAsync(_host, id, Cancellation);
        }
    }

    [Fact]
    public async Task Fifty_starts_with_one_idempotency_key_make_one_thread()
    {
        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => StartWithKeyAsync("key-1", maxTurns: 20)));
        string?[] ids = await Task.WhenAll(answers.Select(async answer =>
            JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["threadId"]?.GetValue<string>()));
        HttpResponseMessage other = await StartWithKeyAsync("key-1", maxTurns: 21);

        Assert.Single(ids.Distinct());
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains("idempotency_conflict", await other.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_is_away_is_said_so_and_everything_goes_on_when_it_is_back()
    {
        string id = await _host.StartThreadAsync(Cancellation);
        await _azurite.StopAsync();

        using HttpResponseMessage health = await _host.Http.GetAsync(new Uri("/api/health", UriKind.Relative), Cancellation);
        using HttpResponseMessage send = await _host.Http.PostAsJsonAsync(
            $"/api/threads/{id}/messages", PassingDialogue.Messages[0], Cancellation);
        string problem = await send.Content.ReadAsStringAsync(Cancellation);
        await _azurite.RestartAsync(Cancellation);
        JsonNode receipt = await SendAsync(id, PassingDialogue.Messages[0]);
        foreach (JsonObject message in PassingDialogue.Messages.Skip(1))
        {
            await SendAsync(id, message);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, send.StatusCode);
        Assert.Contains("storage_unavailable", problem, StringComparison.Ordinal);
        Assert.Equal(2, receipt["sequence"]!.GetValue<int>());
        await PassingDialogue.AssertIsWholeAsync(_host, id, Cancellation);
    }

    [Fact]
    public async Task An_await_wakes_as_soon_as_the_message_is_there()
    {
        string id = await _host.StartThreadAsync(Cancellation);

        Task<JsonNode> waiting = _host.GetAsync(
            $"/api/threads/{id}/messages?after=1&to={MeshHost.Verifier}&wait=PT60S", Cancellation);
        Task<JsonNode> inbox = _host.GetAsync($"/api/agents/{MeshHost.Verifier}/inbox?wait=PT60S", Cancellation);
        await SendAsync(id, PassingDialogue.Messages[0]);

        Assert.Equal("b-1", (await waiting)["messages"]![0]!["messageId"]!.GetValue<string>());
        await inbox;
        JsonNode all = await _host.GetAsync($"/api/agents/{MeshHost.Verifier}/inbox", Cancellation);
        Assert.Equal(
            ["mesh:brief", "b-1"], all["messages"]!.AsArray().Select(message => message!["messageId"]!.GetValue<string>()));
    }

    private async Task<HttpResponseMessage> StartWithKeyAsync(string key, int maxTurns)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/threads")
        {
            Content = JsonContent.Create(MeshHost.ThreadRequest(maxTurns)),
        };
        request.Headers.Add("Idempotency-Key", key);
        return await _host.Http.SendAsync(request, Cancellation);
    }

    private async Task<IEnumerable<string>> IdsAsync(string query) =>
        from thread in (await _host.GetAsync($"/api/threads?{query}", Cancellation))["threads"]!.AsArray()
        select thread!["threadId"]!.GetValue<string>();

    private Task<JsonNode> SendAsync(string id, object message) => _host.SendAsync(id, message, Cancellation);
}
