using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub;

/// <summary>What a client sees and does: status, suspension, termination, purge, restart, queries.</summary>
public sealed class ConformanceControlTests
{
    private static void Tasks(DurableTaskRegistry registry) => registry
        .AddOrchestratorFunc<string, string>("Wait", async (context, input) =>
        {
            context.SetCustomStatus(new { at = "start" });
            string said = await context.WaitForExternalEvent<string>("say");
            context.SetCustomStatus(new { at = "end" });
            return input + said;
        })
        .AddOrchestratorFunc<string, string>("Echo", (_, input) => input)
        .AddOrchestratorFunc<string>("Fail", Task<string> (_) => throw new TimeoutException("too late"))
        .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>(
            "Wait", "child ", new SubOrchestrationOptions(instanceId: "child")));

    [Fact]
    public async Task An_instance_is_described_from_its_start_to_its_end()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        DateTimeOffset created = hub.Time.GetUtcNow();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait",
            "in ",
            new StartOrchestrationOptions("it") { Tags = new Dictionary<string, string> { ["mc"] = "7" } },
            TestHub.Patience);

        OrchestrationMetadata running = await hub.Client.WaitForInstanceStartAsync("it", true, TestHub.Patience);
        hub.Time.Advance(TimeSpan.FromMinutes(1));
        await hub.Client.RaiseEventAsync("it", "say", "out", TestHub.Patience);
        OrchestrationMetadata end = await hub.CompletionAsync("it");

        Assert.Equal(("Wait", "it"), (running.Name, running.InstanceId));
        Assert.Equal(OrchestrationRuntimeStatus.Running, running.RuntimeStatus);
        Assert.Equal("""{"at":"start"}""", running.SerializedCustomStatus);
        Assert.Equal("in ", running.ReadInputAs<string>());
        Assert.Null(running.SerializedOutput);
        Assert.Equal("7", running.Tags["mc"]);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal("""{"at":"end"}""", end.SerializedCustomStatus);
        Assert.Equal("in out", end.ReadOutputAs<string>());
        Assert.Equal((created, created.AddMinutes(1)), (end.CreatedAt, end.LastUpdatedAt));
    }

    [Fact]
    public async Task Data_comes_only_where_it_is_asked_for()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.CompletionAsync(await hub.StartInstanceAsync("Echo", "x", "it"));

        OrchestrationMetadata? bare = await hub.Client.GetInstanceAsync("it", TestHub.Patience);

        Assert.Equal((null, null, null), (bare!.SerializedInput, bare.SerializedOutput, bare.SerializedCustomStatus));
        Assert.Throws<InvalidOperationException>(bare.ReadOutputAs<string>);
        Assert.Null(await hub.Client.GetInstanceAsync("nobody", TestHub.Patience));
    }

    [Fact]
    public async Task A_failed_instance_says_why()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);

        OrchestrationMetadata end = await hub.CompletionAsync(await hub.StartInstanceAsync("Fail"));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("System.TimeoutException: too late", end.FailureDetails?.ToString());
        Assert.Contains("ConformanceControlTests", end.FailureDetails?.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_custom_status_of_more_than_16_kb_fails_the_code_that_sets_it()
    {
        await using TestHub hub = await TestHub.StartAsync(
            registry => registry.AddOrchestratorFunc<int, string>("Big", (context, characters) =>
            {
                context.SetCustomStatus(new string('x', characters));
                return "set";
            }));

        OrchestrationMetadata fits = await hub.CompletionAsync(await hub.StartInstanceAsync("Big", (8 * 1024) - 2));
        OrchestrationMetadata over = await hub.CompletionAsync(await hub.StartInstanceAsync("Big", (8 * 1024) - 1));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, fits.RuntimeStatus);
        Assert.Equal(typeof(ArgumentException).FullName, over.FailureDetails?.ErrorType);
    }

    [Fact]
    public async Task A_suspended_instance_keeps_what_arrives_until_it_is_resumed_also_over_a_crash()
    {
        await using TestHub first = await TestHub.StartAsync(Tasks);
        await first.StartInstanceAsync("Wait", "in ", "it");
        await first.Client.WaitForInstanceStartAsync("it", TestHub.Patience);
        await first.Client.SuspendInstanceAsync("it", "why not", TestHub.Patience);
        await first.Client.RaiseEventAsync("it", "say", "out", TestHub.Patience);

        await using TestHub second = await first.CrashAndRestartAsync(Tasks);
        OrchestrationMetadata? suspended = await second.Client.GetInstanceAsync("it", TestHub.Patience);
        await second.Client.ResumeInstanceAsync("it", "go on", TestHub.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended!.RuntimeStatus);
        Assert.Equal("in out", (await second.CompletionAsync("it")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_terminated_instance_has_the_given_output_and_hears_nothing_more()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.StartInstanceAsync("Wait", "in ", "it");
        await hub.Client.TerminateInstanceAsync("it", (object)"enough", TestHub.Patience);
        await hub.Client.RaiseEventAsync("it", "say", "out", TestHub.Patience);

        OrchestrationMetadata end = await hub.CompletionAsync("it");

        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
    }

    [Theory]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    public async Task Termination_takes_sub_orchestrations_along_where_it_is_told_to(
        bool recursive, OrchestrationRuntimeStatus child)
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.StartInstanceAsync("Parent", id: "parent");
        await hub.Client.WaitForInstanceStartAsync("child", TestHub.Patience);

        await hub.Client.TerminateInstanceAsync("parent", new TerminateInstanceOptions(Recursive: recursive), TestHub.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await hub.CompletionAsync("parent")).RuntimeStatus);
        Assert.Equal(child, (await hub.Client.GetInstanceAsync("child", TestHub.Patience))!.RuntimeStatus);
    }

    [Fact]
    public async Task A_parent_hears_that_its_child_was_terminated()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.StartInstanceAsync("Parent", id: "parent");
        await hub.Client.WaitForInstanceStartAsync("child", TestHub.Patience);

        await hub.Client.TerminateInstanceAsync("child", TestHub.Patience);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.CompletionAsync("parent")).RuntimeStatus);
    }

    [Fact]
    public async Task Ended_instances_are_purged_by_id_and_by_filter_and_running_ones_stay()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks, partitions: 3);
        await hub.CompletionAsync(await hub.StartInstanceAsync("Echo", "x", "echo-1"));
        await hub.CompletionAsync(await hub.StartInstanceAsync("Fail", id: "fail-1"));
        hub.Time.Advance(TimeSpan.FromHours(1));
        DateTimeOffset later = hub.Time.GetUtcNow();
        await hub.CompletionAsync(await hub.StartInstanceAsync("Echo", "x", "echo-2"));
        await hub.CompletionAsync(await hub.StartInstanceAsync("Echo", "x", "echo-3"));
        await hub.StartInstanceAsync("Wait", id: "wait-1");

        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("wait-1", TestHub.Patience)).PurgedInstanceCount);
        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("nobody", TestHub.Patience)).PurgedInstanceCount);
        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("echo-3", TestHub.Patience)).PurgedInstanceCount);
        Assert.Equal(1, (await Purge(new(Statuses: [OrchestrationRuntimeStatus.Failed]))).PurgedInstanceCount);
        Assert.Equal(1, (await Purge(new(CreatedTo: later.AddMinutes(-1)))).PurgedInstanceCount);

        await using TestHub second = await hub.CrashAndRestartAsync(Tasks, partitions: 3);
        Assert.Equal(["echo-2", "wait-1"], (await All(second, new OrchestrationQuery())).Order());

        Task<PurgeResult> Purge(PurgeInstancesFilter filter) => hub.Client.PurgeAllInstancesAsync(filter, TestHub.Patience);
    }

    [Fact]
    public async Task An_ended_instance_is_restarted_with_its_input_under_its_own_or_a_new_id()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.CompletionAsync(await hub.StartInstanceAsync("Echo", "again", "it"));

        string same = await hub.Client.RestartAsync("it", cancellation: TestHub.Patience);
        OrchestrationMetadata again = await hub.CompletionAsync(same);
        string other = await hub.Client.RestartAsync("it", restartWithNewInstanceId: true, TestHub.Patience);

        Assert.Equal("it", same);
        Assert.NotEqual("it", other);
        Assert.Equal("again", again.ReadOutputAs<string>());
        Assert.Equal("again", (await hub.CompletionAsync(other)).ReadOutputAs<string>());
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.RestartAsync("nobody", cancellation: TestHub.Patience));
    }

    [Fact]
    public async Task A_running_instance_is_not_restarted_under_its_own_id()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.StartInstanceAsync("Wait", "in ", "it");

        await Assert.ThrowsAsync<DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException>(
            () => hub.Client.RestartAsync("it", cancellation: TestHub.Patience));
    }

    [Fact]
    public async Task A_running_instance_stands_in_the_way_of_its_id_and_an_ended_one_where_it_is_told_to()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        await hub.StartInstanceAsync("Wait", "in ", "it");
        await Assert.ThrowsAsync<DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException>(
            () => hub.StartInstanceAsync("Wait", "in ", "it"));
        await hub.Client.RaiseEventAsync("it", "say", "out", TestHub.Patience);
        await hub.CompletionAsync("it");

        StartOrchestrationOptions strict =
            new StartOrchestrationOptions("it").WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);
        await Assert.ThrowsAsync<DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException>(
            () => hub.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "x", strict, TestHub.Patience));
        await hub.StartInstanceAsync("Echo", "new", "it");

        Assert.Equal("new", (await hub.CompletionAsync("it")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_start_can_be_scheduled()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks);
        DateTimeOffset due = hub.Time.GetUtcNow().AddHours(1);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "Echo", "x", new StartOrchestrationOptions("it", due), TestHub.Patience);

        hub.Time.Advance(TimeSpan.FromMinutes(59));
        OrchestrationMetadata? before = await hub.Client.GetInstanceAsync("it", TestHub.Patience);
        hub.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(OrchestrationRuntimeStatus.Pending, before!.RuntimeStatus);
        Assert.Equal(due, (await hub.CompletionAsync("it")).LastUpdatedAt);
    }

    [Fact]
    public async Task Queries_filter_by_time_state_and_prefix()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks, partitions: 3);
        await hub.CompletionAsync(await hub.StartInstanceAsync("Echo", "x", "a-1"));
        hub.Time.Advance(TimeSpan.FromHours(1));
        DateTimeOffset middle = hub.Time.GetUtcNow();
        await hub.CompletionAsync(await hub.StartInstanceAsync("Fail", id: "a-2"));
        hub.Time.Advance(TimeSpan.FromHours(1));
        await hub.StartInstanceAsync("Wait", id: "b-1");
        await hub.Client.WaitForInstanceStartAsync("b-1", TestHub.Patience);

        Assert.Equal(["a-1", "a-2", "b-1"], (await All(hub, new())).Order());
        Assert.Equal(["a-1", "a-2"], (await All(hub, new(InstanceIdPrefix: "a-"))).Order());
        Assert.Equal(["a-2", "b-1"], (await All(hub, new(CreatedFrom: middle))).Order());
        Assert.Equal(["a-1", "a-2"], (await All(hub, new(CreatedTo: middle))).Order());
        Assert.Equal(["b-1"], await All(hub, new(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(["a-2"], await All(hub, new(CreatedTo: middle, Statuses: [OrchestrationRuntimeStatus.Failed])));
    }

    [Fact]
    public async Task Queries_come_in_pages_that_any_client_can_go_on_from()
    {
        await using TestHub hub = await TestHub.StartAsync(Tasks, partitions: 3);
        string[] ids = [.. Enumerable.Range(0, 20).Select(number => $"it-{number:00}")];
        foreach (string id in ids)
        {
            await hub.CompletionAsync(await hub.StartInstanceAsync("Echo", id, id));
        }

        var query = new OrchestrationQuery(PageSize: 7, FetchInputsAndOutputs: true);
        var seen = new List<string?>();
        var sizes = new List<int>();
        string? token = null;
        do
        {
            AsyncPageable<OrchestrationMetadata> rest = hub.Client.GetAllInstancesAsync(query with { ContinuationToken = token });
            Page<OrchestrationMetadata> page = await rest.AsPages().FirstAsync(TestHub.Patience);
            seen.AddRange(page.Values.Select(metadata => metadata.ReadOutputAs<string>()));
            sizes.Add(page.Values.Count);
            token = page.ContinuationToken;
        }
        while (token is not null);

        Assert.Equal(ids, seen.Order());
        Assert.All(sizes, size => Assert.InRange(size, 0, 7));
    }

    private static ValueTask<List<string>> All(TestHub hub, OrchestrationQuery query) =>
        hub.Client.GetAllInstancesAsync(query).Select(metadata => metadata.InstanceId).ToListAsync(TestHub.Patience);
}
