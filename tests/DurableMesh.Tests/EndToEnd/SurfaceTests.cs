using System.Text.Json.Nodes;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>A persistent agent and a schedule through the real host.</summary>
public sealed class SurfaceTests(GuardedMesh mesh) : IClassFixture<GuardedMesh>
{
    private const string Builder = MeshHost.Builder;
    private const string Verifier = MeshHost.Verifier;
    private const string Operator = GuardedMesh.Operator;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tasks_of_an_agent_pass_one_after_the_other_and_a_schedule_fires_until_its_runs_are_had()
    {
        string task = await mesh.TaskAsync();
        var agent = new
        {
            name = "fixer",
            builder = Builder,
            verifier = Verifier,
            limits = new { costCapUsd = 5, runs = 2 },
        };
        Assert.Equal(403, (await mesh.AskAsync(Builder, "POST", "/api/surfaces/agents", agent)).Status);
        Assert.Equal(201, (await mesh.AskAsync(Operator, "POST", "/api/surfaces/agents", agent)).Status);
        foreach (string subject in (string[])["first", "second"])
        {
            var given = new
            {
                mcTask = task,
                subject,
                prompt = "Do it.",
                acceptance = new[] { new { id = "AC-1", title = "it holds" } },
                costCapUsd = 1,
            };
            Assert.Equal(202, (await mesh.AskAsync(Operator, "POST", "/api/surfaces/agents/fixer/tasks", given)).Status);
        }

        await PassAsync(await RunningAsync("agents/fixer", 0));
        string second = await RunningAsync("agents/fixer", 1);
        JsonNode brief = (await mesh.AskAsync(Builder, "GET", $"/api/threads/{second}/messages", null)).Answer!["messages"]![0]!;
        Assert.Contains($"- {task} first: PASS", brief["body"]!.ToJsonString(), StringComparison.Ordinal);
        await PassAsync(second);
        JsonNode ended = await EndedAsync("agents/fixer");
        Assert.Equal(("PASS", "max_runs"), (Text(ended, "endState"), Text(ended, "reason")));

        var schedule = new
        {
            name = "every-second",
            cron = "* * * * * *",
            limits = new { costCapUsd = 5, runs = 1 },
            workflow = new
            {
                name = "check",
                surface = "one-shot-task",
                mcTask = task,
                limits = new { costCapUsd = 1 },
                steps = new[]
                {
                    new
                    {
                        id = "one",
                        company = "Proveo",
                        builder = Builder,
                        responder = Verifier,
                        prompt = "Do it.",
                        acceptance = new[] { new { id = "AC-1", title = "it holds" } },
                    },
                },
            },
        };
        (int status, JsonNode? added) = await mesh.AskAsync(Operator, "POST", "/api/surfaces/schedules", schedule);
        Assert.True(status == 201, $"{added}");
        await PassAsync(await RunningAsync("schedules/every-second", 0));
        ended = await EndedAsync("schedules/every-second");
        Assert.Equal(("PASS", "max_runs"), (Text(ended, "endState"), Text(ended, "reason")));
        JsonNode evidence = (await mesh.AskAsync(Operator, "GET", "/api/surfaces/schedules/every-second/evidence", null)).Answer!;
        Assert.True(evidence["final"]!.GetValue<bool>());
    }

    private async Task PassAsync(string thread)
    {
        await mesh.SendAsync(thread, Builder, "submission");
        await mesh.SendAsync(
            thread,
            Verifier,
            "verdict",
            new { verdict = "pass", checks = new[] { new { id = "AC-1", status = "pass", detail = "seen" } } });
    }

    /// <summary>The thread of a surface's run that runs, behind so many that have ended.</summary>
    private async Task<string> RunningAsync(string surface, int ended)
    {
        while (true)
        {
            JsonNode view = await GetAsync($"/api/surfaces/{surface}");
            JsonArray runs = view["runs"]!.AsArray();
            if (runs.Count > ended && runs[0] is { } newest && Text(newest, "phase") == "running")
            {
                (_, JsonNode? run) = await mesh.AskAsync(Operator, "GET", $"/api/workflows/{Text(newest, "runId")}", null);
                if (run?["steps"]?[0] is { } step && Text(step, "state") == "running")
                {
                    string thread = Text(step, "threadId");
                    if ((await mesh.AskAsync(Operator, "GET", $"/api/threads/{thread}", null)).Answer is { } open
                        && open["state"]?.GetValue<string>() == "open")
                    {
                        return thread;
                    }
                }
            }

            await Task.Delay(50, Cancellation);
        }
    }

    private async Task<JsonNode> EndedAsync(string surface)
    {
        while (true)
        {
            JsonNode view = await GetAsync($"/api/surfaces/{surface}");
            if (Text(view, "state") == "ended")
            {
                return view;
            }

            await Task.Delay(50, Cancellation);
        }
    }

    private async Task<JsonNode> GetAsync(string path) => (await mesh.AskAsync(Operator, "GET", path, null)).Answer!;

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
