using System.Collections.Concurrent;
using DurableMesh.TaskHub;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub.Official;

/// <summary>Failed orchestrations that are rewound.</summary>
public sealed class RewindTests
{
    private readonly ConcurrentQueue<string> _ran = new();
    private volatile bool _broken = true;

    private void Tasks(DurableTaskRegistry registry) => registry
        .AddOrchestratorFunc<string>("Steps", async context =>
        {
            string first = await context.CallActivityAsync<string>("Step", "one");
            string second = await context.CallActivityAsync<string>("Step", "fragile");
            return first + second;
        })
        .AddOrchestratorFunc<string>("Fan", async context =>
        {
            string[] made = await Task.WhenAll(
                context.CallActivityAsync<string>("Step", "fragile"),
                context.CallActivityAsync<string>("Step", "two"),
                context.CallSubOrchestratorAsync<string>("Steps", options: new SubOrchestrationOptions(instanceId: "child")));
            return string.Concat(made);
        })
        .AddOrchestratorFunc<string>("Retry", context => context.CallActivityAsync<string>(
            "Step", "fragile", TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMilliseconds(1)))))
        .AddOrchestratorFunc<string>("Tidy", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Step", "fragile");
            }
            finally
            {
                context.SendEvent("nobody", "over", "");
            }
        })
        .AddOrchestratorFunc<string>("Code", Task<string> (_) => _broken
            ? throw new FormatException("not yet")
            : Task.FromResult("mended"))
        .AddOrchestratorFunc<string>("Wait", context => context.WaitForExternalEvent<string>("go"))
        .AddActivityFunc<string, string>("Step", (_, step) =>
        {
            _ran.Enqueue(step);
            return step == "fragile" && _broken ? throw new FormatException("broken") : $"[{step}]";
        });

    [Theory]
    [InlineData("Steps", "[one][fragile]", new[] { "one", "fragile", "fragile" })]
    [InlineData("Tidy", "[fragile]", new[] { "fragile", "fragile" })]
    [InlineData("Code", "mended", new string[0])]
    public async Task One_that_is_mended_goes_on_from_where_it_failed(string name, string output, string[] ran)
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await FailAsync(hub, name);

        await hub.Client.RewindInstanceAsync("it", "mended", TestHub.Patience);
        OrchestrationMetadata end = await hub.CompletionAsync("it");

        Assert.Equal((OrchestrationRuntimeStatus.Completed, output), (end.RuntimeStatus, end.ReadOutputAs<string>()));
        Assert.Null(end.FailureDetails);
        Assert.Equal(ran, _ran);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task So_do_the_sub_orchestrations_that_it_waited_for(int partitions, bool idle)
    {
        await using TestHub first = await TestHub.StartAsync(Tasks, partitions: partitions, configure: Eager);
        await FailAsync(first, "Fan");
        await first.CompletionAsync("child");
        if (idle)
        {
            await AwayAsync(first);
        }

        await first.Client.RewindInstanceAsync("it", "mended", TestHub.Patience);
        OrchestrationMetadata end = await first.CompletionAsync("it");
        OrchestrationMetadata child = await first.CompletionAsync("child");

        Assert.Equal("[fragile][two][one][fragile]", end.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, child.RuntimeStatus);
    }

    [Fact]
    public async Task A_crash_before_or_behind_it_changes_nothing()
    {
        await using TestHub first = await TestHub.StartAsync(Tasks, partitions: 2);
        await FailAsync(first, "Fan");
        await first.CompletionAsync("child");
        await using TestHub second = await first.CrashAndRestartAsync(Tasks, partitions: 2);
        await second.Client.RewindInstanceAsync("it", "mended", TestHub.Patience);

        await using TestHub third = await second.CrashAndRestartAsync(Tasks, partitions: 2);

        Assert.Equal("[fragile][two][one][fragile]", (await third.CompletionAsync("it")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task One_that_fails_again_can_be_rewound_again()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await FailAsync(hub, "Steps");
        _broken = true;

        await hub.Client.RewindInstanceAsync("it", "a try", TestHub.Patience);
        OrchestrationMetadata again = await hub.CompletionAsync("it");
        _broken = false;
        await hub.Client.RewindInstanceAsync("it", "mended", TestHub.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, again.RuntimeStatus);
        Assert.Equal("[one][fragile]", (await hub.CompletionAsync("it")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Of_several_tries_the_last_is_made_again()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.StartInstanceAsync("Retry", id: "it");
        await hub.UntilAsync("it", state => state.WaitsFor(1));
        hub.Time.Advance(TimeSpan.FromSeconds(1));
        await hub.CompletionAsync("it");
        _broken = false;

        await hub.Client.RewindInstanceAsync("it", "mended", TestHub.Patience);

        Assert.Equal("[fragile]", (await hub.CompletionAsync("it")).ReadOutputAs<string>());
        Assert.Equal(3, _ran.Count);
    }

    [Fact]
    public async Task A_sub_orchestration_that_was_purged_fails_its_caller_again()
    {
        await using TestHub hub = await TestHub.StartAsync(registry =>
        {
            Tasks(registry);
            registry.AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>(
                "Steps", options: new SubOrchestrationOptions(instanceId: "child")));
        });
        await FailAsync(hub, "Parent");
        await hub.Client.PurgeInstanceAsync("child", TestHub.Patience);

        await hub.Client.RewindInstanceAsync("it", "mended", TestHub.Patience);
        OrchestrationMetadata end = await hub.CompletionAsync("it");

        Assert.Equal("OrchestrationNotFound", end.FailureDetails!.InnerFailure!.ErrorType);
    }

    [Fact]
    public async Task Only_what_has_failed_can_be_rewound()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.StartInstanceAsync("Wait", id: "it");

        var running = await Assert.ThrowsAsync<InvalidOperationException>(
            () => hub.Client.RewindInstanceAsync("it", "why", TestHub.Patience));
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.RewindInstanceAsync("nobody", "why", TestHub.Patience));

        Assert.Contains("only one that has failed", running.Message, StringComparison.Ordinal);
    }

    private static void Eager(TaskHubOptions options)
    {
        options.CheckpointBytes = 1;
        options.LiveIdleTimeout = TimeSpan.FromSeconds(1);
        options.ResidentIdleTimeout = TimeSpan.FromSeconds(2);
    }

    private static async Task AwayAsync(TestHub hub)
    {
        CancellationToken patience = TestHub.Patience;
        while (hub.Hub.Term!.Any(partition => partition.Figures.Resident > 0))
        {
            hub.Time.Advance(TimeSpan.FromSeconds(1));
            await hub.Client.GetInstancesAsync("nobody", cancellation: patience);
        }
    }

    private async Task FailAsync(TestHub hub, string name)
    {
        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync(name, id: "it"));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        _broken = false;
    }
}
