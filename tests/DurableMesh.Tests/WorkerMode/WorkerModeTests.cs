using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.Gate;
using DurableMesh.Functions;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.LocalHost;
using DurableMesh.Tests.Functions;
using DurableMesh.Tests.LocalHost.Azurite;
using DurableMesh.Tests.WorkerMode.Rpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask.Protobuf;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.WorkerMode;

/// <summary>The app's binary as the worker of a Functions host, over the official worker, pipeline and protocol.</summary>
[Collection(typeof(SharedAzurite))]
public sealed class WorkerModeTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private StandInHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _host = await StandInHost.StartAsync(azurite.Azurite.ConnectionString, Cancellation);

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(_host.Output);
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Every_function_of_the_app_is_indexed_with_its_trigger_and_loaded()
    {
        string[] declared =
        [
            .. from type in typeof(ThreadOrchestrator).Assembly.GetTypes()
               from method in type.GetMethods()
               let function = method.GetCustomAttribute<FunctionAttribute>()
               where function is not null
               orderby function.Name
               select $"{function.Name}: {type.FullName}.{method.Name} {TriggerOf(method)}",
        ];

        Assert.NotEmpty(declared);
        Assert.Equal(
            declared,
            _host.Functions.OrderBy(function => function.Name)
                .Select(function => $"{function.Name}: {function.EntryPoint} {TriggerOf(function)}"));
        Assert.Equal(declared.Length, _host.Loaded.Count);
        Assert.All(_host.Loaded, loaded => Assert.Equal(StatusResult.Types.Status.Success, loaded.Result.Status));
        Assert.Equal(0, await _host.StopAsync(Cancellation));
    }

    [Fact]
    public async Task A_request_is_answered_through_the_pipeline_and_its_middleware()
    {
        (HttpResponseMessage healthy, InvocationResponse run) = await _host.GetAsync("api/health", Cancellation);
        (HttpResponseMessage unknown, InvocationResponse refused) = await _host.GetAsync(
            $"api/threads/{Guid.NewGuid()}/evidence", Cancellation);

        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
        Assert.True((await JsonOfAsync(healthy))["healthy"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType!.MediaType);
        Assert.Equal("thread_not_found", (await JsonOfAsync(unknown))["code"]!.GetValue<string>());

        // The middleware has made an answer of the exception, so that the invocation itself has not failed.
        Assert.All([run, refused], one => Assert.Equal(StatusResult.Types.Status.Success, one.Result.Status));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thread_is_let_in_and_recorded_by_episodes_and_activities_as_a_host_runs_them_if_the_app_started_it(
        bool byTheApp)
    {
        var thread = new SampleThread();
        ThreadState input = byTheApp
            ? await Seals.StartAsync(thread.Start, Cancellation)
            : ThreadState.Starting(thread.Start) with { Seal = new string('a', 64) };
        List<HistoryEvent> history = [];
        List<HistoryEvent> news =
        [
            New(0, one => one.OrchestratorStarted = new OrchestratorStartedEvent()),
            New(0, one => one.ExecutionStarted = new ExecutionStartedEvent
            {
                Name = nameof(ThreadOrchestrator),
                Input = JsonSerializer.Serialize(input, AppJson.Options),
                OrchestrationInstance = new OrchestrationInstance { InstanceId = thread.Id, ExecutionId = "e" },
            }),
        ];

        OrchestratorResponse first = await EpisodeAsync(thread.Id, history, news);
        ScheduleTaskAction gate = Assert.Single(first.Actions).ScheduleTask;
        Assert.Equal(nameof(EvaluateGate), gate.Name);

        string report = await ActivityAsync(gate);
        Assert.Equal(GateOutcome.Denied, JsonSerializer.Deserialize<GateReport>(report, AppJson.Options)!.Outcome);

        history.AddRange(news);
        history.Add(New(0, one => one.TaskScheduled = new TaskScheduledEvent { Name = gate.Name, Input = gate.Input }));
        news =
        [
            New(0, one => one.OrchestratorStarted = new OrchestratorStartedEvent()),
            New(-1, one => one.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = 0, Result = report }),
        ];
        OrchestratorResponse second = await EpisodeAsync(thread.Id, history, news);
        ScheduleTaskAction record = Assert.Single(second.Actions).ScheduleTask;
        Assert.Equal(nameof(ThreadActivities.RecordThreadStep), record.Name);
        Assert.Equal(1, second.Actions[0].Id);

        string recorded = await ActivityAsync(record);
        history.AddRange(news);
        history.Add(New(1, one => one.TaskScheduled = new TaskScheduledEvent { Name = record.Name, Input = record.Input }));
        news =
        [
            New(0, one => one.OrchestratorStarted = new OrchestratorStartedEvent()),
            New(-1, one => one.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = 1, Result = recorded }),
        ];
        OrchestratorResponse third = await EpisodeAsync(thread.Id, history, news);
        if (!byTheApp)
        {
            Assert.Equal(OrchestrationStatus.Failed, Assert.Single(third.Actions).CompleteOrchestration.OrchestrationStatus);
            (HttpResponseMessage unseen, _) = await _host.GetAsync($"api/threads/{thread.Id}", Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, unseen.StatusCode);
            return;
        }

        Assert.Contains("\"Ended\"", third.CustomStatus, StringComparison.OrdinalIgnoreCase);
        (HttpResponseMessage seen, _) = await _host.GetAsync($"api/threads/{thread.Id}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
        Assert.Equal("BLOCKED", (await JsonOfAsync(seen))["endState"]!.GetValue<string>());
    }

    /// <summary>The seals of the store that the worker uses.</summary>
    private ThreadSeals Seals => new(new AzureBlobs(
        new StorageConnection(azurite.Azurite.ConnectionString), new MeshOptions().StoreContainer, TimeSpan.FromSeconds(8)));

    private async Task<OrchestratorResponse> EpisodeAsync(
        string id, IEnumerable<HistoryEvent> history, IEnumerable<HistoryEvent> news)
    {
        var request = new OrchestratorRequest
        {
            InstanceId = id,
            ExecutionId = "e",
            PastEvents = { history },
            NewEvents = { news },
        };
        InvocationResponse ran = await _host.InvokeAsync(
            nameof(ThreadOrchestrator), Convert.ToBase64String(request.ToByteArray()), Cancellation);
        Assert.Null(ran.Result.Exception);
        return OrchestratorResponse.Parser.ParseFrom(Convert.FromBase64String(ran.ReturnValue.Text));
    }

    private async Task<string> ActivityAsync(ScheduleTaskAction task)
    {
        // The protocol has the input of an activity as the only element of an array, and its trigger has it without.
        string input = JsonNode.Parse(task.Input)!.AsArray().Single()!.ToJsonString();
        InvocationResponse ran = await _host.InvokeAsync(task.Name, input, Cancellation);
        Assert.Null(ran.Result.Exception);
        return ran.ReturnValue?.Json ?? "null";
    }

    private static HistoryEvent New(int id, Action<HistoryEvent> with)
    {
        var one = new HistoryEvent { EventId = id, Timestamp = Timestamp.FromDateTimeOffset(SampleThread.Noon) };
        with(one);
        return one;
    }

    private static async Task<JsonNode> JsonOfAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!;

    private static string TriggerOf(MethodInfo method)
    {
        TriggerBindingAttribute trigger = method.GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<TriggerBindingAttribute>())
            .OfType<TriggerBindingAttribute>()
            .Single();
        return trigger is HttpTriggerAttribute http
            ? $"httpTrigger {string.Join(',', http.Methods ?? [])} {http.Route}"
            : JsonNamingPolicy.CamelCase.ConvertName(trigger.GetType().Name.Replace("Attribute", ""));
    }

    private static string TriggerOf(RpcFunctionMetadata function)
    {
        JsonNode trigger = StandInHost.TriggerOf(function);
        string type = trigger["type"]!.GetValue<string>();
        return trigger["methods"] is { } methods
            ? $"{type} {string.Join(',', methods.AsArray().Select(method => method!.GetValue<string>()))} {trigger["route"]}"
            : type;
    }
}
