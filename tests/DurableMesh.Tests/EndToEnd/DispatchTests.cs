using System.Text.Json.Nodes;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>Dispatch through the real host: which surface, who may, and a try that fails before one that passes.</summary>
public sealed class DispatchTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>
{
    private const string Builder = MeshHost.Builder;
    private const string Verifier = MeshHost.Verifier;
    private const string Operator = GuardedMesh.Operator;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_try_that_fails_is_dispatched_anew_with_all_that_is_known_and_passes()
    {
        JsonNode answer = await DispatchedAsync(await RequestAsync("chain"));
        string id = Text(answer, "workflowId");
        Assert.Equal($"/api/workflows/{id}", Text(answer["links"]!, "self"));

        string first = await UntilTryAsync(id, 1);
        var artifact = await mesh.ClientOf(Builder).PutArtifactAsync(first, Builder, "work.txt", "made"u8.ToArray(), Cancellation);
        await mesh.SendAsync(first, Builder, "submission", new
        {
            body = new { patch = new string('x', 10_000) },
            artifacts = new[] { new { name = artifact.Name, sha256 = artifact.Sha256, size = artifact.Size, uri = artifact.Uri } },
            usage = new { costUsd = 0.5m },
        });
        await mesh.SendAsync(first, Verifier, "verdict", Judged("fail", "the newline is gone"));
        Assert.Equal("max_turns", Text(await mesh.EndOfAsync(first), "reason"));

        string second = await UntilTryAsync(id, 2);
        JsonNode brief = (await mesh.AskAsync(Builder, "GET", $"/api/threads/{second}/messages", null)).Answer!["messages"]![0]!;
        JsonNode earlier = Assert.Single(brief["body"]!["earlier"]!.AsArray())!;
        Assert.Equal((1, first), (earlier["attempt"]!.GetValue<int>(), Text(earlier, "threadId")));
        Assert.Equal(10_000, Text(earlier["submitted"]!, "patch").Length);
        Assert.Equal("the newline is gone", Text(earlier["failed"]![0]!, "detail"));
        Assert.Equal("made"u8.ToArray(), await mesh.ClientOf(Verifier).GetArtifactAsync(
            second, Text(earlier["artifacts"]![0]!, "sha256"), Cancellation));

        await mesh.SendAsync(second, Builder, "submission");
        await mesh.SendAsync(second, Verifier, "verdict", Judged("pass", "seen"));
        JsonNode ended = await EndedAsync(id);
        Assert.Equal(("PASS", "completed", "chain"), (Text(ended, "endState"), Text(ended, "reason"), Text(ended, "surface")));
        Assert.Equal(0.5m, ended["costUsd"]!.GetValue<decimal>());

        byte[] evidence = await mesh.ClientOf(Builder).GetWorkflowEvidenceAsync(id, Cancellation);
        var threads = new Dictionary<string, byte[]>
        {
            [first] = await mesh.EvidenceAsync(first),
            [second] = await mesh.EvidenceAsync(second),
        };
        WorkflowReport report = WorkflowEvidenceVerifier.Verify(evidence, threads: thread => threads[thread]);
        Assert.Empty(report.Findings);
        Assert.Equal((2, 2), (report.Threads, report.ThreadsChecked));
    }

    [Fact]
    public async Task An_authorised_pair_talks_in_the_mesh_and_one_without_a_row_is_a_sequential_run()
    {
        JsonObject request = await RequestAsync(surface: null);
        JsonNode thread = await DispatchedAsync(request);
        Assert.Equal("mesh", Text(thread, "surface"));
        Assert.Equal("open", Text(await mesh.ThreadAsync(Text(thread, "threadId")), "state"));

        // Both run on one device.
        request["pattern"] = "cross-device";
        JsonNode run = await DispatchedAsync(request);
        Assert.Equal("one-shot-task", Text(run, "surface"));
        Assert.Contains("both run on ANVIL", Text(run, "why"), StringComparison.Ordinal);
        Assert.Equal("sequential", Text(await mesh.ThreadAsync(await UntilTryAsync(Text(run, "workflowId"), 1)), "pattern"));
    }

    [Fact]
    public async Task The_same_dispatch_is_started_once_and_another_under_its_key_is_refused()
    {
        var client = mesh.ClientOf(Builder);
        foreach (string? surface in (string?[])[null, "chain"])
        {
            JsonObject request = await RequestAsync(surface);
            string key = Guid.NewGuid().ToString();
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 4).Select(_ => client.DispatchAsync(Utf8(request), key, Cancellation)));
            Assert.Single(answers.Select(answer => answer.ThreadId ?? answer.WorkflowId).Distinct());
            Assert.False((await client.GetDispatchAsync(answers[0], Cancellation)).Ended);
            request["brief"]!["subject"] = "another";
            var refused = await Assert.ThrowsAsync<DurableMesh.Client.MeshProblemException>(
                () => client.DispatchAsync(Utf8(request), key, Cancellation));
            Assert.Equal("idempotency_conflict", refused.Problem.Code);
        }
    }

    [Fact]
    public async Task A_dry_run_starts_nothing_and_an_agent_dispatches_its_own_work_alone()
    {
        JsonObject request = await RequestAsync("chain");
        var plan = await mesh.ClientOf("vizu-builder").ExplainDispatchAsync(Utf8(request), Cancellation);
        Assert.Equal((null, null, Builder), (plan.WorkflowId, plan.Links, plan.Routed.Builder));
        Assert.Equal("forged_sender", Text((await mesh.AskAsync("vizu-builder", "POST", "/api/dispatch", request)).Answer!, "code"));
        JsonNode list = (await mesh.AskAsync(Operator, "GET", $"/api/workflows?mcTask={Text(request, "mcTask")}", null)).Answer!;
        Assert.Empty(list["workflows"]!.AsArray());
    }

    [Fact]
    public async Task Whose_work_it_is_says_the_brief_or_nobody()
    {
        JsonObject request = await RequestAsync(surface: null);
        request.Remove("initiator");
        request.Remove("responder");
        request["brief"]!["subject"] = "The frontend and its design";
        JsonNode plan = (await mesh.AskAsync(Operator, "POST", "/api/dispatch?dryRun=true", request)).Answer!;
        Assert.Equal(("vizu-builder", Verifier), (Text(plan["routed"]!, "builder"), Text(plan["routed"]!, "verifier")));

        request["brief"]!["subject"] = "Something else";
        (int status, JsonNode? refused) = await mesh.AskAsync(Operator, "POST", "/api/dispatch", request);
        Assert.Equal((400, "no_route"), (status, Text(refused!, "code")));
        request["company"] = "vizu";
        request["brief"]!["body"] = new string('x', 20_000);
        request["surface"] = "chain";
        (_, refused) = await mesh.AskAsync(Operator, "POST", "/api/dispatch", request);
        Assert.Equal("brief.body", Text(refused!["errors"]![0]!, "path"));
    }

    [Fact]
    public async Task After_the_last_try_it_ends_blocked_and_the_task_is_too()
    {
        JsonObject request = await RequestAsync("one-shot-task");
        request["limits"] = new JsonObject { ["tries"] = 2, ["costCapUsd"] = 1 };
        string id = Text(await DispatchedAsync(request), "workflowId");
        for (int attempt = 1; attempt <= 2; attempt++)
        {
            string thread = await UntilTryAsync(id, attempt);
            await mesh.SendAsync(thread, Builder, "submission");
            await mesh.SendAsync(thread, Verifier, "verdict", Judged("fail", "no"));
        }

        JsonNode ended = await EndedAsync(id);
        Assert.Equal(("BLOCKED", "step_blocked"), (Text(ended, "endState"), Text(ended, "reason")));
        Assert.Contains("after 2 tries", Text(ended, "detail"), StringComparison.Ordinal);
        await mesh.UntilTaskIsAsync(Text(request, "mcTask"), "blocked");
    }

    private async Task<JsonObject> RequestAsync(string? surface)
    {
        var request = new JsonObject
        {
            ["mcTask"] = await mesh.TaskAsync(),
            ["initiator"] = Builder,
            ["responder"] = Verifier,
            ["brief"] = new JsonObject
            {
                ["subject"] = "A bounded claim",
                ["body"] = "Do it.",
                ["acceptance"] = new JsonArray(new JsonObject { ["id"] = "AC-1", ["title"] = "it holds" }),
            },
        };
        if (surface is not null)
        {
            request["surface"] = surface;
        }

        return request;
    }

    private async Task<JsonNode> DispatchedAsync(JsonObject request)
    {
        (int status, JsonNode? answer) = await mesh.AskAsync(Builder, "POST", "/api/dispatch", request);
        Assert.True(status == 201, $"{answer}");
        return answer!;
    }

    /// <summary>Waits until a try of the one step runs, and answers its thread.</summary>
    private async Task<string> UntilTryAsync(string id, int attempt)
    {
        while (true)
        {
            JsonNode step = (await RunAsync(id))["steps"]![0]!;
            if (step["attempt"]!.GetValue<int>() == attempt && Text(step, "state") == "running"
                && (await mesh.AskAsync(Operator, "GET", $"/api/threads/{Text(step, "threadId")}", null))
                    .Answer?["state"]?.GetValue<string>() == "open")
            {
                return Text(step, "threadId");
            }

            await Task.Delay(20, Cancellation);
        }
    }

    private async Task<JsonNode> EndedAsync(string id)
    {
        JsonNode run;
        while (Text(run = await RunAsync(id), "state") != "ended")
        {
            await Task.Delay(20, Cancellation);
        }

        return run;
    }

    private async Task<JsonNode> RunAsync(string id) => (await mesh.AskAsync(Operator, "GET", $"/api/workflows/{id}", null)).Answer!;

    private static object Judged(string verdict, string detail) =>
        new { verdict, checks = new[] { new { id = "AC-1", status = verdict, detail } } };

    private static byte[] Utf8(JsonObject request) => System.Text.Encoding.UTF8.GetBytes(request.ToJsonString());

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
