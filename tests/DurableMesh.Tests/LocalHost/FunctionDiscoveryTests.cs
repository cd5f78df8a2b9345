using DurableMesh.LocalHost;

using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.LocalHost;

public sealed class FunctionDiscoveryTests
{
    [Fact]
    public void Functions_are_found_by_their_attribute_and_described()
    {
        var functions = FunctionDiscovery.Discover([typeof(Sound)], "api");

        Assert.Equal(["Add", "Flow", "Start"], functions.Select(function => function.Name));
        var start = functions.Single(function => function.Name == "Start");
        Assert.Equal("api/start/{id}", start.Route!.Text);
        Assert.Equal(["POST"], start.Route.Methods);
        Assert.Equal(typeof(Sound).FullName + ".StartAsync", start.EntryPoint);
        Assert.Equal("httpTrigger", start.InputBindings["request"].Type);
        Assert.Equal("durableClient", start.InputBindings["client"].Type);
        Assert.Equal(typeof(int), functions.Single(function => function.Name == "Add").InputType);
        Assert.Equal("renamed", functions.Single(function => function.Name == "Add").TaskName);
        Assert.Equal(typeof(string), functions.Single(function => function.Name == "Flow").InputType);
        Assert.Equal(typeof(int), functions.Single(function => function.Name == "Flow").ResultType);
    }

    [Fact]
    public void A_function_without_a_route_answers_under_its_name()
    {
        Assert.Equal("Ping", Assert.Single(FunctionDiscovery.Discover([typeof(Unrouted)], "")).Route!.Text);
    }

    [Theory]
    [InlineData(typeof(NoTrigger), "NoTrigger.Run, function 'F': it has no trigger")]
    [InlineData(typeof(TwoTriggers), "TwoTriggers.Run, function 'F': it has 2 triggers")]
    [InlineData(typeof(BadName), "'not a name' is no function name")]
    [InlineData(typeof(NotPublic), "NotPublic.Run, function 'F': make the method and its type public")]
    [InlineData(typeof(AsyncVoid), "AsyncVoid.Run, function 'F': it is async void")]
    [InlineData(typeof(AbstractType), "AbstractType.Run, function 'F': its type is abstract")]
    [InlineData(typeof(UnknownParameter), "parameter 'query' of type String is neither in the route 'api/x'")]
    [InlineData(typeof(ServiceParameter), "inject services into the constructor")]
    [InlineData(typeof(WrongRequest), "parameter 'body' is a String; [HttpTrigger] binds an HttpRequest")]
    [InlineData(typeof(UnparsableRouteValue), "parameter 'id' is a Sound, which a route value cannot become")]
    [InlineData(typeof(OptionalValue), "parameter 'n' may be missing from the route; make it Int32?")]
    [InlineData(typeof(RootedRoute), "route '/x' must not start with '/'")]
    [InlineData(typeof(BrokenRoute), "route 'api/{x' is not right")]
    [InlineData(typeof(OrchestratorWithClient), "an orchestrator starts and signals others through its context")]
    [InlineData(typeof(OrchestratorWithToken), "it would differ on replay")]
    [InlineData(typeof(OrchestratorWithTwoInputs), "only one parameter can take the input")]
    [InlineData(typeof(WrongContext), "[OrchestrationTrigger] binds a TaskOrchestrationContext")]
    [InlineData(typeof(ActivityContextInput), "[ActivityTrigger] binds the input")]
    [InlineData(typeof(OtherHub), "names a task hub or connection")]
    [InlineData(typeof(ByReference), "parameter 'id' is passed by reference")]
    [InlineData(typeof(QueueTriggered), "QueueTriggered.Run, function 'F': parameter 'item' has [QueueTrigger], which this host")]
    [InlineData(typeof(WithBlob), "WithBlob.Run, function 'F': parameter 'blob' has [BlobInput], which this host does not bind")]
    [InlineData(typeof(ContextFromBlob), "parameter 'context' has [BlobInput], which this host does not bind")]
    [InlineData(typeof(ClientAndBlob), "parameter 'client' has 2 bindings: leave one")]
    [InlineData(typeof(QueueFilling), "QueueFilling.Run, function 'F': its result has [QueueOutput], which")]
    [InlineData(typeof(QueueFillingAndAnswering), "property 'Item' of its result has [QueueOutput], which")]
    [InlineData(typeof(QueueFillingAndAnswering), "property 'Answer' of its result has [HttpResult], which")]
    public void A_fault_is_named_with_its_method_and_what_to_do(Type type, string expected)
    {
        var error = Assert.Throws<FunctionAppException>(() => FunctionDiscovery.Discover([type], "api"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_function_with_an_unknown_trigger_nothing_else_is_told()
    {
        var error = Assert.Throws<FunctionAppException>(() => FunctionDiscovery.Discover([typeof(QueueTriggered)], "api"));

        Assert.DoesNotContain("'count'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var error = Assert.Throws<FunctionAppException>(
            () => FunctionDiscovery.Discover([typeof(NoTrigger), typeof(AsyncVoid), typeof(BadName)], "api"));

        Assert.Equal(3, error.Message.Split($"{Environment.NewLine}- ").Length - 1);
    }

    [Fact]
    public void Two_functions_of_one_name_are_a_fault_whatever_the_case()
    {
        var error = Assert.Throws<FunctionAppException>(() => FunctionDiscovery.Discover([typeof(SameName)], "api"));

        Assert.Contains("SameName.First and SameName.Second: both are function", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_functions_on_one_route_are_a_fault_unless_their_methods_or_constraints_differ()
    {
        var error = Assert.Throws<FunctionAppException>(() => FunctionDiscovery.Discover([typeof(SameRoute)], "api"));

        Assert.Contains(
            "SameRoute.First and SameRoute.Second: both answer 'api/X/{other}'", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, FunctionDiscovery.Discover([typeof(DistinctRoutes)], "api").Count);
    }

    [Fact]
    public void The_hosts_own_routes_are_kept_free()
    {
        Assert.Contains(
            "which the Functions host keeps for itself",
            Assert.Throws<FunctionAppException>(() => FunctionDiscovery.Discover([typeof(ReservedRoute)], "")).Message,
            StringComparison.Ordinal);
        Assert.Single(FunctionDiscovery.Discover([typeof(ReservedRoute)], "api"));
    }

    public sealed class Sound(TimeProvider time)
    {
        [Function("Start")]
        public Task<IResult> StartAsync(
            [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "start/{id}")] HttpRequest request,
            [DurableClient] DurableTaskClient client,
            string id) => Task.FromResult(Results.Ok($"{request.Path}{client.Name}{id}{time}"));

        [Function("Add")]
        public static int Add([ActivityTrigger(Activity = "renamed")] int n) => n + 1;

        [Function("Flow")]
        public static Task<int> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string input) =>
            Task.FromResult(context.InstanceId.Length + input.Length);
    }

    public static class Unrouted
    {
        [Function("Ping")]
        public static string Run([HttpTrigger] HttpRequest request) => request.Method;
    }

    public static class NoTrigger
    {
        [Function("F")]
        public static void Run(FunctionContext context) => context.GetHttpContext();
    }

    public static class TwoTriggers
    {
        [Function("F")]
        public static int Run([ActivityTrigger] int n, [ActivityTrigger] int m) => n + m;
    }

    public static class BadName
    {
        [Function("not a name")]
        public static int Run([ActivityTrigger] int n) => n;
    }

    public static class NotPublic
    {
        [Function("F")]
        internal static int Run([ActivityTrigger] int n) => n;
    }

    public static class AsyncVoid
    {
        [Function("F")]
        public static async void Run([ActivityTrigger] int n) => await Task.FromResult(n);
    }

    public abstract class AbstractType
    {
        [Function("F")]
        public int Run([ActivityTrigger] int n) => n + GetHashCode();
    }

    public static class UnknownParameter
    {
        [Function("F")]
        public static string Run([HttpTrigger(Route = "x")] HttpRequest request, string query) => request.Path + query;
    }

    public static class ServiceParameter
    {
        [Function("F")]
        public static string Run([ActivityTrigger] int n, IServiceProvider services) => $"{n}{services}";
    }

    public static class WrongRequest
    {
        [Function("F")]
        public static string Run([HttpTrigger] string body) => body;
    }

    public static class UnparsableRouteValue
    {
        [Function("F")]
        public static string Run([HttpTrigger(Route = "{id}")] HttpRequest request, Sound id) => $"{request.Path}{id}";
    }

    public static class OptionalValue
    {
        [Function("F")]
        public static string Run([HttpTrigger(Route = "{n:int?}")] HttpRequest request, int n) => $"{request.Path}{n}";
    }

    public static class RootedRoute
    {
        [Function("F")]
        public static string Run([HttpTrigger(Route = "/x")] HttpRequest request) => request.Path;
    }

    public static class BrokenRoute
    {
        [Function("F")]
        public static string Run([HttpTrigger(Route = "{x")] HttpRequest request) => request.Path;
    }

    public static class ReservedRoute
    {
        [Function("F")]
        public static string Run([HttpTrigger(Route = "admin/x")] HttpRequest request) => request.Path;
    }

    public static class OrchestratorWithClient
    {
        [Function("F")]
        public static string Run(
            [OrchestrationTrigger] TaskOrchestrationContext context, [DurableClient] DurableTaskClient client) =>
            context.InstanceId + client.Name;
    }

    public static class OrchestratorWithToken
    {
        [Function("F")]
        public static string Run([OrchestrationTrigger] TaskOrchestrationContext context, CancellationToken cancellation) =>
            context.InstanceId + cancellation.CanBeCanceled;
    }

    public static class OrchestratorWithTwoInputs
    {
        [Function("F")]
        public static string Run([OrchestrationTrigger] TaskOrchestrationContext context, string one, string two) =>
            context.InstanceId + one + two;
    }

    public static class WrongContext
    {
        [Function("F")]
        public static string Run([OrchestrationTrigger] string context) => context;
    }

    public static class ActivityContextInput
    {
        [Function("F")]
        public static string Run([ActivityTrigger] TaskActivityContext context) => context.InstanceId;
    }

    public static class OtherHub
    {
        [Function("F")]
        public static string Run(
            [HttpTrigger] HttpRequest request, [DurableClient(TaskHub = "other")] DurableTaskClient client) =>
            request.Path + client.Name;
    }

    public static class ByReference
    {
        [Function("F")]
        public static string Run([HttpTrigger(Route = "{id}")] HttpRequest request, ref string id) => request.Path + id;
    }

    public sealed class QueueTriggerAttribute : TriggerBindingAttribute;

    public sealed class BlobInputAttribute : InputBindingAttribute;

    public sealed class QueueOutputAttribute : OutputBindingAttribute;

    public static class QueueTriggered
    {
        [Function("F")]
        public static void Run([QueueTrigger] string item, int count) => _ = item + count;
    }

    public static class WithBlob
    {
        [Function("F")]
        public static string Run([ActivityTrigger] int n, [BlobInput] string blob) => n + blob;
    }

    public static class ContextFromBlob
    {
        [Function("F")]
        public static string Run([ActivityTrigger] int n, [BlobInput] FunctionContext context) => n + context.InvocationId;
    }

    public static class ClientAndBlob
    {
        [Function("F")]
        public static string Run([ActivityTrigger] int n, [DurableClient, BlobInput] DurableTaskClient client) => n + client.Name;
    }

    public static class QueueFilling
    {
        [Function("F")]
        [QueueOutput]
        public static string Run([HttpTrigger] HttpRequest request) => request.Path;
    }

    public sealed record Outputs([property: QueueOutput] string Item, [property: HttpResult] IResult Answer);

    public static class QueueFillingAndAnswering
    {
        [Function("F")]
        public static Task<Outputs> RunAsync([HttpTrigger] HttpRequest request) =>
            Task.FromResult(new Outputs(request.Path, Results.Ok()));
    }

    public static class SameName
    {
        [Function("Twice")]
        public static int First([ActivityTrigger] int n) => n;

        [Function("twice")]
        public static int Second([ActivityTrigger] int n) => n;
    }

    public static class SameRoute
    {
        [Function("First")]
        public static string First([HttpTrigger("get", "post", Route = "x/{one}")] HttpRequest request, string one) =>
            request.Path + one;

        [Function("Second")]
        public static string Second([HttpTrigger("POST", Route = "X/{other}")] HttpRequest request, string other) =>
            request.Path + other;
    }

    public static class DistinctRoutes
    {
        [Function("Get")]
        public static string Get([HttpTrigger("get", Route = "x/{id}")] HttpRequest request, string id) => request.Path + id;

        [Function("Post")]
        public static string Post([HttpTrigger("post", Route = "x/{id}")] HttpRequest request, string id) => request.Path + id;

        [Function("GetByNumber")]
        public static string GetByNumber([HttpTrigger("get", Route = "x/{id:int}")] HttpRequest request, int id) =>
            $"{request.Path}{id}";

        [Function("Below")]
        public static string Below([HttpTrigger("get", Route = "x/{id}/y")] HttpRequest request, string id) => request.Path + id;
    }
}
