using System.Text.Json.Nodes;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>Workflows through the real host: who may, what waits for a person, what is cancelled, what is handed over.</summary>
public sealed class WorkflowTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>
{
    /// <summary>A thread when it has ended. Whoever asks for it alone ends one that was terminated; a list does not.</summary>
    private async Task<JsonNode> UntilItIsListedAsEndedAsync(string thread)
    {
        while (true)
        {
            JsonNode found = (await mesh.AskAsync(Builder, "GET", $"/api/threads?idPrefix={thread}", null)).Answer!["threads"]![0]!;
            if (Text(found, "state") == "ended")
            {
                return found;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private const string Builder = MeshHost.Builder;
    private const string Verifier = MeshHost.Verifier;
    private const string Operator = GuardedMesh.Operator;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_steps_pass_and_are_handed_over_with_evidence_that_holds()
    {
        string id = await StartedAsync(await DefinitionAsync());
        JsonNode first = await UntilStepAsync(id, "one", "running");
        Assert.Equal(2m, Cap(first));
        await PassAsync(Thread(first), cost: 0.5m);
        JsonNode second = await UntilStepAsync(id, "two", "running");
        Assert.Equal(1.5m, Cap(second));

        // What was uploaded to the first thread is the second one's, too.
        JsonNode brief = (await mesh.AskAsync(Builder, "GET", $"/api/threads/{Thread(second)}/messages", null)).Answer!["messages"]![0]!;
        JsonNode handed = brief["body"]!["handedOn"]![0]!;
        Assert.Equal(("one", first["threadId"]!.GetValue<string>()), (handed["step"]!.GetValue<string>(), Thread(first)));
        string sha256 = handed["artifacts"]![0]!["sha256"]!.GetValue<string>();
        Assert.Equal(
            "made"u8.ToArray(), await mesh.ClientOf(Verifier).GetArtifactAsync(Thread(second), sha256, Cancellation));

        await PassAsync(Thread(second));
        JsonNode ended = await UntilAsync(id, "ended");
        Assert.Equal(("PASS", "completed"), (Text(ended, "endState"), Text(ended, "reason")));
        Assert.Equal(0.5m, ended["costUsd"]!.GetValue<decimal>());

        string task = Text(ended, "mcTask");
        Assert.Equal("in_progress", (await TaskAsync(task))["state"]!.GetValue<string>());
        Assert.Equal(200, (await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/finalize", new { })).Status);
        Assert.Equal(200, (await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/finalize", new { })).Status);
        Assert.Equal("ready_for_review", (await TaskAsync(task))["state"]!.GetValue<string>());

        byte[] evidence = await mesh.ClientOf(Builder).GetWorkflowEvidenceAsync(id, Cancellation);
        var threads = new Dictionary<string, byte[]>();
        foreach (JsonNode step in (JsonNode[])[first, second])
        {
            threads[Thread(step)] = await mesh.EvidenceAsync(Thread(step));
        }

        WorkflowReport report = WorkflowEvidenceVerifier.Verify(evidence, threads: thread => threads[thread]);
        Assert.Empty(report.Findings);
        Assert.Equal((2, 2), (report.Threads, report.ThreadsChecked));
    }

    [Fact]
    public async Task A_blocked_step_holds_it_until_a_person_tries_it_again()
    {
        string id = await StartedAsync(await DefinitionAsync(steps => steps[0]!["onBlocked"] = "hold"));
        JsonNode first = await UntilStepAsync(id, "one", "running");
        await mesh.SendAsync(Thread(first), Builder, "submission");
        await mesh.SendAsync(Thread(first), Verifier, "verdict", new { verdict = "blocked" });
        await UntilAsync(id, "held");

        var decision = new { step = "one", decision = "again", why = "the verifier is back" };
        Assert.Equal(403, (await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/decision", decision)).Status);
        Assert.Equal(202, (await mesh.AskAsync(Operator, "POST", $"/api/workflows/{id}/decision", decision)).Status);
        JsonNode again = await UntilStepAsync(id, "one", "running");
        Assert.NotEqual(Thread(first), Thread(again));
        Assert.Equal("not_held", Code(await mesh.AskAsync(Operator, "POST", $"/api/workflows/{id}/decision", decision)));
        await PassAsync(Thread(again));
        await PassAsync(Thread(await UntilStepAsync(id, "two", "running")));
        Assert.Equal("PASS", Text(await UntilAsync(id, "ended"), "endState"));
    }

    [Fact]
    public async Task A_cancel_ends_what_runs_and_blocks_the_task()
    {
        string id = await StartedAsync(await DefinitionAsync(steps => steps[1]!["after"] = new JsonArray()));
        string one = Thread(await UntilStepAsync(id, "one", "running"));
        string two = Thread(await UntilStepAsync(id, "two", "running"));
        Assert.Equal(202, (await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/cancel", new { why = "enough" })).Status);

        JsonNode ended = await UntilAsync(id, "ended");
        Assert.Equal(("BLOCKED", "cancelled"), (Text(ended, "endState"), Text(ended, "reason")));
        Assert.Equal("cancelled", Text(await mesh.EndOfAsync(one), "reason"));
        Assert.Equal("cancelled", Text(await mesh.EndOfAsync(two), "reason"));
        await mesh.UntilTaskIsAsync(Text(ended, "mcTask"), "blocked");
        Assert.Equal("workflow_not_passed", Code(await mesh.AskAsync(Operator, "POST", $"/api/workflows/{id}/finalize", new { })));
    }

    [Fact]
    public async Task A_run_that_somebody_terminated_goes_on_from_the_store()
    {
        string id = await StartedAsync(await DefinitionAsync());
        string one = Thread(await UntilStepAsync(id, "one", "running"));
        await TerminateAsync(id);
        await PassAsync(one);

        string two = Thread(await UntilStepAsync(id, "two", "running"));
        await TerminateAsync(id);
        await UntilStepAsync(id, "two", "running");
        await TerminateAsync(id);
        await PassAsync(two);
        JsonNode ended = await UntilAsync(id, "ended");
        Assert.Equal(("PASS", one, two), (
            Text(ended, "endState"), Thread(ended["steps"]![0]!), Thread(ended["steps"]![1]!)));
    }

    [Fact]
    public async Task A_step_that_somebody_terminated_is_taken_up_again_with_its_thread()
    {
        string id = await StartedAsync(await DefinitionAsync());
        string one = Thread(await UntilStepAsync(id, "one", "running"));
        await TerminateAsync($"{id}:one:1:1");
        await PassAsync(one);
        string two = Thread(await UntilStepAsync(id, "two", "running"));
        for (var number = 3; number < 7; number++)
        {
            await TerminateAsync($"{id}:two:1:{number}");
        }

        JsonNode ended = await UntilAsync(id, "ended");
        Assert.Equal(("BLOCKED", "internal_error", one), (
            Text(ended, "endState"), Text(ended, "reason"), Thread(ended["steps"]![0]!)));
        Assert.Equal("cancelled", Text(await mesh.EndOfAsync(two), "reason"));
    }

    [Fact]
    public async Task A_cancel_ends_a_run_that_somebody_terminated_with_all_that_was_of_it()
    {
        string id = await StartedAsync(await DefinitionAsync(steps => steps[1]!["after"] = new JsonArray()));
        string one = Thread(await UntilStepAsync(id, "one", "running"));
        string two = Thread(await UntilStepAsync(id, "two", "running"));
        await TerminateAsync(id);
        await TerminateAsync($"{id}:one:1:1");
        await TerminateAsync(one);
        Assert.Equal(202, (await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/cancel", new { why = "enough" })).Status);

        // Nobody looks at the run until its threads have ended.
        Assert.Equal("cancelled", Text(await mesh.EndOfAsync(two), "reason"));
        Assert.Equal("cancelled", Text(await UntilItIsListedAsEndedAsync(one), "reason"));
        JsonNode ended = await UntilAsync(id, "ended");
        Assert.Equal(("BLOCKED", "cancelled"), (Text(ended, "endState"), Text(ended, "reason")));
    }

    [Fact]
    public async Task Its_time_ends_it()
    {
        JsonObject definition = await DefinitionAsync();
        definition["limits"]!["ttl"] = "PT1S";
        JsonNode ended = await UntilAsync(await StartedAsync(definition), "ended");
        Assert.Equal("ttl_expired", Text(ended, "reason"));
    }

    [Fact]
    public async Task The_gate_is_asked_for_each_step()
    {
        JsonObject definition = await DefinitionAsync();
        definition["mcTask"] = "nowhere";
        JsonNode ended = await UntilAsync(await StartedAsync(definition), "ended");
        Assert.Equal(("step_blocked", "gate_denied"), (Text(ended, "reason"), Text(ended["steps"]![0]!, "reason")));
    }

    [Fact]
    public async Task The_same_start_is_one_run_and_another_under_its_key_is_refused()
    {
        JsonObject definition = await DefinitionAsync();
        string key = Guid.NewGuid().ToString();
        var client = mesh.ClientOf(Builder);
        WorkflowView[] runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            client.StartWorkflowAsync(System.Text.Encoding.UTF8.GetBytes(definition.ToJsonString()), key, Cancellation)));
        Assert.Single(runs.Select(run => run.WorkflowId).Distinct());
        definition["name"] = "another";
        var refused = await Assert.ThrowsAsync<DurableMesh.Client.MeshProblemException>(() =>
            client.StartWorkflowAsync(System.Text.Encoding.UTF8.GetBytes(definition.ToJsonString()), key, Cancellation));
        Assert.Equal("idempotency_conflict", refused.Problem.Code);
    }

    [Fact]
    public async Task An_agent_runs_its_own_alone_and_sees_what_it_is_a_party_of()
    {
        JsonObject definition = await DefinitionAsync();
        Assert.Equal("forged_sender", Code(await mesh.AskAsync("vizu-builder", "POST", "/api/workflows", definition)));
        definition["actor"] = "vizu-builder";
        definition["steps"]![0]!["builder"] = Builder;
        Assert.Equal("forged_sender", Code(await mesh.AskAsync("vizu-builder", "POST", "/api/workflows", definition)));

        string id = (await mesh.AskAsync(Operator, "POST", "/api/workflows", definition)).Answer!["workflowId"]!.GetValue<string>();
        await UntilStepAsync(id, "one", "running");
        JsonNode seen = (await mesh.AskAsync(Builder, "GET", $"/api/workflows/{id}", null)).Answer!;
        Assert.Equal("one", Text(Assert.Single(seen["steps"]!.AsArray())!, "id"));
        Assert.Equal("not_a_party", Code(await mesh.AskAsync(GuardedMesh.Restricted, "GET", $"/api/workflows/{id}", null)));
        Assert.Equal("not_a_party", Code(await mesh.AskAsync(Builder, "GET", $"/api/workflows/{id}/evidence", null)));
        Assert.Equal("forged_sender", Code(await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/cancel", new { why = "x" })));
        Assert.Equal(404, (await mesh.AskAsync(Operator, "GET", $"/api/workflows/{Guid.NewGuid()}", null)).Status);
        JsonNode list = (await mesh.AskAsync(GuardedMesh.Restricted, "GET", "/api/workflows", null)).Answer!;
        Assert.Empty(list["workflows"]!.AsArray());
    }

    [Fact]
    public async Task A_mistake_starts_nothing()
    {
        JsonObject definition = await DefinitionAsync();
        definition["steps"]![0]!["company"] = "nowhere";
        definition["steps"]![0]!["after"] = new JsonArray("two");
        (int status, JsonNode? problem) = await mesh.AskAsync(Builder, "POST", "/api/workflows", definition);
        Assert.Equal(400, status);
        Assert.Equal(
            ["cycle", "unknown_company"], problem!["errors"]!.AsArray().Select(error => Text(error!, "code")).Order());
        (status, JsonNode? preview) = await mesh.AskAsync(Builder, "POST", "/api/workflows/check", await DefinitionAsync());
        Assert.Equal((200, 2), (status, preview!["steps"]!.AsArray().Count));
        Assert.Empty(preview["doubts"]!.AsArray());
    }

    [Fact]
    public async Task Plumbing_alone_is_answered_and_handed_over_only_when_that_is_said()
    {
        await mesh.IssueKeyAsync("lexicon-advisor");
        JsonObject definition = await DefinitionAsync();
        definition["responderMode"] = "plumbing";
        definition["steps"] = new JsonArray(new JsonObject
        {
            ["id"] = "hello",
            ["company"] = "lexicon",
            ["title"] = "Are you there?",
            ["prompt"] = "Answer.",
            ["endState"] = "ANSWERED",
        });
        string id = await StartedAsync(definition);
        string thread = Thread(await UntilStepAsync(id, "hello", "running"));
        await mesh.SendAsync(thread, Builder, "question");
        await mesh.SendAsync(thread, "lexicon-advisor", "answer", new { plumbing = true });
        await mesh.SendAsync(thread, Builder, "acknowledgement");
        JsonNode ended = await UntilAsync(id, "ended");
        Assert.Equal(("ANSWERED", "hello"), (Text(ended, "endState"), ended["plumbing"]![0]!.GetValue<string>()));
        Assert.Equal("plumbing_only", Code(await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/finalize", new { })));
        Assert.Equal(200, (await mesh.AskAsync(Builder, "POST", $"/api/workflows/{id}/finalize", new { plumbing = true })).Status);
        await mesh.UntilTaskIsAsync(Text(ended, "mcTask"), "ready_for_review");
    }

    private async Task<JsonObject> DefinitionAsync(Action<JsonArray>? change = null)
    {
        var steps = new JsonArray(Step("one"), Step("two"));
        change?.Invoke(steps);
        return new JsonObject
        {
            ["name"] = "a test",
            ["actor"] = Builder,
            ["mcTask"] = await mesh.TaskAsync(),
            ["limits"] = new JsonObject { ["costCapUsd"] = 2 },
            ["steps"] = steps,
        };
    }

    private static JsonObject Step(string id) => new()
    {
        ["id"] = id,
        ["company"] = "Proveo",
        ["responder"] = Verifier,
        ["title"] = $"Step {id}",
        ["prompt"] = "Do it.",
        ["endState"] = "PASS",
        ["handsOn"] = true,
    };

    /// <summary>Terminates an orchestration past the mesh, as whoever reaches the task hub can.</summary>
    private async Task TerminateAsync(string instance)
    {
        string url = $"/runtime/webhooks/durabletask/instances/{Uri.EscapeDataString(instance)}";
        while ((await mesh.AskAsync(Operator, "POST", $"{url}/terminate?reason=a%20test", null)).Status != 202)
        {
            // It is about to begin.
            await Task.Delay(20, Cancellation);
        }

        while ((await mesh.AskAsync(Operator, "GET", url, null)).Answer is { } status
            && Text(status, "runtimeStatus") is "Running" or "Pending")
        {
            await Task.Delay(20, Cancellation);
        }
    }

    private async Task<string> StartedAsync(JsonObject definition)
    {
        (int status, JsonNode? run) = await mesh.AskAsync(Builder, "POST", "/api/workflows", definition);
        Assert.True(status == 201, $"{run}");
        return Text(run!, "workflowId");
    }

    private async Task PassAsync(string thread, decimal cost = 0)
    {
        var artifact = await mesh.ClientOf(Builder).PutArtifactAsync(thread, Builder, "work.txt", "made"u8.ToArray(), Cancellation);
        await mesh.SendAsync(thread, Builder, "submission", new
        {
            artifacts = new[] { new { name = artifact.Name, sha256 = artifact.Sha256, size = artifact.Size, uri = artifact.Uri } },
            usage = new { costUsd = cost },
        });
        await mesh.SendAsync(
            thread, Verifier, "verdict", new { verdict = "pass", checks = new[] { new { id = "AC-1", status = "pass", detail = "seen" } } });
    }

    private async Task<JsonNode> UntilAsync(string id, string state)
    {
        JsonNode run;
        while (Text(run = await RunAsync(id), "state") != state)
        {
            await Task.Delay(20, Cancellation);
        }

        return run;
    }

    /// <summary>Waits for a step that has a state, and whose thread is open where it runs.</summary>
    private async Task<JsonNode> UntilStepAsync(string id, string step, string state)
    {
        while (true)
        {
            JsonNode found = (await RunAsync(id))["steps"]!.AsArray().Single(one => Text(one!, "id") == step)!;
            if (Text(found, "state") == state
                && (await mesh.AskAsync(Operator, "GET", $"/api/threads/{Thread(found)}", null)).Answer?["state"]?.GetValue<string>() == "open")
            {
                return found;
            }

            await Task.Delay(20, Cancellation);
        }
    }

    private async Task<JsonNode> RunAsync(string id) => (await mesh.AskAsync(Operator, "GET", $"/api/workflows/{id}", null)).Answer!;

    private async Task<JsonNode> TaskAsync(string id) => (await mesh.AskAsync(Operator, "GET", $"/api/tasks/{id}", null)).Answer!;

    private static string Thread(JsonNode step) => Text(step, "threadId");

    private static decimal Cap(JsonNode step) => step["costCapUsd"]!.GetValue<decimal>();

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static string Code((int Status, JsonNode? Answer) refused) => refused.Answer!["code"]!.GetValue<string>();
}
