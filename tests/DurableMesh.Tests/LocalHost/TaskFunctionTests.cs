using System.Text.Json;

using Azure.Core.Serialization;

using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using Moq;

namespace DurableMesh.Tests.LocalHost;

public sealed class TaskFunctionTests
{
    [Fact]
    public async Task Orchestrators_and_activities_are_registered_under_their_task_names()
    {
        await using var app = await RunningApp.StartAsync(typeof(Tasks));
        var registry = Registry(app);

        Assert.Equal(["Flow", "Renamed"], registry.GetOrchestrators().Select(entry => entry.Key.Name).Order());
        Assert.Equal(
            ["Add", "Describe", "Fails", "Nothing", "Scoped", "Waits"],
            registry.GetActivities().Select(entry => entry.Key.Name).Order());
    }

    [Fact]
    public async Task An_orchestrator_gets_its_context_and_its_input()
    {
        await using var app = await RunningApp.StartAsync(typeof(Tasks));
        var orchestrator = Orchestrator(app, "Flow");

        Assert.Equal(typeof(Order), orchestrator.InputType);
        Assert.Equal(typeof(string), orchestrator.OutputType);
        Assert.Equal("i-1 book", await orchestrator.RunAsync(Context(), new Order("book")));
        Assert.Equal("i-1 ", await orchestrator.RunAsync(Context(), null));
    }

    [Fact]
    public async Task Middleware_leaves_orchestrators_alone()
    {
        await using var app = await RunningApp.StartAsync(
            builder => builder.UseMiddleware((_, _) => throw new InvalidOperationException("ran")), typeof(Tasks));

        Assert.Equal("i-1", await Orchestrator(app, "Renamed").RunAsync(Context(), null));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Activity(app, "Add").RunAsync(ActivityContext(), 1));
    }

    [Fact]
    public async Task An_activity_gets_its_input_the_instance_id_the_client_and_a_context()
    {
        await using var app = await RunningApp.StartAsync(typeof(Tasks));

        Assert.Equal(3, await Activity(app, "Add").RunAsync(ActivityContext(), 2));
        Assert.Equal(1, await Activity(app, "Add").RunAsync(ActivityContext(), null));
        Assert.Equal("i-1 Describe test True True", await Activity(app, "Describe").RunAsync(ActivityContext(), null));
        Assert.Null(await Activity(app, "Nothing").RunAsync(ActivityContext(), null));
        Assert.Equal(typeof(int), Activity(app, "Add").InputType);
    }

    [Fact]
    public async Task Each_activity_has_a_scope_of_its_own_that_ends_with_it()
    {
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddScoped<Resource>(), typeof(Tasks));

        var first = (Resource)(await Activity(app, "Scoped").RunAsync(ActivityContext(), null))!;
        var second = (Resource)(await Activity(app, "Scoped").RunAsync(ActivityContext(), null))!;

        Assert.NotSame(first, second);
        Assert.True(first.Disposed && second.Disposed);
    }

    [Fact]
    public async Task A_failure_of_an_activity_reaches_the_engine_as_it_is()
    {
        await using var app = await RunningApp.StartAsync(typeof(Tasks));

        var error = await Assert.ThrowsAsync<NotSupportedException>(
            () => Activity(app, "Fails").RunAsync(ActivityContext(), null));

        Assert.Equal("no", error.Message);
    }

    [Fact]
    public async Task An_activity_that_the_stopping_host_cancels_has_no_outcome()
    {
        await using var app = await RunningApp.StartAsync(typeof(Tasks));
        var running = Activity(app, "Waits").RunAsync(ActivityContext(), null);

        await app.StopAsync();
        await Tasks.Cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);

        Assert.False(running.IsCompleted);
    }

    [Fact]
    public async Task Data_goes_through_the_workers_serializer()
    {
        await using var app = await RunningApp.StartAsync(
            builder => builder.Services.Configure<WorkerOptions>(
                worker => worker.Serializer = new JsonObjectSerializer(JsonSerializerOptions.Web)),
            typeof(Tasks));
        var converter = app.Host.Services.GetRequiredService<DataConverter>();

        Assert.Equal("{\"item\":\"book\"}", converter.Serialize(new Order("book")));
        Assert.Equal(new Order("book"), converter.Deserialize<Order>("{\"ITEM\":\"book\"}"));
        Assert.Null(converter.Serialize(null));
        Assert.Null(converter.Deserialize<Order>(null));
    }

    [Fact]
    public async Task An_orchestrator_of_an_instance_is_made_with_its_services()
    {
        await using var app = await RunningApp.StartAsync(builder => builder.Services.AddScoped<Resource>(), typeof(Injected));

        var resource = (Resource)(await Orchestrator(app, "Injected").RunAsync(Context(), null))!;

        Assert.True(resource.Disposed);
    }

    private static ITaskOrchestrator Orchestrator(RunningApp app, string name) =>
        Registry(app).GetOrchestrators().Single(entry => entry.Key.Name == name).Value(app.Host.Services);

    private static ITaskActivity Activity(RunningApp app, string name) =>
        Registry(app).GetActivities().Single(entry => entry.Key.Name == name).Value(app.Host.Services);

    private static DurableTaskRegistry Registry(RunningApp app) =>
        app.Host.Services.GetRequiredService<IOptions<DurableTaskRegistry>>().Value;

    private static TaskOrchestrationContext Context() =>
        Mock.Of<TaskOrchestrationContext>(context => context.InstanceId == "i-1");

    private static TaskActivityContext ActivityContext() =>
        Mock.Of<TaskActivityContext>(context => context.InstanceId == "i-1");

    public sealed record Order(string Item);

    public sealed class Resource : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    public sealed class Injected(Resource resource)
    {
        [Function("Injected")]
        public Resource Run([OrchestrationTrigger] TaskOrchestrationContext context) => resource;
    }

    public sealed class Tasks(IServiceProvider services)
    {
        public static TaskCompletionSource Cancelled { get; } = new();

        [Function("Flow")]
        public static async Task<string> FlowAsync([OrchestrationTrigger] TaskOrchestrationContext context, Order? order)
        {
            await Task.Yield();
            return $"{context.InstanceId} {order?.Item}";
        }

        [Function("Named")]
        public static string Named([OrchestrationTrigger(Orchestration = "Renamed")] TaskOrchestrationContext context) =>
            context.InstanceId;

        [Function("Add")]
        public static int Add([ActivityTrigger] int n) => n + 1;

        [Function("Describe")]
        public static string Describe(
            [ActivityTrigger] object? input,
            string instanceId,
            FunctionContext context,
            [DurableClient] DurableTaskClient client,
            CancellationToken cancellation) =>
            string.Join(
                ' ',
                instanceId,
                context.FunctionDefinition.Name,
                client.Name,
                cancellation.CanBeCanceled,
                context.GetHttpContext() is null);

        [Function("Scoped")]
        public Resource Scoped([ActivityTrigger] object? input) => services.GetRequiredService<Resource>();

        [Function("Nothing")]
        public static Task NothingAsync([ActivityTrigger] object? input) => Task.CompletedTask;

        [Function("Waits")]
        public static async Task WaitsAsync([ActivityTrigger] object? input, CancellationToken cancellation)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            finally
            {
                Cancelled.SetResult();
            }
        }

        [Function("Fails")]
        public static string Fails([ActivityTrigger] object? input) => throw new NotSupportedException("no");
    }
}
