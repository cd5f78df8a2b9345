using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Functions;
using DurableMesh.Tests.LocalHost.Azurite;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// What a page in a browser, and a local user, try with the real host: to speak as a verifier, to decide for a person, to start
/// what no agent has asked for, all through the management API.
/// </summary>
[Collection(typeof(SharedAzurite))]
public sealed class ForgeryTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Management = "/runtime/webhooks/durabletask";
    private const string RootKey = "root-key-of-the-forgery-tests-0123456789";

    private MeshHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await StartAsync([]);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_page_in_the_browser_reaches_nothing()
    {
        string id = await _host.StartThreadAsync(Cancellation);
        (string, string)[] page =
        [
            ("Host", "evil.example"), ("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"),
        ];
        foreach ((string header, string value) in page)
        {
            string[] paths =
            [
                $"instances/{id}/raiseEvent/inbox", $"instances/{id}/terminate", "orchestrators/ThreadOrchestrator",
            ];
            foreach (string path in paths)
            {
                Assert.Equal(HttpStatusCode.Forbidden, await PostAsync($"{Management}/{path}", Cancel(), header, value));
            }
        }

        Assert.Equal(
            HttpStatusCode.BadRequest,
            await PostAsync($"{Management}/orchestrators/ThreadOrchestrator", Cancel(), "Content-Type", "text/plain"));
        Assert.Equal("open", (await _host.GetAsync($"/api/threads/{id}", Cancellation))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Who_raises_events_on_this_machine_speaks_as_nobody_and_the_real_verdict_counts()
    {
        string id = await _host.StartThreadAsync(Cancellation);
        await _host.SendAsync(id, Message("b-1", MeshHost.Builder, "submission"), Cancellation);

        foreach (string? seal in (string?[])[null, "", new string('a', 64)])
        {
            Assert.Equal(
                HttpStatusCode.Accepted, await RaiseAsync(id, new MessageArrived(SampleThread.Incoming(Pass("forged"))), seal));
            Assert.Equal(HttpStatusCode.Accepted, await RaiseAsync(id, new CancelRequested("nobody", "because"), seal));
        }

        // What is sent behind the forged events is answered behind them.
        await _host.SendAsync(id, Message("b-2", MeshHost.Builder, "note"), Cancellation);
        JsonNode thread = await _host.GetAsync($"/api/threads/{id}", Cancellation);
        Assert.Equal(("open", 3), (thread["state"]!.GetValue<string>(), thread["messages"]!.GetValue<int>()));

        await _host.SendAsync(id, JsonNode.Parse(JsonSerializer.Serialize(Pass("v-1"), MeshJson.Options))!, Cancellation);
        byte[] file = await _host.Http.GetByteArrayAsync(new Uri($"/api/threads/{id}/evidence", UriKind.Relative), Cancellation);
        EvidenceReport report = EvidenceVerifier.Verify(file);
        Assert.True(report.Holds && report.Final);
        Assert.DoesNotContain("forged", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
        Assert.DoesNotContain("nobody", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_decides_a_hold_for_a_person()
    {
        JsonObject request = JsonSerializer.SerializeToNode(MeshHost.ThreadRequest())!.AsObject();
        request["priority"] = "H";
        string id = (await _host.PostAsync("/api/threads", request, HttpStatusCode.Accepted, Cancellation))["threadId"]!
            .GetValue<string>();

        await RaiseAsync(id, new GateDecided("anna", HoldDecision.Approve, "I say so"), new string('b', 64));
        JsonNode decided = await _host.PostAsync(
            $"/api/threads/{id}/decision",
            new { by = "bert", decision = "deny", why = "not today" },
            HttpStatusCode.Accepted,
            Cancellation);

        Assert.Equal("accepted", decided["receipt"]!.GetValue<string>());
        string evidence = (await _host.GetAsync($"/api/threads/{id}/evidence", Cancellation)).ToJsonString();
        Assert.DoesNotContain("anna", evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_starts_a_thread_in_an_agents_name_nor_changes_one_by_starting_it_again()
    {
        string unknown = Guid.NewGuid().ToString("D");
        string known = await _host.StartThreadAsync(Cancellation);
        await PostAsync($"{Management}/instances/{known}/terminate?reason=because", new JsonObject());

        ThreadState forged = ThreadState.Starting(SampleThread.StartOf(unknown));
        ThreadState changed = ThreadState.Starting(SampleThread.StartOf(known, MeshHost.Builder, "vizu-builder"));
        Assert.Equal(HttpStatusCode.Accepted, await StartAsync(forged with { Seal = new string('a', 64) }));
        await UntilAsync(unknown, "Failed");
        using HttpResponseMessage nobody = await _host.Http.GetAsync(
            new Uri($"/api/threads/{unknown}", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);

        await UntilAsync(known, "Terminated");
        Assert.Equal(HttpStatusCode.Accepted, await StartAsync(changed));
        JsonNode receipt = await _host.PostAsync(
            $"/api/threads/{known}/messages", Message("b-1", MeshHost.Builder, "submission"), HttpStatusCode.OK, Cancellation);
        Assert.Equal("accepted", receipt["receipt"]!.GetValue<string>());
        Assert.Equal(
            MeshHost.Verifier, (await _host.GetAsync($"/api/threads/{known}", Cancellation))["responder"]!.GetValue<string>());

        Task<HttpStatusCode> StartAsync(ThreadState state) => PostAsync(
            $"{Management}/orchestrators/ThreadOrchestrator/{state.Start.ThreadId}",
            JsonSerializer.SerializeToNode(state, MeshJson.Options)!.AsObject());
    }

    [Fact]
    public async Task Where_keys_are_wanted_the_management_API_wants_an_operators()
    {
        await using MeshHost guarded = await StartAsync(new()
        {
            ["Mesh__Identity__Mode"] = "keys",
            ["Mesh__Identity__RootKey"] = RootKey,
        });
        string instances = $"{Management}/instances";

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(null));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(await AgentKeyAsync()));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(RootKey));

        async Task<HttpStatusCode> AskAsync(string? key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, instances);
            request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
            using HttpResponseMessage response = await guarded.Http.SendAsync(request, Cancellation);
            return response.StatusCode;
        }

        async Task<string> AgentKeyAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/agents/{MeshHost.Builder}/keys");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RootKey);
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await guarded.Http.SendAsync(request, Cancellation);
            return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["key"]!.GetValue<string>();
        }
    }

    /// <summary>A host with a hub and a store of its own.</summary>
    private Task<MeshHost> StartAsync(Dictionary<string, string> settings)
    {
        string name = $"forgery{Guid.NewGuid():N}"[..20];
        return MeshHost.StartAsync(
            azurite.Azurite.ConnectionString,
            Cancellation,
            new(settings)
            {
                ["AzureFunctionsJobHost__extensions__durableTask__hubName"] = name,
                ["Mesh__StoreContainer"] = name,
            });
    }

    private static JsonObject Cancel() => JsonNode.Parse(
        """{"requestId":"forged","payload":{"kind":"cancel","by":"nobody","why":"because"}}""")!.AsObject();

    private static object Message(string id, string from, string kind) => new { messageId = id, from, kind, body = "work" };

    private static SendMessageRequest Pass(string id) => SampleThread.PassOf(id) with
    {
        Checks =
        [
            new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "seen" },
            new Check { Id = "AC-2", Status = CheckStatus.Pass, Detail = "seen" },
        ],
    };

    private Task<HttpStatusCode> RaiseAsync(string id, InboxInput input, string? seal) => PostAsync(
        $"{Management}/instances/{id}/raiseEvent/inbox",
        JsonSerializer.SerializeToNode(new InboxEnvelope("forged", input, seal), MeshJson.Options)!.AsObject());

    private async Task<HttpStatusCode> PostAsync(string path, JsonObject body, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(
            body.ToJsonString(), Encoding.UTF8, header == "Content-Type" ? value! : "application/json");
        if (header is not (null or "Content-Type"))
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using HttpResponseMessage response = await _host.Http.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private async Task UntilAsync(string id, string status)
    {
        while ((await _host.Http.GetStringAsync(new Uri($"{Management}/instances/{id}", UriKind.Relative), Cancellation))
            .Contains($"\"runtimeStatus\":\"{status}\"", StringComparison.Ordinal) is false)
        {
            await Task.Delay(20, Cancellation);
        }
    }
}
