using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>A walk past every route of an open host, each asked for what it is for.</summary>
internal sealed class ApiTour(MeshHost host, CancellationToken cancellation)
{
    private static readonly string[] ReadAndSend = ["read", "send"];
    private static readonly string[] ReadAlone = ["read"];

    private const string Builder = MeshHost.Builder;
    private const string Verifier = MeshHost.Verifier;
    private static readonly object[] Criteria = [new { id = "AC-1", title = "quoted newline kept" }];

    private int _messages;
    private int _tasks;

    public async Task WalkAsync()
    {
        await AskAsync("GET", "/api/health");
        await AskAsync("GET", "/api/openapi.json");
        await SayAsync(new HttpRequestMessage(HttpMethod.Get, "/api/docs"), 200);
        await RegistryAsync();
        await AuthorityAsync();
        await KeysAsync();
        await TasksAsync();
        await ThreadAsync();
        await HeldThreadAsync();
        await LedgerAsync();
        await EventsAsync();
        await WorkflowAsync();
        await FactoryAgentAsync();
        await ScheduleAsync();
        await SayAsync(new HttpRequestMessage(HttpMethod.Post, "/api/backup"), 200);
    }

    private async Task RegistryAsync()
    {
        await AskAsync("PUT", "/api/companies/acme", new { name = "Acme", domain = "tests", dailyBudgetUsd = 20 }, 201);
        await AskAsync("PUT", "/api/companies/acme", new { name = "Acme", domain = "tests and trials" });
        await AskAsync("GET", "/api/companies/acme");
        await AskAsync("GET", "/api/companies");
        string[] roles = ["builder"];
        var agent = new { company = "acme", roles, device = "FORGE", trustZone = "internal", adapter = "pull" };
        await AskAsync("PUT", "/api/agents/acme-builder", agent, 201);
        await AskAsync("PUT", "/api/agents/acme-builder", agent);
        JsonNode read = await AskAsync("GET", "/api/agents/acme-builder");
        await AskAsync("PUT", "/api/agents/acme-builder", read);
        await AskAsync("GET", "/api/agents");
        await AskAsync("DELETE", "/api/companies/acme", status: 409);
        await AskAsync("DELETE", "/api/agents/acme-builder", status: 204);
        await AskAsync("DELETE", "/api/companies/acme", status: 204);
        await AskAsync("GET", "/api/agents/acme-builder", status: 404);
    }

    private async Task AuthorityAsync()
    {
        await AskAsync("GET", "/api/policy");
        JsonNode table = await AskAsync("GET", "/api/authority");
        await AskAsync("PUT", "/api/authority", table, 428);
        await AskAsync("PUT", "/api/authority", table, 200, ("If-Match", $"\"{table["version"]}\""));
        await AskAsync("GET", $"/api/authority/explain?initiator={Builder}&responder={Verifier}");
    }

    private async Task KeysAsync()
    {
        JsonNode key = await AskAsync(
            "POST", $"/api/agents/{Builder}/keys", new { scopes = ReadAndSend, lifetime = "P30D" }, 201);
        JsonNode rotated = await AskAsync("POST", $"/api/keys/{key["id"]}/rotate", new { overlap = "PT1H" }, 201);
        await AskAsync("POST", "/api/keys", new { @operator = "ann", scopes = ReadAlone }, 201);
        await AskAsync("GET", $"/api/agents/{Builder}/keys");
        await AskAsync("GET", "/api/keys");
        await AskAsync("DELETE", $"/api/keys/{rotated["id"]}", status: 204);
    }

    private async Task TasksAsync()
    {
        var task = new { id = "101960", title = "A report is written", owner = "ann", state = "in_progress", by = "ann" };
        await AskAsync("POST", "/api/tasks", task, 201);
        await AskAsync("GET", "/api/tasks/101960");
        await AskAsync("PATCH", "/api/tasks/101960", new { by = "ann", priority = "H", why = "somebody waits for it" });
        await AskAsync("GET", "/api/tasks?state=in_progress&limit=1");
    }

    private async Task ThreadAsync()
    {
        JsonNode start = ThreadOf(await TaskAsync(), "M");
        JsonNode started = await AskAsync("POST", "/api/threads", start, 201, ("Idempotency-Key", "the-first-try"));
        await AskAsync("POST", "/api/threads", start, 200, ("Idempotency-Key", "the-first-try"));
        string thread = $"/api/threads/{started["threadId"]}";
        var lease = new { agent = Builder, holder = "forge:4711:8c1f", sequence = 1, @for = "PT1M", device = "forge" };
        await AskAsync("PUT", $"{thread}/lease", lease);
        await AskAsync("GET", thread);
        await AskAsync("POST", $"{thread}/reservations", new { from = Builder, worstCase = new { costUsd = 0.10 } });

        JsonNode kept = await PutAsync($"{thread}/artifacts?from={Builder}&name=patch.diff", "+ kept", 201);
        await PutAsync($"{thread}/artifacts?from={Builder}&name=patch.diff", "+ kept", 200);
        await SayAsync(new HttpRequestMessage(HttpMethod.Get, (string)kept["uri"]!), 200);
        var again = new HttpRequestMessage(HttpMethod.Get, (string)kept["uri"]!);
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{kept["sha256"]}\""));
        await SayAsync(again, 304);

        object usage = new { model = "a-model", inputTokens = 1200, outputTokens = 300, costUsd = 0.004 };
        object submission = new
        {
            messageId = "b-1",
            from = Builder,
            kind = "submission",
            body = "The newline is kept.",
            artifacts = new[] { new { name = "patch.diff", sha256 = (string)kept["sha256"]!, uri = (string)kept["uri"]! } },
            usage,
        };
        await AskAsync("POST", $"{thread}/messages", submission);
        await AskAsync("POST", $"{thread}/messages", submission);
        object tooEarly = new { messageId = "b-2", from = Builder, kind = "submission", body = "x" };
        await AskAsync("POST", $"{thread}/messages", tooEarly, 409);
        await AskAsync("GET", $"/api/agents/{Verifier}/inbox?wait=PT20S");
        await SendAsync(thread, Verifier, "verdict", "fail");
        await AskAsync("GET", $"{thread}/messages?after=1&to={Builder}&wait=PT20S");
        await SendAsync(thread, Builder, "submission", null);
        await SendAsync(thread, Verifier, "verdict", "pass");
        await UntilAsync(thread, "ended");
        await AskAsync("GET", $"{thread}/evidence");
        await AskAsync("GET", $"/api/threads?state=ended&agent={Builder}&limit=1");
        await AskAsync("PUT", $"{thread}/lease", lease, 409);
    }

    private async Task HeldThreadAsync()
    {
        JsonNode held = await AskAsync("POST", "/api/threads", ThreadOf(await TaskAsync(), "H"), 202);
        string thread = $"/api/threads/{held["threadId"]}";
        await UntilAsync(thread, "held");
        await AskAsync("POST", $"{thread}/decision", new { by = "ann", decision = "approve", why = "it is urgent" }, 202);
        await AskAsync("POST", $"{thread}/decision", new { by = "ann", decision = "approve", why = "it is urgent" }, 409);
        await AskAsync("POST", $"{thread}/cancel", new { by = "ann", why = "enough" }, 202);
        await AskAsync("POST", "/api/threads", ThreadOf("no-such-task", "M"), 403);
    }

    private async Task LedgerAsync()
    {
        await AskAsync("GET", "/api/stats");
        await AskAsync("GET", "/api/experiments");
        await AskAsync("GET", "/api/costs?by=company&limit=1");
        await AskAsync("GET", "/api/stats/pairs?pattern=builder-verifier");
        string file = "sha256:" + new string('a', 64);
        object line = new
        {
            line = 1,
            initiator = Builder,
            responder = Verifier,
            pattern = "builder-verifier",
            week = "2026-W40",
            inputTokens = 5000,
            outputTokens = 800,
            costUsd = 0.05,
            seconds = 90,
            rounds = 2,
            verdict = "pass",
        };
        await AskAsync("POST", "/api/costs/baseline", new { file, name = "before.csv", lines = new[] { line } });
        await AskAsync("DELETE", $"/api/costs/baseline/{file}", status: 204);
    }

    private async Task EventsAsync()
    {
        await AskAsync("GET", "/api/events?type=mesh.thread.*&since=PT1H&limit=2", headers: ("Accept", "application/json"));
        using (HttpResponseMessage stream = await host.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/api/events"), HttpCompletionOption.ResponseHeadersRead, cancellation))
        {
            Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        }

        object webhook = new { id = "tracker", url = "http://127.0.0.1:1/hook", types = new[] { "mesh.thread.ended" } };
        await AskAsync("POST", "/api/webhooks", webhook, 201);
        await AskAsync("GET", "/api/webhooks");
        await AskAsync("GET", "/api/webhooks/tracker");
        await AskAsync("POST", "/api/webhooks/tracker/pause");
        await AskAsync("POST", "/api/webhooks/tracker/resume");
        await AskAsync("GET", "/api/webhooks/tracker/dead");
        await AskAsync("POST", "/api/webhooks/tracker/dead/000001/resend", status: 404);
        await AskAsync("DELETE", "/api/webhooks/tracker", status: 204);
    }

    private async Task WorkflowAsync()
    {
        JsonNode definition = WorkflowOf(await TaskAsync(), surface: null);
        await AskAsync("POST", "/api/workflows/check", definition);
        JsonNode run = await AskAsync("POST", "/api/workflows", definition, 201, ("Idempotency-Key", "the-first-run"));
        await AskAsync("POST", "/api/workflows", definition, 200, ("Idempotency-Key", "the-first-run"));
        string workflow = $"/api/workflows/{run["workflowId"]}";
        string thread = await ThreadOfAsync(workflow);
        await SendAsync(thread, Builder, "submission", null);
        await SendAsync(thread, Verifier, "verdict", "blocked");
        await UntilAsync(workflow, "held");
        await AskAsync("POST", $"{workflow}/finalize", new { by = "ann" }, 409);
        object again = new { by = "ann", step = "one", decision = "again", why = "the verifier is back" };
        await AskAsync("POST", $"{workflow}/decision", again, 202);
        await UntilAsync(workflow, "running");
        thread = await ThreadOfAsync(workflow);
        await SendAsync(thread, Builder, "submission", null);
        await SendAsync(thread, Verifier, "verdict", "pass");
        await UntilAsync(workflow, "ended");
        await AskAsync("GET", workflow);
        await AskAsync("GET", $"{workflow}/evidence");
        await AskAsync("POST", $"{workflow}/finalize", new { by = "ann", why = "all is there" });
        await AskAsync("GET", "/api/workflows?state=ended&limit=1");

        object brief = new { subject = "Quoted newlines", body = "A quoted field may hold a newline.", acceptance = Criteria };
        object dispatch = new { mcTask = await TaskAsync(), brief, initiator = Builder, responder = Verifier, surface = "chain" };
        await AskAsync("POST", "/api/dispatch?dryRun=true", dispatch);
        JsonNode dispatched = await AskAsync("POST", "/api/dispatch", dispatch, 201);
        await AskAsync("POST", $"/api/workflows/{dispatched["workflowId"]}/cancel", new { by = "ann", why = "enough" }, 202);
    }

    private async Task FactoryAgentAsync()
    {
        object agent = new { name = "fixer", builder = Builder, verifier = Verifier, limits = new { costCapUsd = 5, runs = 20 } };
        await AskAsync("POST", "/api/surfaces/agents", agent, 201);
        await AskAsync("POST", "/api/surfaces/agents", agent);
        string mcTask = await TaskAsync();
        object task = new { mcTask, subject = "Quoted newlines", prompt = "Keep them.", acceptance = Criteria, costCapUsd = 1 };
        await AskAsync("POST", "/api/surfaces/agents/fixer/tasks", task, 202, ("Idempotency-Key", "the-first-task"));
        await AskAsync("GET", "/api/surfaces/agents/fixer");
        await AskAsync("GET", "/api/surfaces/agents");
        await AskAsync("GET", "/api/surfaces/agents/fixer/evidence");
        await AskAsync("DELETE", "/api/surfaces/agents/fixer?now=true", status: 202);
    }

    private async Task ScheduleAsync()
    {
        object schedule = new
        {
            name = "nightly",
            cron = "0 3 * * *",
            timeZone = "Europe/Oslo",
            limits = new { costCapUsd = 50 },
            workflow = WorkflowOf(await TaskAsync(), "one-shot-task"),
        };
        await AskAsync("POST", "/api/surfaces/schedules", schedule, 201);
        await AskAsync("POST", "/api/surfaces/schedules", schedule);
        await AskAsync("GET", "/api/surfaces/schedules/nightly");
        await AskAsync("GET", "/api/surfaces/schedules");
        await AskAsync("GET", "/api/surfaces/schedules/nightly/evidence");
        await AskAsync("POST", "/api/surfaces/schedules/nightly/pause");
        await AskAsync("POST", "/api/surfaces/schedules/nightly/resume");
        await AskAsync("DELETE", "/api/surfaces/schedules/nightly", status: 202);
    }

    private static JsonObject ThreadOf(string task, string priority) => new JsonObject
    {
        ["pattern"] = "builder-verifier",
        ["mcTask"] = task,
        ["priority"] = priority,
        ["initiator"] = Builder,
        ["responder"] = Verifier,
        ["brief"] = new JsonObject
        {
            ["subject"] = "CSV reader handles quoted newlines",
            ["body"] = "A quoted field may hold a newline.",
            ["acceptance"] = new JsonArray(new JsonObject { ["id"] = "AC-1", ["title"] = "quoted newline kept" }),
        },
        ["limits"] = new JsonObject { ["ttl"] = "PT30M", ["maxTurns"] = 20, ["costCapUsd"] = 2.0 },
    };

    private static JsonObject WorkflowOf(string task, string? surface)
    {
        var step = new JsonObject
        {
            ["id"] = "one",
            ["company"] = "Proveo",
            ["builder"] = Builder,
            ["responder"] = Verifier,
            ["prompt"] = "Keep quoted newlines.",
            ["acceptance"] = new JsonArray(new JsonObject { ["id"] = "AC-1", ["title"] = "quoted newline kept" }),
        };
        var limits = new JsonObject { ["costCapUsd"] = 2 };
        var workflow = new JsonObject { ["name"] = "newlines", ["mcTask"] = task, ["limits"] = limits };
        if (surface is null)
        {
            (step["title"], step["endState"], step["onBlocked"]) = ("Quoted newlines", "PASS", "hold");
            workflow["actor"] = Builder;
        }
        else
        {
            workflow["surface"] = surface;
        }

        workflow["steps"] = new JsonArray(step);
        return workflow;
    }

    private Task<JsonNode> SendAsync(string thread, string from, string kind, string? verdict)
    {
        string status = verdict == "pass" ? "pass" : "fail";
        object check = new { id = "AC-1", status, detail = "seen", location = "CsvReader.cs:41" };
        object message = new
        {
            messageId = $"m-{++_messages}",
            from,
            kind,
            body = "It is done.",
            verdict,
            checks = verdict is null ? [] : new[] { check },
        };
        return AskAsync("POST", $"{thread}/messages", message);
    }

    /// <summary>A task in progress.</summary>
    private async Task<string> TaskAsync()
    {
        string id = $"{102000 + _tasks++}";
        var task = new { id, title = "CSV reader handles quoted newlines", owner = "ann", state = "in_progress" };
        return (string)(await AskAsync("POST", "/api/tasks", task, 201))["id"]!;
    }

    /// <summary>The open thread of a run's only step.</summary>
    private async Task<string> ThreadOfAsync(string workflow)
    {
        while (true)
        {
            JsonNode step = (await AskAsync("GET", workflow))["steps"]![0]!;
            if ((string?)step["state"] == "running" && (string?)step["threadId"] is { } id)
            {
                using HttpResponseMessage thread = await host.Http.GetAsync(
                    new Uri($"/api/threads/{id}", UriKind.Relative), cancellation);
                if (thread.IsSuccessStatusCode
                    && (string?)JsonNode.Parse(await thread.Content.ReadAsStringAsync(cancellation))!["state"] == "open")
                {
                    return $"/api/threads/{id}";
                }
            }

            await Task.Delay(20, cancellation);
        }
    }

    private async Task UntilAsync(string path, string state)
    {
        while ((string?)(await AskAsync("GET", path))["state"] != state)
        {
            await Task.Delay(20, cancellation);
        }
    }

    private async Task<JsonNode> PutAsync(string path, string content, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return JsonNode.Parse(await SayAsync(request, status))!;
    }

    private async Task<JsonNode> AskAsync(
        string method, string path, object? body = null, int status = 200, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : JsonContent.Create(body);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        string answer = await SayAsync(request, status);
        return answer.Length == 0 ? new JsonObject() : JsonNode.Parse(answer)!;
    }

    private async Task<string> SayAsync(HttpRequestMessage request, int status)
    {
        using (request)
        {
            using HttpResponseMessage response = await host.Http.SendAsync(request, cancellation);
            string answer = await response.Content.ReadAsStringAsync(cancellation);
            Assert.True(
                (int)response.StatusCode == status,
                $"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {answer}");
            return answer;
        }
    }
}
