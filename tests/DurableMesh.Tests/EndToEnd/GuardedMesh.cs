using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Client;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// A real host that wants keys, over a real Azurite, with a policy of its own and a key for everybody who speaks in the tests.
/// </summary>
public sealed class GuardedMesh : IAsyncLifetime
{
    public const string Operator = "an operator";
    public const string Restricted = "evidence-verifier";

    private const string RootKey = "root-key-of-the-end-to-end-tests-0123456789";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durablemesh-policy-");
    private readonly Dictionary<string, string> _keys = new() { [Operator] = RootKey };
    private AzuriteProcess _azurite = null!;
    private MeshHost _host = null!;
    private int _tasks;

    /// <summary>The policy file of the host.</summary>
    public string PolicyFile => Path.Combine(_folder.FullName, "policy.json");

    /// <summary>What the host printed.</summary>
    public string Output => _host.Output;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(PolicyFile, Policy(agentDayUsd: 1000), Cancellation);
        _azurite = await AzuriteFixture.StartAsync(Path.Combine(_folder.FullName, "azurite"));
        _host = await MeshHost.StartAsync(_azurite.ConnectionString, Cancellation, new()
        {
            ["Mesh__Identity__Mode"] = "keys",
            ["Mesh__Identity__RootKey"] = RootKey,
            ["Mesh__PolicyFile"] = PolicyFile,
            ["Mesh__AnswerWithin"] = "00:00:02",
        });
        foreach (string agent in (string[])[MeshHost.Builder, MeshHost.Verifier, Restricted, "vizu-builder"])
        {
            await IssueKeyAsync(agent);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _azurite.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>A policy under which a model has a price.</summary>
    public static string Policy(decimal agentDayUsd) => $$"""
        {
          "prices": [ { "model": "priced", "from": "2026-01-01T00:00:00Z", "input": 3, "output": 15 } ],
          "budgets": { "agentDayUsd": {{agentDayUsd}} }
        }
        """;

    /// <summary>Where it answers.</summary>
    public Uri Address => new(_host.Address);

    /// <summary>A key that has been issued.</summary>
    public string KeyOf(string who) => _keys[who];

    /// <summary>A client with somebody's key.</summary>
    public MeshClient ClientOf(string who) => MeshClient.Connect(Address, _keys[who]);

    /// <summary>Has a key issued to an agent, with which it speaks from now on.</summary>
    public async Task IssueKeyAsync(string agent)
    {
        (int status, JsonNode? answer) = await AskAsync(Operator, "POST", $"/api/agents/{agent}/keys", new { });
        Assert.Equal(201, status);
        _keys[agent] = answer!["key"]!.GetValue<string>();
    }

    /// <summary>Registers an agent.</summary>
    public async Task RegisterAsync(
        string id, string role, string zone, bool enabled = true, decimal? dailyBudgetUsd = null, string? model = null)
    {
        var agent = new
        {
            company = "codecraft",
            roles = new[] { role },
            trustZone = zone,
            adapter = "inbox",
            enabled,
            dailyBudgetUsd,
            model,
        };
        (int status, _) = await AskAsync(Operator, "PUT", $"/api/agents/{id}", agent);
        Assert.True(status is 200 or 201);
    }

    /// <summary>Creates a task in progress, and answers its id.</summary>
    public async Task<string> TaskAsync()
    {
        string id = $"task-{Interlocked.Increment(ref _tasks)}";
        var task = new { id, title = "One of the tests", owner = "anna", state = "in_progress" };
        (int status, _) = await AskAsync(Operator, "POST", "/api/tasks", task);
        Assert.Equal(201, status);
        return id;
    }

    /// <summary>Starts a thread about a task of its own, as its initiator.</summary>
    public async Task<(int Status, JsonNode Answer)> StartAsync(Action<JsonObject>? change = null, string? by = null)
    {
        JsonObject request = JsonSerializer.SerializeToNode(MeshHost.ThreadRequest())!.AsObject();
        request["mcTask"] = await TaskAsync();
        change?.Invoke(request);
        (int status, JsonNode? answer) = await AskAsync(
            by ?? request["initiator"]!.GetValue<string>(), "POST", "/api/threads", request);
        return (status, answer!);
    }

    /// <summary>Starts a thread that is let in, and answers its id.</summary>
    public async Task<string> OpenAsync(Action<JsonObject>? change = null)
    {
        (int status, JsonNode answer) = await StartAsync(change);
        Assert.True(status == 201, $"{answer}");
        return answer["threadId"]!.GetValue<string>();
    }

    /// <summary>Sends a message as an agent.</summary>
    public async Task<JsonNode> SendAsync(string threadId, string from, string kind, object? more = null)
    {
        var message = new JsonObject
        {
            ["messageId"] = Guid.NewGuid().ToString("N"),
            ["from"] = from,
            ["kind"] = kind,
            ["body"] = kind,
        };
        foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(more ?? new { })!.AsObject())
        {
            message[name] = value?.DeepClone();
        }

        return (await AskAsync(from, "POST", $"/api/threads/{threadId}/messages", message)).Answer!;
    }

    /// <summary>A thread as it is.</summary>
    public async Task<JsonNode> ThreadAsync(string threadId) =>
        (await AskAsync(Operator, "GET", $"/api/threads/{threadId}", null)).Answer!;

    /// <summary>A thread when it has ended.</summary>
    public async Task<JsonNode> EndOfAsync(string threadId)
    {
        JsonNode thread;
        while ((thread = await ThreadAsync(threadId))["state"]!.GetValue<string>() != "ended")
        {
            await Task.Delay(20, Cancellation);
        }

        return thread;
    }

    /// <summary>Waits until a task has a state, and answers it.</summary>
    public async Task<JsonNode> UntilTaskIsAsync(string id, string state)
    {
        JsonNode? task;
        while ((task = (await AskAsync(Operator, "GET", $"/api/tasks/{id}", null)).Answer)!["state"]!.GetValue<string>() != state)
        {
            await Task.Delay(20, Cancellation);
        }

        return task;
    }

    /// <summary>A thread's evidence file.</summary>
    public Task<byte[]> EvidenceAsync(string threadId) => SendAsync(
        Operator,
        "GET",
        $"/api/threads/{threadId}/evidence",
        null,
        response => response.Content.ReadAsByteArrayAsync(Cancellation));

    /// <summary>Asks the host, with the key of whoever asks.</summary>
    public Task<(int Status, JsonNode? Answer)> AskAsync(string who, string method, string path, object? body) =>
        SendAsync(who, method, path, body, async response =>
        {
            string text = await response.Content.ReadAsStringAsync(Cancellation);
            return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
        });

    private async Task<T> SendAsync<T>(
        string who, string method, string path, object? body, Func<HttpResponseMessage, Task<T>> read)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _keys[who]);
        request.Content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage response = await _host.Http.SendAsync(request, Cancellation);
        return await read(response);
    }
}
