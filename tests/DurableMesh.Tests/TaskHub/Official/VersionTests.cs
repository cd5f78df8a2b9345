using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using static Microsoft.DurableTask.Worker.DurableTaskWorkerOptions;

namespace DurableMesh.Tests.TaskHub.Official;

/// <summary>Versions of tasks and of the worker.</summary>
public sealed class VersionTests
{
    private static void Greeters(DurableTaskRegistry registry)
    {
        registry.AddOrchestrator<GreeterV1>().AddOrchestrator<GreeterV2>();
        registry.AddActivity<StampV1>().AddActivity<StampV2>();
        registry.AddOrchestratorFunc<string>("Stamped", context => context.CallActivityAsync<string>("Stamp"));
        registry.AddOrchestratorFunc<string>("StampedV1", context => context.CallActivityAsync<string>(
            "Stamp", options: new TaskOptions { Version = "v1" }));
        registry.AddOrchestratorFunc<string>("StampedUnversioned", context => context.CallActivityAsync<string>(
            "Stamp", options: new TaskOptions { Version = TaskVersion.Unversioned }));
        registry.AddActivityFunc("Version", context => $"activity {context.Version}");
        registry.AddOrchestratorFunc<string>("Ask", async context =>
            $"{context.Version}, {await context.CallActivityAsync<string>("Version")}");
        registry.AddOrchestratorFunc<string>("Parent", async context =>
        {
            string plain = await context.CallSubOrchestratorAsync<string>("Ask");
            string other = await context.CallSubOrchestratorAsync<string>(
                "Ask", options: new SubOrchestrationOptions { Version = "v9" });
            return $"{plain}; {other}";
        });
    }

    [Theory]
    [InlineData("v1", "v1 Ann")]
    [InlineData("V2", "v2 Ann")]
    public async Task Of_several_classes_of_one_name_the_one_of_the_version_runs(string version, string expected)
    {
        await using TestHub hub = await TestHub.StartAsync(Greeters);

        OrchestrationMetadata end = await RunAsync(hub, "Greeter", version, "Ann");

        Assert.Equal(expected, end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(null, "No orchestrator task named 'Greeter' was found.")]
    [InlineData("v3", "No orchestrator task named 'Greeter' with version 'v3' was found.")]
    public async Task No_version_stands_in_for_another_one(string? version, string message)
    {
        await using TestHub hub = await TestHub.StartAsync(Greeters);

        OrchestrationMetadata end = await RunAsync(hub, "Greeter", version, "Ann");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("OrchestratorTaskNotFound", end.FailureDetails!.ErrorType);
        Assert.StartsWith(message, end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_execution_may_go_on_as_another_version()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestrator<MoverV1>().AddOrchestrator<MoverV2>());

        OrchestrationMetadata end = await RunAsync(hub, "Mover", "v1", "in");

        Assert.Equal("v2 in moved", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("Stamped", "v2", "stamp 2")]
    [InlineData("StampedV1", "v2", "stamp 1")]
    [InlineData("Ask", "v7", "v7, activity v7")]
    [InlineData("Ask", null, ", activity ")]
    public async Task An_activity_has_the_version_that_is_asked_for_or_its_orchestrations_own(
        string name, string? version, string expected)
    {
        await using TestHub hub = await TestHub.StartAsync(Greeters);

        Assert.Equal(expected, (await RunAsync(hub, name, version)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_has_only_versions_is_not_found_without_one()
    {
        await using TestHub hub = await TestHub.StartAsync(Greeters);

        OrchestrationMetadata end = await RunAsync(hub, "StampedUnversioned", "v1");

        Assert.Equal(
            "ActivityTaskNotFound: No activity task named 'Stamp' was found.", end.FailureDetails!.InnerFailure!.ToString());
    }

    [Fact]
    public async Task A_recovered_activity_has_its_version_again()
    {
        var never = new TaskCompletionSource<string>();
        await using TestHub first = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc<string>("Ask", context => context.CallActivityAsync<string>("Version"))
            .AddActivityFunc("Version", _ => never.Task));
        await first.Client.ScheduleNewOrchestrationInstanceAsync(
            "Ask", new StartOrchestrationOptions("it") { Version = "v4" }, TestHub.Patience);
        await first.UntilAsync("it", state => state.WaitsFor(0));

        await using TestHub second = await first.CrashAndRestartAsync(registry => registry
            .AddOrchestratorFunc<string>("Ask", context => context.CallActivityAsync<string>("Version"))
            .AddActivityFunc("Version", context => context.Version));

        Assert.Equal("v4", (await second.CompletionAsync("it")).ReadOutputAs<string>());
        never.SetResult("");
    }

    [Fact]
    public async Task A_sub_orchestration_has_the_workers_default_version_or_the_one_that_is_asked_for()
    {
        await using TestHub hub = await TestHub.StartAsync(
            Greeters, worker: options => options.Versioning = new VersioningOptions { DefaultVersion = "v5" });

        OrchestrationMetadata end = await RunAsync(hub, "Parent", "v1");

        Assert.Equal("v5, activity v5; v9, activity v9", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(VersionMatchStrategy.None, "v3", true)]
    [InlineData(VersionMatchStrategy.Strict, "v2", true)]
    [InlineData(VersionMatchStrategy.Strict, "v1", false)]
    [InlineData(VersionMatchStrategy.Strict, null, false)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "v1", true)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, null, true)]
    [InlineData(VersionMatchStrategy.CurrentOrOlder, "v3", false)]
    public async Task A_worker_fails_the_versions_that_it_does_not_run(VersionMatchStrategy strategy, string? version, bool runs)
    {
        await using TestHub hub = await TestHub.StartAsync(
            Greeters, worker: options => options.Versioning = Worker("v2", strategy, VersionFailureStrategy.Fail));

        OrchestrationMetadata end = await RunAsync(hub, "Ask", version);

        Assert.Equal(runs ? null : "VersionMismatch", end.FailureDetails?.ErrorType);
    }

    [Fact]
    public async Task Or_leaves_them_to_a_worker_that_does_run_them()
    {
        await using TestHub first = await TestHub.StartAsync(
            Greeters,
            worker: options => options.Versioning = Worker("v1", VersionMatchStrategy.Strict, VersionFailureStrategy.Reject));
        await first.Client.ScheduleNewOrchestrationInstanceAsync(
            "Ask", new StartOrchestrationOptions("it") { Version = "v2" }, TestHub.Patience);
        OrchestrationMetadata other = await RunAsync(first, "Ask", "v1");
        OrchestrationMetadata? waiting = await first.Client.GetInstanceAsync("it", TestHub.Patience);

        await using TestHub second = await first.CrashAndRestartAsync(
            Greeters,
            worker: options => options.Versioning = Worker("v2", VersionMatchStrategy.Strict, VersionFailureStrategy.Reject));

        Assert.Equal("v1, activity v1", other.ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Pending, waiting!.RuntimeStatus);
        Assert.Contains(
            first.Told, line => line.Contains("'v2' does not match the worker version 'v1'", StringComparison.Ordinal));
        Assert.Equal("v2, activity v2", (await second.CompletionAsync("it")).ReadOutputAs<string>());
    }

    private static VersioningOptions Worker(string version, VersionMatchStrategy match, VersionFailureStrategy failure) =>
        new() { Version = version, MatchStrategy = match, FailureStrategy = failure };

    private static async Task<OrchestrationMetadata> RunAsync(TestHub hub, string name, string? version, string? input = null)
    {
        var options = new StartOrchestrationOptions { Version = version is null ? null : new TaskVersion(version) };
        return await hub.CompletionAsync(
            await hub.Client.ScheduleNewOrchestrationInstanceAsync(name, input, options, TestHub.Patience));
    }

    [DurableTask("Greeter", Version = "v1")]
    private sealed class GreeterV1 : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => Task.FromResult($"v1 {input}");
    }

    [DurableTask("Greeter", Version = "v2")]
    private sealed class GreeterV2 : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => Task.FromResult($"v2 {input}");
    }

    [DurableTask("Stamp", Version = "v1")]
    private sealed class StampV1 : TaskActivity<object?, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, object? input) => Task.FromResult("stamp 1");
    }

    [DurableTask("Stamp", Version = "v2")]
    private sealed class StampV2 : TaskActivity<object?, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, object? input) => Task.FromResult("stamp 2");
    }

    [DurableTask("Mover", Version = "v1")]
    private sealed class MoverV1 : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input)
        {
            context.ContinueAsNew(new ContinueAsNewOptions { NewInput = $"{input} moved", NewVersion = "v2" });
            return Task.FromResult("");
        }
    }

    [DurableTask("Mover", Version = "v2")]
    private sealed class MoverV2 : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => Task.FromResult($"v2 {input}");
    }
}
