using System.Collections.Concurrent;
using System.Diagnostics;
using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Telemetry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.TaskHub.Official;

/// <summary>The hub behind Durable Task's own builders, as a program sets it up.</summary>
public sealed class WorkerTests
{
    private readonly TaskHubMemory _memory = new();

    [Fact]
    public async Task Worker_and_client_of_any_name_use_the_hub()
    {
        using IHost host = Build(services => services
            .AddDurableTaskWorker("blue", worker => worker
                .AddTasks(tasks => tasks
                    .AddOrchestratorFunc<string, string>(
                        "Greet",
                        async (context, name) => $"{await context.CallActivityAsync<string>("Hail", name)} {context.Version}")
                    .AddActivityFunc<string, string>("Hail", (_, name) => $"Hail, {name}!"))
                .UseVersioning(new DurableTaskWorkerOptions.VersioningOptions
                {
                    Version = "2.0",
                    MatchStrategy = DurableTaskWorkerOptions.VersionMatchStrategy.Strict,
                    FailureStrategy = DurableTaskWorkerOptions.VersionFailureStrategy.Fail,
                })
                .UseLocalTaskHub(InMemory))
            .AddDurableTaskClient("green", client =>
            {
                client.UseDefaultVersion("2.0");
                client.UseLocalTaskHub();
            }));
        await host.StartAsync(TestHub.Patience);
        DurableTaskClient client = host.Services.GetRequiredService<IDurableTaskClientProvider>().GetClient("green");

        string id = await client.ScheduleNewOrchestrationInstanceAsync("Greet", "Ann", TestHub.Patience);
        OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, true, TestHub.Patience);
        string old = await client.ScheduleNewOrchestrationInstanceAsync(
            "Greet", "Ann", new StartOrchestrationOptions { Version = "1.0" }, TestHub.Patience);
        OrchestrationMetadata refused = await client.WaitForInstanceCompletionAsync(old, true, TestHub.Patience);

        Assert.Equal("Hail, Ann! 2.0", end.ReadOutputAs<string>());
        Assert.Equal("VersionMismatch", refused.FailureDetails!.ErrorType);
        await host.StopAsync(TestHub.Patience);
    }

    [Fact]
    public async Task A_version_that_only_the_official_worker_can_see_is_refused_by_name()
    {
        using IHost host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Greet", new TaskVersion("v1"), (_, name) => Task.FromResult(name)));
        DurableTaskClient client = host.Services.GetRequiredService<DurableTaskClient>();

        string id = await client.ScheduleNewOrchestrationInstanceAsync("Greet", "Ann", TestHub.Patience);
        OrchestrationMetadata end = await client.WaitForInstanceCompletionAsync(id, true, TestHub.Patience);

        Assert.Contains("[DurableTask(\"Greet\", Version = \"…\")]", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        await host.StopAsync(TestHub.Patience);
    }

    [Fact]
    public async Task Entities_are_refused_at_the_start_and_where_they_are_asked_for()
    {
        using IHost bad = Build(services => services.AddDurableTaskWorker(worker => worker
            .AddTasks(tasks => tasks.AddEntity<Counter>()).UseLocalTaskHub(InMemory)));
        using IHost host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc(
                "Count", context => context.Entities.CallEntityAsync(new EntityInstanceId("counter", "1"), "add"))
            .AddOrchestratorFunc("Send", context => context.SendEvent("@counter@1", "add", 1)));
        DurableTaskClient client = host.Services.GetRequiredService<DurableTaskClient>();
        var failures = new List<string>();
        foreach (string name in new[] { "Count", "Send" })
        {
            string id = await client.ScheduleNewOrchestrationInstanceAsync(name, TestHub.Patience);
            failures.Add((await client.WaitForInstanceCompletionAsync(id, true, TestHub.Patience)).FailureDetails!.ErrorMessage);
        }

        var error = await Assert.ThrowsAsync<NotSupportedException>(() => bad.StartAsync(TestHub.Patience));

        Assert.All(failures.Append(error.Message), one => Assert.Contains("runs no entities", one, StringComparison.Ordinal));
        Assert.Throws<NotSupportedException>(() => client.Entities);
        await Assert.ThrowsAsync<ArgumentException>(() => client.RaiseEventAsync("@counter@1", "add", 1, TestHub.Patience));
        await host.StopAsync(TestHub.Patience);
    }

    [Fact]
    public async Task A_filter_that_nobody_would_ask_is_refused_at_the_start()
    {
#pragma warning disable CS0618 // The test is about the obsolete filter.
        using IHost host = Build(services => services.AddDurableTaskWorker(worker => worker
            .UseOrchestrationFilter<NoFilter>().UseLocalTaskHub(InMemory)));
#pragma warning restore CS0618

        var error = await Assert.ThrowsAsync<NotSupportedException>(() => host.StartAsync(TestHub.Patience));

        Assert.Contains("IOrchestrationFilter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_needs_a_worker_in_its_process_and_the_hub_takes_one()
    {
        using IHost host = Build(services => services.AddDurableTaskClient(client => client.UseLocalTaskHub(InMemory)));

        var lonely = Assert.Throws<InvalidOperationException>(host.Services.GetRequiredService<DurableTaskClient>);
        var crowd = Assert.Throws<InvalidOperationException>(() => new ServiceCollection()
            .AddDurableTaskWorker("one", worker => worker.UseLocalTaskHub())
            .AddDurableTaskWorker("two", worker => worker.UseLocalTaskHub()));

        Assert.Contains("add a worker", lonely.Message, StringComparison.Ordinal);
        Assert.Contains("has a worker", crowd.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starts_and_ends_are_logged_as_the_official_worker_logs_them_and_once()
    {
        var log = new RecordedLog();
        using IHost host = await StartAsync(
            tasks => tasks
                .AddOrchestratorFunc("Call", async context =>
                {
                    await context.CallActivityAsync("Work");
                    await context.CallActivityAsync("Break");
                })
                .AddActivityFunc("Work", _ => { })
                .AddActivityFunc("Break", Task (_) => throw new FormatException("no")),
            services => services.AddLogging(logging => logging.AddProvider(log)));
        DurableTaskClient client = host.Services.GetRequiredService<DurableTaskClient>();

        await client.ScheduleNewOrchestrationInstanceAsync("Call", new StartOrchestrationOptions("it"), TestHub.Patience);
        await client.WaitForInstanceCompletionAsync("it", TestHub.Patience);
        await host.StopAsync(TestHub.Patience);

        Assert.Equal(
            [
                (600, "'Call' orchestration with ID 'it' started."),
                (603, "'Work' activity of orchestration ID 'it' started."),
                (604, "'Work' activity of orchestration ID 'it' completed."),
                (603, "'Break' activity of orchestration ID 'it' started."),
                (605, "'Break' activity of orchestration ID 'it' failed."),
                (602, "'Call' orchestration with ID 'it' failed."),
            ],
            log.Lines);
    }

    [Fact]
    public async Task An_event_that_an_orchestrator_sends_has_a_span_under_its_episode()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EngineTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        string id = Guid.NewGuid().ToString("N");
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc("Tell", context => context.SendEvent("other", "told", "x")));

        await hub.CompletionAsync(await hub.StartInstanceAsync("Tell", id: id));

        Activity[] mine = [.. spans.Where(span => span.GetTagItem("durabletask.task.instance_id") as string == id)];
        Activity sent = mine.Single(span => span.OperationName == "orchestration_event:told");
        Activity episode = mine.Single(span => span.OperationName == "orchestration:Tell");
        Assert.Equal((ActivityKind.Producer, episode.SpanId), (sent.Kind, sent.ParentSpanId));
        Assert.Equal("other", sent.GetTagItem("durabletask.event.target_instance_id"));
    }

    [Fact]
    public async Task An_input_is_what_the_orchestrator_takes_it_as()
    {
        await using TestHub hub = await TestHub.StartAsync(registry => registry
            .AddOrchestratorFunc<int, bool>("Same", (context, input) => context.GetInput<int>() == input)
            .AddOrchestratorFunc<int, string?>("Other", (context, _) => context.GetInput<string>())
            .AddOrchestratorFunc("Any", context => context.GetInput<int>()));

        OrchestrationMetadata same = await hub.CompletionAsync(await hub.StartInstanceAsync("Same", 7));
        OrchestrationMetadata other = await hub.CompletionAsync(await hub.StartInstanceAsync("Other", 7));
        OrchestrationMetadata any = await hub.CompletionAsync(await hub.StartInstanceAsync("Any", 7));

        Assert.True(same.ReadOutputAs<bool>());
        Assert.Equal(typeof(InvalidCastException).FullName, other.FailureDetails!.ErrorType);
        Assert.Equal(7, any.ReadOutputAs<int>());
    }

    private void InMemory(TaskHubOptions options) => options.Memory = _memory;

    private static IHost Build(Action<IServiceCollection> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.Services);
        return builder.Build();
    }

    private async Task<IHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<IServiceCollection>? more = null)
    {
        IHost host = Build(services =>
        {
            services
                .AddDurableTaskWorker(worker => worker.AddTasks(tasks).UseLocalTaskHub(InMemory))
                .AddDurableTaskClient(client => client.UseLocalTaskHub());
            more?.Invoke(services);
        });
        await host.StartAsync(TestHub.Patience);
        return host;
    }

    private sealed class Counter : TaskEntity<int>;

#pragma warning disable CS0618 // The test is about the obsolete filter.
    private sealed class NoFilter : IOrchestrationFilter
    {
        public ValueTask<bool> IsOrchestrationValidAsync(
            OrchestrationFilterParameters info, CancellationToken cancellationToken = default) => new(true);
    }
#pragma warning restore CS0618

    /// <summary>What the official worker's categories say.</summary>
    private sealed class RecordedLog : ILoggerProvider
    {
        public ConcurrentQueue<(int Id, string Line)> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Category(RecordedLog log, string name) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) =>
                name.StartsWith("Microsoft.DurableTask.Worker.", StringComparison.Ordinal);

            public void Log<TState>(
                LogLevel logLevel,
                EventId eventId,
                TState state,
                Exception? exception,
                Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                {
                    log.Lines.Enqueue((eventId.Id, formatter(state, exception)));
                }
            }
        }
    }
}
