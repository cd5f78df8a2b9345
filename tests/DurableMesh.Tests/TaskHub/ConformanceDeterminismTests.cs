using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>Code that cannot be replayed fails its instance and says what it did, as soon as that can be known.</summary>
public sealed class ConformanceDeterminismTests
{
    private static readonly Dictionary<string, Func<TaskOrchestrationContext, Outside, Task>> EscapeRoutes = new()
    {
        ["ConfigureAwait(false), then another call"] = async (context, _) =>
        {
            await context.CallActivityAsync<string>("Echo", "1").ConfigureAwait(false);
            await context.CallActivityAsync<string>("Echo", "2");
        },
        ["ConfigureAwait(false) in a nested method"] = async (context, _) =>
        {
            await Careless(context);
            context.SetCustomStatus("on");
        },
        ["ConfigureAwait(false), then the end"] = async (context, _) =>
            await context.CallActivityAsync<string>("Echo", "1").ConfigureAwait(false),
        ["Task.Delay"] = async (context, outside) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), outside.Time);
            await context.CallActivityAsync<string>("Echo", "1");
        },
        ["Task.Run"] = async (context, outside) =>
        {
            await Task.Run(() => outside.Gate);
            await context.CallActivityAsync<string>("Echo", "1");
        },
        ["A task of somebody else, then the end"] = (_, outside) => outside.Gate,
        ["A call of the context from Task.Run"] = (context, _) => Task.Run(() => context.CallActivityAsync<string>("Echo", "1")),
        ["WaitAsync with a timeout"] = async (context, outside) =>
        {
            try
            {
                await context.WaitForExternalEvent<string>("never").WaitAsync(TimeSpan.FromSeconds(1), outside.Time);
            }
            catch (TimeoutException)
            {
                await context.CallActivityAsync<string>("Echo", "late");
            }
        },

        // It awaits with ConfigureAwait(false) inside.
        ["Task.WhenEach"] = async (context, _) =>
        {
            await foreach (Task<string> done in Task.WhenEach(context.CallActivityAsync<string>("Echo", "1")))
            {
                await done;
            }
        },
    };

    public static TheoryData<string> Escapes => [.. EscapeRoutes.Keys];

    [Theory]
    [MemberData(nameof(Escapes))]
    public async Task Code_that_leaves_the_orchestrators_thread_fails_its_instance(string name)
    {
        var gate = new TaskCompletionSource();
        TestHub? hub = null;
        await using TestHub running = hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc(name, context => EscapeRoutes[name](context, new Outside(hub!.Time, gate.Task)))
            .AddOrchestratorFunc<string>("Good", context => context.CallActivityAsync<string>("Echo", "good"))
            .AddActivityFunc<string, string>("Echo", (_, said) => said));

        // The outside world answers only once the code waits for it: a task that is complete already cannot lead astray.
        await hub.StartInstanceAsync(name, id: "escaped");
        await hub.Client.WaitForInstanceStartAsync("escaped", TestHub.Patience);
        gate.SetResult();
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        OrchestrationMetadata end = await hub.CompletionAsync("escaped");
        OrchestrationMetadata other = await hub.CompletionAsync(await hub.StartInstanceAsync("Good"));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith($"Orchestrator '{name}' (escaped)", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("must be deterministic", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("good", other.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("activity Echo 1", "activity Shout 1", "expects activity 'Echo'", "did activity 'Shout'")]
    [InlineData("activity Echo 1", "activity Echo 2", "with input \"1\"", "with input \"2\"")]
    [InlineData("activity Echo 1", "timer 60", "expects activity 'Echo'", "did a timer")]
    [InlineData("timer 60", "timer 61", "08:01:00", "08:01:01")]
    [InlineData("timer 60", "event other x", "expects a timer", "did event 'x'")]
    [InlineData("sub Child 1", "sub Kid 1", "sub-orchestration 'Child'", "sub-orchestration 'Kid'")]
    [InlineData("event other x", "event another x", "to other", "to another")]
    [InlineData("activity Echo 1", "", "expects activity 'Echo'", "did nothing")]
    [InlineData("activity Echo 1", "activity Echo 1; timer 60", "expects nothing more", "did a timer")]
    [InlineData("timer 60; activity Echo 1", "activity Echo 1; timer 60", "expects a timer", "did activity 'Echo'")]
    public async Task Code_that_changed_fails_on_replay_with_what_was_expected_and_what_was_met(
        string before, string after, string expected, string met)
    {
        await using TestHub first = await TestHub.StartAsync(registry => Steps(registry, before));
        await first.StartInstanceAsync("Steps", id: "changed");
        await first.Client.WaitForInstanceStartAsync("changed", TestHub.Patience);

        await using TestHub second = await first.CrashAndRestartAsync(registry => Steps(registry, after));
        await second.Client.RaiseEventAsync("changed", "end", "now", TestHub.Patience);
        OrchestrationMetadata end = await second.CompletionAsync("changed");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains(expected, end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains(met, end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_is_gone_fails_the_instance_by_name()
    {
        await using TestHub hub = await TestHub.StartAsync(_ => { });

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Gone"));

        Assert.Contains("No orchestrator task named 'Gone'", end.FailureDetails?.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>An orchestrator that takes its steps side by side and waits for the event "end".</summary>
    private static void Steps(DurableTaskRegistry registry, string steps) => registry
        .AddOrchestratorFunc("Steps", async context =>
        {
            foreach (string text in steps.Split("; ", StringSplitOptions.RemoveEmptyEntries))
            {
                string[] step = text.Split(' ');
                switch (step[0])
                {
                    case "activity":
                        _ = context.CallActivityAsync<string>(step[1], step[2]);
                        break;
                    case "timer":
                        _ = context.CreateTimer(TimeSpan.FromSeconds(int.Parse(step[1])), CancellationToken.None);
                        break;
                    case "sub":
                        var options = new SubOrchestrationOptions(instanceId: "child");
                        _ = context.CallSubOrchestratorAsync<string>(step[1], step[2], options);
                        break;
                    case "event":
                        context.SendEvent(step[1], step[2], "payload");
                        break;
                }
            }

            await context.WaitForExternalEvent<string>("end");
        })
        .AddOrchestratorFunc<string, string>("Child", (context, _) => context.WaitForExternalEvent<string>("never"))
        .AddOrchestratorFunc<string, string>("Kid", (context, _) => context.WaitForExternalEvent<string>("never"))
        .AddActivityFunc<string, string>("Echo", (_, said) => said)
        .AddActivityFunc<string, string>("Shout", (_, said) => said);

    /// <summary>What is not the orchestration's own: the host's clock, and a task that somebody else completes.</summary>
    private sealed record Outside(TimeProvider Time, Task Gate);

    private static async Task Careless(TaskOrchestrationContext context)
    {
        await context.CallActivityAsync<string>("Echo", "1").ConfigureAwait(false);
        await context.CallActivityAsync<string>("Echo", "2");
    }
}
