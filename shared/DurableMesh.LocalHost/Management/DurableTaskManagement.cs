using System.Text.Json;

using DurableMesh.TaskHub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>
/// Durable Functions' management API with its shapes and status codes, so that existing tools work against the local host.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api</remarks>
internal sealed class DurableTaskManagement(
    DurableTaskClient client, IOptions<DurableTaskRegistry> registry, HostAddress address, HttpFailures failures)
{
    private const string ContinuationHeader = "x-ms-continuation-token";
    private static readonly object Mark = new();

    public static void Map(WebApplication app)
    {
        var services = app.Services;
        ManagementUrls.Serve(services.GetRequiredService<DurableTaskClient>(), services.GetRequiredService<HostAddress>());

        var api = ActivatorUtilities.CreateInstance<DurableTaskManagement>(services);
        Get("/instances", api.ListAsync);
        Delete("/instances", api.PurgeManyAsync);
        Get("/instances/{instanceId}", api.GetAsync);
        Delete("/instances/{instanceId}", api.PurgeAsync);
        Post("/instances/{instanceId}/raiseEvent/{eventName}", api.RaiseEventAsync);
        Post("/instances/{instanceId}/terminate", api.TerminateAsync);
        Post("/instances/{instanceId}/suspend", api.SuspendAsync);
        Post("/instances/{instanceId}/resume", api.ResumeAsync);
        Post("/instances/{instanceId}/restart", api.RestartAsync);
        Post("/instances/{instanceId}/rewind", api.RewindAsync);
        Post("/orchestrators/{name}/{instanceId?}", api.StartAsync);

        void Get(string path, RequestDelegate run) => Manages(app.MapGet(ManagementUrls.BasePath + path, api.Guarded(run)));
        void Post(string path, RequestDelegate run) => Manages(app.MapPost(ManagementUrls.BasePath + path, api.Guarded(run)));
        void Delete(string path, RequestDelegate run) => Manages(app.MapDelete(ManagementUrls.BasePath + path, api.Guarded(run)));
        static void Manages(IEndpointConventionBuilder route) => route.WithMetadata(Mark);
    }

    /// <summary>Whether a request is for the management API, or would be if it had such a route.</summary>
    public static bool IsFor(HttpContext http) =>
        http.GetEndpoint()?.Metadata.Contains(Mark) == true || http.Request.Path.StartsWithSegments(ManagementUrls.BasePath);

    private async Task ListAsync(HttpContext http)
    {
        var query = new ManagementQuery(http.Request.Query);
        var showInput = query.Flag("showInput", otherwise: true);
        var filter = new OrchestrationQuery(
            CreatedFrom: query.Time("createdTimeFrom"),
            CreatedTo: query.Time("createdTimeTo"),
            Statuses: query.Statuses("runtimeStatus"),
            InstanceIdPrefix: query.Text("instanceIdPrefix"),
            PageSize: query.Count("top", OrchestrationQuery.DefaultPageSize),
            FetchInputsAndOutputs: true,
            ContinuationToken: http.Request.Headers[ContinuationHeader] is [{ Length: > 0 } token] ? token : null);

        await foreach (var page in client.GetAllInstancesAsync(filter).AsPages(filter.ContinuationToken, filter.PageSize)
            .WithCancellation(http.RequestAborted))
        {
            http.Response.Headers[ContinuationHeader] = page.ContinuationToken;
            IReadOnlyList<InstanceStatus> found = [.. page.Values.Select(instance => InstanceStatus.Of(instance, showInput))];
            await http.Response.WriteAsJsonAsync(found, ManagementJson.Default.IReadOnlyListInstanceStatus);
            return;
        }

        await http.Response.WriteAsJsonAsync([], ManagementJson.Default.IReadOnlyListInstanceStatus);
    }

    private async Task GetAsync(HttpContext http)
    {
        var query = new ManagementQuery(http.Request.Query);
        var showInput = query.Flag("showInput", otherwise: true);
        var failsAsError = query.Flag("returnInternalServerErrorOnFailure", otherwise: false);
        if (await FindAsync(http, inputsAndOutputs: true) is not { } instance)
        {
            return;
        }

        if (!HasEnded(instance))
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = $"{address.Url}{http.Request.Path}{http.Request.QueryString}";
            http.Response.Headers.RetryAfter = "5";
        }
        else if (failsAsError && instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        await http.Response.WriteAsJsonAsync(InstanceStatus.Of(instance, showInput), ManagementJson.Default.InstanceStatus);
    }

    private async Task RaiseEventAsync(HttpContext http)
    {
        var payload = await ReadJsonAsync(http);
        if (await FindLiveAsync(http) is { } instance)
        {
            await client.RaiseEventAsync(instance.InstanceId, Route(http, "eventName"), payload, http.RequestAborted);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    private Task TerminateAsync(HttpContext http) => ChangeAsync(http, (id, why) =>
        client.TerminateInstanceAsync(id, new TerminateInstanceOptions(why), http.RequestAborted));

    private Task SuspendAsync(HttpContext http) => ChangeAsync(http, (id, why) =>
        client.SuspendInstanceAsync(id, why, http.RequestAborted));

    private Task ResumeAsync(HttpContext http) => ChangeAsync(http, (id, why) =>
        client.ResumeInstanceAsync(id, why, http.RequestAborted));

    private async Task RestartAsync(HttpContext http)
    {
        var withNewId = new ManagementQuery(http.Request.Query).Flag("restartWithNewInstanceId", otherwise: true);
        if (await FindAsync(http, inputsAndOutputs: false) is { } instance)
        {
            await StartedAsync(http, () => client.RestartAsync(instance.InstanceId, withNewId, http.RequestAborted));
        }
    }

    private async Task RewindAsync(HttpContext http)
    {
        if (await FindAsync(http, inputsAndOutputs: false) is not { } instance)
        {
            return;
        }

        if (instance.RuntimeStatus != OrchestrationRuntimeStatus.Failed)
        {
            await Problem.WriteAsync(
                http,
                StatusCodes.Status410Gone,
                "instance_not_failed",
                "Only an instance that has failed can be rewound.",
                $"Instance '{instance.InstanceId}' is {instance.RuntimeStatus}.");
            return;
        }

        var reason = new ManagementQuery(http.Request.Query).Text("reason");
        await client.RewindInstanceAsync(instance.InstanceId, reason ?? string.Empty, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task PurgeAsync(HttpContext http)
    {
        if (await FindAsync(http, inputsAndOutputs: false) is not { } instance)
        {
            return;
        }

        if (!HasEnded(instance))
        {
            await Problem.WriteAsync(
                http,
                StatusCodes.Status412PreconditionFailed,
                "instance_running",
                "The instance has not ended.",
                $"Instance '{instance.InstanceId}' is {instance.RuntimeStatus}: terminate it first.");
            return;
        }

        var purged = await client.PurgeInstanceAsync(instance.InstanceId, cancellation: http.RequestAborted);
        await http.Response.WriteAsJsonAsync(new PurgeOutcome(purged.PurgedInstanceCount), ManagementJson.Default.PurgeOutcome);
    }

    private async Task PurgeManyAsync(HttpContext http)
    {
        var query = new ManagementQuery(http.Request.Query);
        var filter = new PurgeInstancesFilter(
            query.Time("createdTimeFrom") ?? throw new BadHttpRequestException("'createdTimeFrom' is missing."),
            query.Time("createdTimeTo"),
            query.Statuses("runtimeStatus"));
        var purged = await client.PurgeAllInstancesAsync(filter, cancellation: http.RequestAborted);
        if (purged.PurgedInstanceCount == 0)
        {
            await NotFoundAsync(http, "Nothing to purge matched.");
            return;
        }

        await http.Response.WriteAsJsonAsync(new PurgeOutcome(purged.PurgedInstanceCount), ManagementJson.Default.PurgeOutcome);
    }

    private async Task StartAsync(HttpContext http)
    {
        var name = Route(http, "name");
        if (!registry.Value.GetOrchestrators().Any(
            entry => string.Equals(entry.Key.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new BadHttpRequestException($"The app has no orchestrator '{name}'.");
        }

        object? input = http.Request.ContentLength is null or > 0 ? await ReadJsonAsync(http) : null;
        var options = new StartOrchestrationOptions(http.Request.RouteValues["instanceId"] as string);
        await StartedAsync(http, () => client.ScheduleNewOrchestrationInstanceAsync(name, input, options, http.RequestAborted));
    }

    private async Task ChangeAsync(HttpContext http, Func<string, string?, Task> change)
    {
        if (await FindLiveAsync(http) is { } instance)
        {
            await change(instance.InstanceId, new ManagementQuery(http.Request.Query).Text("reason"));
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    /// <summary>The instance of the route; where there is none, null and the answer is written.</summary>
    private async Task<OrchestrationMetadata?> FindAsync(HttpContext http, bool inputsAndOutputs)
    {
        var id = Route(http, "instanceId");
        var instance = await client.GetInstanceAsync(id, inputsAndOutputs, http.RequestAborted);
        if (instance is null)
        {
            await NotFoundAsync(http, $"No instance has the id '{id}'.");
        }

        return instance;
    }

    /// <summary>The same, and an instance that has ended is answered with 410.</summary>
    private async Task<OrchestrationMetadata?> FindLiveAsync(HttpContext http)
    {
        var instance = await FindAsync(http, inputsAndOutputs: false);
        if (instance is null || !HasEnded(instance))
        {
            return instance;
        }

        await Problem.WriteAsync(
            http,
            StatusCodes.Status410Gone,
            "instance_ended",
            "The instance has ended.",
            $"Instance '{instance.InstanceId}' is {instance.RuntimeStatus}.");
        return null;
    }

    private async Task StartedAsync(HttpContext http, Func<Task<string>> start)
    {
        string instanceId;
        try
        {
            instanceId = await start();
        }
        catch (DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException error)
        {
            await Problem.WriteAsync(
                http, StatusCodes.Status409Conflict, "instance_exists", "An instance with this id runs already.", error.Message);
            return;
        }

        var urls = ManagementUrls.For(address.Url, instanceId);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
        http.Response.Headers.Location = urls.StatusQueryGetUri;
        http.Response.Headers.RetryAfter = "10";
        await http.Response.WriteAsJsonAsync(urls, ManagementJson.Default.ManagementPayload);
    }

    private static Task NotFoundAsync(HttpContext http, string detail) => Problem.WriteAsync(
        http, StatusCodes.Status404NotFound, "instance_not_found", "There is no such instance.", detail);

    private static async Task<JsonElement> ReadJsonAsync(HttpContext http)
    {
        // What a form or a page may send without asking first is never taken for JSON.
        if (!http.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException("An event's payload and an orchestration's input are application/json.");
        }

        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new BadHttpRequestException($"The body is no JSON: {error.Message}", error);
        }
    }

    private static string Route(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;

    private static bool HasEnded(OrchestrationMetadata instance) => instance.RuntimeStatus
        is OrchestrationRuntimeStatus.Completed
        or OrchestrationRuntimeStatus.Failed
        or OrchestrationRuntimeStatus.Terminated;

    private RequestDelegate Guarded(RequestDelegate run) => async http =>
    {
        try
        {
            await run(http);
        }
        catch (Exception error)
        {
            // The client refuses ids, tokens and payloads with an ArgumentException; its message ends with the parameter's name.
            var refused = error is ArgumentException
                ? new BadHttpRequestException(error.Message.Split(" (Parameter '")[0], error)
                : error;
            await failures.AnswerAtStorageAsync(http, refused);
        }
    };
}
