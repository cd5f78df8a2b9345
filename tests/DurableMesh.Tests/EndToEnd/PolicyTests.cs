using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>
/// What the policy of a mesh promises, walked through the real host: deny, hold, redact, cost caps, forged senders.
/// </summary>
public sealed class PolicyTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>
{
    private const string Builder = MeshHost.Builder;
    private const string Verifier = MeshHost.Verifier;

    private static readonly string[] Secrets = ["DE8937", "GB82WEST", "10.20.30.40", "eyJhbGci", "KARI@"];

    [Fact]
    public async Task What_is_denied_says_every_reason_and_has_evidence_of_every_rule()
    {
        (int status, JsonNode problem) = await mesh.StartAsync(request =>
        {
            request["mcTask"] = "nowhere";
            request["limits"]!["maxTurns"] = 501;
        });
        Assert.Equal((403, "gate_denied"), (status, problem["code"]!.GetValue<string>()));
        Assert.Contains("no MC task 'nowhere'", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("at most 500 is allowed", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);

        JsonNode evidence = JsonNode.Parse(await mesh.EvidenceAsync(problem["threadId"]!.GetValue<string>()))!;
        Assert.Equal(13, evidence["gate"]!["rules"]!.AsArray().Count);
        Assert.Equal(64, evidence["gate"]!["policyHash"]!.GetValue<string>().Length);
    }

    [Fact]
    public async Task A_held_thread_opens_by_the_first_decision_and_takes_no_second_one()
    {
        string id = await HeldAsync();
        Assert.Equal("thread_not_open", (await mesh.SendAsync(id, Builder, "submission"))["reason"]!.GetValue<string>());
        (int byAgent, JsonNode? refused) = await DecideAsync(Builder, id, "approve");
        Assert.Equal((403, "missing_scope"), (byAgent, refused!["code"]!.GetValue<string>()));

        (int Status, JsonNode? Answer)[] decisions = await Task.WhenAll(
            DecideAsync(GuardedMesh.Operator, id, "approve"), DecideAsync(GuardedMesh.Operator, id, "approve"));
        Assert.Equal([202, 409], decisions.Select(one => one.Status).Order());
        Assert.Equal("not_held", decisions.Single(one => one.Status == 409).Answer!["code"]!.GetValue<string>());

        Assert.Equal("accepted", (await mesh.SendAsync(id, Builder, "submission"))["receipt"]!.GetValue<string>());
        JsonNode evidence = JsonNode.Parse(await mesh.EvidenceAsync(id))!;
        Assert.Equal("because it must be", evidence["decision"]!["why"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_hold_is_reminded_of_before_it_expires_and_an_approval_after_that_comes_too_late()
    {
        string id = await HeldAsync(ttl: "PT1S");
        JsonNode ended = await mesh.EndOfAsync(id);
        Assert.Equal("gate_expired", ended["reason"]!.GetValue<string>());
        (int late, JsonNode? refusal) = await DecideAsync(GuardedMesh.Operator, id, "approve");
        Assert.Equal((409, "not_held"), (late, refusal!["code"]!.GetValue<string>()));

        JsonNode evidence = JsonNode.Parse(await mesh.EvidenceAsync(id))!;
        Assert.Equal(
            ["opening", "reminder", "end"],
            evidence["entries"]!.AsArray().Select(entry => entry!["event"]!["type"]!.GetValue<string>()));
    }

    [Fact]
    public async Task What_a_restricted_agent_says_leaves_its_zone_without_personal_data_and_secrets()
    {
        string id = await mesh.OpenAsync(request => request["responder"] = GuardedMesh.Restricted);
        await mesh.SendAsync(
            id, Builder, "question", new { body = "The first customers, please; ask kari@example.org if you may." });
        await mesh.SendAsync(id, GuardedMesh.Restricted, "answer", new
        {
            body = new
            {
                rows = new[]
                {
                    new { name = "Kari", mail = "kari@example.org", iban = "DE89370400440532013000" },
                    new { name = "Ola", mail = "KARI@example.org", iban = "GB82WEST12345698765432" },
                },
            },
            checks = new[]
            {
                new
                {
                    id = "source",
                    status = "pass",
                    detail = "from 10.20.30.40 with Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
                },
            },
        });

        (_, JsonNode? page) = await mesh.AskAsync(Builder, "GET", $"/api/threads/{id}/messages?after=1", null);
        JsonArray messages = page!["messages"]!.AsArray();
        Assert.Contains("kari@example.org", messages[0]!["body"]!.GetValue<string>(), StringComparison.Ordinal);
        JsonArray rows = messages[1]!["body"]!["rows"]!.AsArray();
        Assert.Equal("Kari", rows[0]!["name"]!.GetValue<string>());
        Assert.StartsWith("[email:", rows[0]!["mail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(rows[0]!["mail"]!.GetValue<string>(), rows[1]!["mail"]!.GetValue<string>());
        Assert.NotEqual(rows[0]!["iban"]!.GetValue<string>(), rows[1]!["iban"]!.GetValue<string>());

        byte[] evidence = await mesh.EvidenceAsync(id);
        string text = Encoding.UTF8.GetString(evidence);
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Equal(
            """{"bearer_token":1,"email":2,"iban":2,"ip_address":1}""", JsonNode.Parse(evidence)!["redactions"]!.ToJsonString());
        Assert.Empty(EvidenceVerifier.Verify(evidence).Findings);
    }

    [Fact]
    public async Task The_budget_of_a_day_turns_away_what_overdraws_it_and_starts_no_other_thread()
    {
        await mesh.RegisterAsync("thrifty-builder", "builder", zone: "internal", dailyBudgetUsd: 0.5m, model: "priced");
        await mesh.IssueKeyAsync("thrifty-builder");
        (int tooSmall, JsonNode capped) = await mesh.StartAsync(request =>
        {
            request["initiator"] = "thrifty-builder";
            request["limits"]!["costCapUsd"] = 0.001;
        });
        Assert.Equal(403, tooSmall);
        Assert.Contains("below the price of one turn", capped["detail"]!.GetValue<string>(), StringComparison.Ordinal);

        string id = await mesh.OpenAsync(request => request["initiator"] = "thrifty-builder");
        (int missed, JsonNode? receipt) = await mesh.AskAsync("thrifty-builder", "POST", $"/api/threads/{id}/messages", new
        {
            messageId = "dear",
            from = "thrifty-builder",
            kind = "submission",
            usage = new { model = "priced", inputTokens = 100_000, outputTokens = 20_000, costUsd = 0 },
        });
        Assert.Equal((409, "day_budget", "open"), (missed, $"{receipt!["reason"]}", $"{receipt["threadState"]}"));
        Assert.Contains("agent 'thrifty-builder' has spent 0.6 of 0.5 USD", $"{receipt["detail"]}", StringComparison.Ordinal);
        await mesh.SendAsync(id, "thrifty-builder", "submission", new { usage = new { costUsd = 0.5 } });

        (int status, JsonNode problem) = await mesh.StartAsync(request => request["initiator"] = "thrifty-builder");
        Assert.Equal(403, status);
        Assert.Contains("has spent 0.5 of 0.5 USD today", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        (_, JsonNode? costs) = await mesh.AskAsync(GuardedMesh.Operator, "GET", "/api/costs?by=agent", null);
        Assert.Contains(costs!["rows"]!.AsArray(), row => row!["key"]!.GetValue<string>() == "thrifty-builder");
    }

    [Fact]
    public async Task A_call_that_does_not_fit_any_more_ends_the_thread_before_it_is_made()
    {
        string id = await mesh.OpenAsync(request => request["limits"]!["costCapUsd"] = 1);
        (int fits, _) = await ReserveAsync(Builder, new { model = "priced", inputTokens = 100_000, outputTokens = 20_000 });
        Assert.Equal(200, fits);
        (_, JsonNode? thread) = await mesh.AskAsync(Builder, "GET", $"/api/threads/{id}", null);
        Assert.Equal(0.6m, thread!["reservedUsd"]!["initiator"]!.GetValue<decimal>());

        (int status, JsonNode? receipt) = await ReserveAsync(Verifier, new { costUsd = 0.5 });
        Assert.Equal((409, "cost_cap"), (status, receipt!["reason"]!.GetValue<string>()));
        Assert.Equal("cost_cap", (await mesh.EndOfAsync(id))["reason"]!.GetValue<string>());
        byte[] evidence = await mesh.EvidenceAsync(id);
        Assert.Equal(
            ["opening", "message", "reservation", "reservation", "end"],
            JsonNode.Parse(evidence)!["entries"]!.AsArray().Select(entry => entry!["event"]!["type"]!.GetValue<string>()));
        Assert.Empty(EvidenceVerifier.Verify(evidence).Findings);

        Task<(int Status, JsonNode? Answer)> ReserveAsync(string from, object worstCase) =>
            mesh.AskAsync(from, "POST", $"/api/threads/{id}/reservations", new { from, worstCase });
    }

    [Fact]
    public async Task Nobody_speaks_as_anybody_else()
    {
        string id = await mesh.OpenAsync();
        (int status, JsonNode? problem) = await mesh.AskAsync(Builder, "POST", $"/api/threads/{id}/messages", new
        {
            messageId = "forged",
            from = Verifier,
            kind = "verdict",
            verdict = "pass",
        });
        Assert.Equal((403, "forged_sender"), (status, problem!["code"]!.GetValue<string>()));
        (int started, JsonNode forged) = await mesh.StartAsync(by: "vizu-builder");
        Assert.Equal((403, "forged_sender"), (started, forged["code"]!.GetValue<string>()));
        (int read, JsonNode? foreign) = await mesh.AskAsync("vizu-builder", "GET", $"/api/threads/{id}", null);
        Assert.Equal((403, "not_a_party"), (read, foreign!["code"]!.GetValue<string>()));
        Assert.Equal(1, (await mesh.ThreadAsync(id))["messages"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_pass_makes_the_task_ready_for_review_and_only_its_owner_calls_it_done()
    {
        string task = "";
        string id = await mesh.OpenAsync(request => task = request["mcTask"]!.GetValue<string>());
        await mesh.SendAsync(id, Builder, "submission");
        await mesh.SendAsync(id, Verifier, "verdict", new
        {
            verdict = "pass",
            checks = new[]
            {
                new { id = "AC-1", status = "pass", detail = "seen" },
                new { id = "AC-2", status = "pass", detail = "seen" },
            },
        });
        await mesh.EndOfAsync(id);

        JsonNode found = await mesh.UntilTaskIsAsync(task, "ready_for_review");
        JsonNode thread = await mesh.ThreadAsync(id);
        Assert.Equal($"{thread["evidence"]!["path"]}", Assert.Single(found["evidence"]!.AsArray())!.GetValue<string>());
        (int status, JsonNode? refusal) = await mesh.AskAsync(
            GuardedMesh.Operator, "PATCH", $"/api/tasks/{task}", new { state = "done", why = "fine" });
        Assert.Equal((403, "not_task_owner"), (status, refusal!["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_policy_with_a_mistake_keeps_the_last_good_one_and_says_where_it_is()
    {
        string good = await File.ReadAllTextAsync(mesh.PolicyFile, TestContext.Current.CancellationToken);
        try
        {
            await File.WriteAllTextAsync(
                mesh.PolicyFile, """{"hold":{"expiresAfter":"soon"}}""", TestContext.Current.CancellationToken);
            JsonNode? policy;
            while ((policy = (await mesh.AskAsync(GuardedMesh.Operator, "GET", "/api/policy", null)).Answer)!["failure"] is null)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            Assert.Contains("hold.expiresAfter", policy["failure"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Equal(ContentHash.Hex(Encoding.UTF8.GetBytes(good)), policy["hash"]!.GetValue<string>());
            await mesh.OpenAsync();
        }
        finally
        {
            await File.WriteAllTextAsync(mesh.PolicyFile, good, CancellationToken.None);
        }
    }

    private async Task<string> HeldAsync(string ttl = "PT1H")
    {
        (int status, JsonNode held) = await mesh.StartAsync(request =>
        {
            request["priority"] = "H";
            request["limits"]!["ttl"] = ttl;
        });
        Assert.Equal((202, "held"), (status, held["state"]!.GetValue<string>()));
        return held["threadId"]!.GetValue<string>();
    }

    private Task<(int Status, JsonNode? Answer)> DecideAsync(string who, string id, string decision) =>
        mesh.AskAsync(who, "POST", $"/api/threads/{id}/decision", new { decision, why = "because it must be" });
}
