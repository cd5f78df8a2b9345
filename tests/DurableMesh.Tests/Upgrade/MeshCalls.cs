using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using DurableMesh.Tests.EndToEnd;

namespace DurableMesh.Tests.Upgrade;

/// <summary>Speaks to a mesh that wants keys, of whatever release, in what every release has spoken: JSON over HTTP.</summary>
internal sealed class MeshCalls(HttpClient http, string operatorKey)
{
    private readonly Dictionary<string, string> _keys = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Lets an agent speak with a key that was issued to it.</summary>
    public void Use(string agent, string key) => _keys[agent] = key;

    /// <summary>Asks, as an agent or, without one, as the operator.</summary>
    public async Task<JsonNode> AskAsync(
        string method, string path, object? body = null, string? agent = null, int expected = 200, int? version = null)
    {
        (int status, string text) = await SendAsync(method, path, body, agent, version);
        Assert.True(status == expected, $"{method} {path}: {status} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>Gets bytes.</summary>
    public async Task<byte[]> BytesAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", operatorKey);
        using HttpResponseMessage response = await http.SendAsync(request, Cancellation);
        return await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Cancellation);
    }

    /// <summary>Creates a task in progress.</summary>
    public Task CreateTaskAsync(string id) => AskAsync(
        "POST", "/api/tasks", new { id, title = $"The task {id}", owner = "ann", state = "in_progress" }, expected: 201);

    /// <summary>Starts a thread on a task of its own, and answers its id.</summary>
    public async Task<string> StartAsync(string task, string priority = "M")
    {
        await CreateTaskAsync(task);
        JsonObject request = System.Text.Json.JsonSerializer.SerializeToNode(MeshHost.ThreadRequest())!.AsObject();
        (request["mcTask"], request["priority"]) = (task, priority);
        JsonNode thread = await AskAsync(
            "POST", "/api/threads", request, MeshHost.Builder, expected: priority == "H" ? 202 : 201);
        return thread["threadId"]!.GetValue<string>();
    }

    /// <summary>Sends messages of the dialogue that passes.</summary>
    public async Task SendAsync(string thread, IEnumerable<JsonObject> messages)
    {
        foreach (JsonObject message in messages)
        {
            JsonNode receipt = await AskAsync(
                "POST", $"/api/threads/{thread}/messages", message, message["from"]!.GetValue<string>());
            Assert.Equal("accepted", receipt["receipt"]!.GetValue<string>());
        }
    }

    /// <summary>Lets the thread of a workflow's step pass.</summary>
    public Task PassAsync(string thread, string criterion) => SendAsync(
        thread,
        [
            new() { ["messageId"] = $"b-{thread}", ["from"] = MeshHost.Builder, ["kind"] = "submission", ["body"] = "done" },
            new()
            {
                ["messageId"] = $"v-{thread}", ["from"] = MeshHost.Verifier, ["kind"] = "verdict", ["verdict"] = "pass",
                ["checks"] = new JsonArray(
                    new JsonObject { ["id"] = criterion, ["status"] = "pass", ["detail"] = "seen" }),
            },
        ]);

    /// <summary>The thread of a workflow's step, once it is open.</summary>
    public async Task<string> RunningStepAsync(string workflow, int step)
    {
        JsonNode run = await UntilAsync(
            $"/api/workflows/{workflow}", read => read["steps"]![step]!["state"]!.GetValue<string>() == "running");
        string thread = run["steps"]![step]!["threadId"]!.GetValue<string>();
        await UntilAsync($"/api/threads/{thread}", read => read["state"]!.GetValue<string>() == "open");
        return thread;
    }

    /// <summary>Waits until a document is there and fulfils a condition, and answers it.</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> condition)
    {
        while (true)
        {
            (int status, string text) = await SendAsync("GET", path, body: null, agent: null, version: null);
            Assert.True(status is 200 or 404, $"GET {path}: {status} {text}");
            if (status == 200 && JsonNode.Parse(text)! is var read && condition(read))
            {
                return read;
            }

            await Task.Delay(20, Cancellation);
        }
    }

    private async Task<(int Status, string Text)> SendAsync(
        string method, string path, object? body, string? agent, int? version)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", agent is null ? operatorKey : _keys[agent]);
        if (version is { } known)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{known}\""));
        }

        request.Content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage response = await http.SendAsync(request, Cancellation);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
