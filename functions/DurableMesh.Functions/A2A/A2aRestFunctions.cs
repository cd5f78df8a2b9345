using System.Globalization;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.A2A;

/// <summary>The HTTP+JSON binding of A2A, under <c>/a2a/agents/{agent}</c>; <c>-</c> in the agent's place is the mesh.</summary>
public sealed class A2aRestFunctions(
    A2aOperations operations, A2aPushes pushes, IAgentDirectory agents, IOptions<MeshOptions> options)
{
    private const string Base = "a2a/agents/{agent}";
    private const string Cancel = ":cancel";
    private const string Subscribe = ":subscribe";

    /// <summary><c>POST …/message:send</c>.</summary>
    [Function("A2aSendMessage")]
    public async Task<IResult> SendAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Base + "/message:send")] HttpRequest request,
        string agent,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var call = await BeginAsync(request, client, agent, cancellation);
        var asked = await ReadAsync<A2aSendRequest>(request, cancellation);
        return new A2aAnswer<A2aUpdate>(new A2aUpdate { Task = await operations.SendAsync(call, asked, cancellation) });
    }

    /// <summary><c>POST …/message:stream</c>.</summary>
    [Function("A2aStreamMessage")]
    public async Task<IResult> StreamAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Base + "/message:stream")] HttpRequest request,
        string agent,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var call = await BeginAsync(request, client, agent, cancellation);
        var asked = await ReadAsync<A2aSendRequest>(request, cancellation);
        return await operations.StreamAsync(call, asked, isRpc: false, rpcId: null, cancellation);
    }

    /// <summary><c>GET …/tasks</c>.</summary>
    [Function("A2aListTasks")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Base + "/tasks")] HttpRequest request,
        string agent,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(
            request,
            [
                .. A2aCall.Parameters, "contextId", "status", "pageSize", "pageToken", "historyLength", "statusTimestampAfter",
                "includeArtifacts",
            ]);
        var call = await BeginAsync(request, client, agent, cancellation);
        var asked = new A2aListRequest
        {
            ContextId = query.Text("contextId"),
            Status = query.OneOf<A2aTaskState>("status") ?? A2aTaskState.Unspecified,
            PageSize = NumberOf(query, "pageSize", 1, A2aListRequest.MostPerPage),
            PageToken = query.Text("pageToken"),
            HistoryLength = NumberOf(query, "historyLength", 0, int.MaxValue),
            StatusTimestampAfter = InstantOf(query, "statusTimestampAfter"),
            IncludeArtifacts = query.Flag("includeArtifacts"),
        };
        query.ThrowIfWrong();
        return new A2aAnswer<A2aTasksPage>(await operations.ListAsync(call, asked, cancellation));
    }

    /// <summary><c>GET …/tasks/{id}</c>, and <c>GET …/tasks/{id}:subscribe</c>.</summary>
    [Function("A2aGetTask")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Base + "/tasks/{id}")] HttpRequest request,
        string agent,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(request, [.. A2aCall.Parameters, "historyLength"]);
        var call = await BeginAsync(request, client, agent, cancellation);
        var history = NumberOf(query, "historyLength", 0, int.MaxValue);
        query.ThrowIfWrong();
        return id.EndsWith(Subscribe, StringComparison.Ordinal)
            ? await SubscribeAsync(call, id, cancellation)
            : new A2aAnswer<A2aTask>(await operations.GetAsync(
                call, new A2aTaskRequest { Id = id, HistoryLength = history }, cancellation));
    }

    /// <summary><c>POST …/tasks/{id}:cancel</c> and <c>POST …/tasks/{id}:subscribe</c>.</summary>
    [Function("A2aChangeTask")]
    public async Task<IResult> ChangeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Base + "/tasks/{id}")] HttpRequest request,
        string agent,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var call = await BeginAsync(request, client, agent, cancellation);
        if (id.EndsWith(Subscribe, StringComparison.Ordinal))
        {
            return await SubscribeAsync(call, id, cancellation);
        }

        if (!id.EndsWith(Cancel, StringComparison.Ordinal))
        {
            throw new A2aException(new A2aError
            {
                Kind = A2aErrorKind.UnsupportedOperation,
                Message = "A task is cancelled (POST tasks/ID:cancel) or subscribed to (POST tasks/ID:subscribe).",
            });
        }

        var task = await operations.CancelAsync(call, new A2aTaskRequest { Id = id[..^Cancel.Length] }, cancellation);
        return new A2aAnswer<A2aTask>(task);
    }

    /// <summary><c>POST …/tasks/{id}/pushNotificationConfigs</c>.</summary>
    [Function("A2aCreatePush")]
    public async Task<IResult> CreatePushAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = Base + "/tasks/{id}/pushNotificationConfigs")]
        HttpRequest request,
        string agent,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var call = await BeginAsync(request, client, agent, cancellation);
        var asked = await ReadAsync<A2aPushConfig>(request, cancellation);
        return new A2aAnswer<A2aPushConfig>(await pushes.CreateAsync(call, asked with { TaskId = id }, cancellation));
    }

    /// <summary><c>GET …/tasks/{id}/pushNotificationConfigs</c>.</summary>
    [Function("A2aListPushes")]
    public async Task<IResult> ListPushesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Base + "/tasks/{id}/pushNotificationConfigs")]
        HttpRequest request,
        string agent,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request, [.. A2aCall.Parameters, "pageSize", "pageToken"]).ThrowIfWrong();
        var call = await BeginAsync(request, client, agent, cancellation);
        return new A2aAnswer<A2aPushConfigsPage>(
            await pushes.ListAsync(call, new A2aPushRequest { TaskId = id }, cancellation));
    }

    /// <summary><c>GET …/tasks/{id}/pushNotificationConfigs/{configId}</c>.</summary>
    [Function("A2aGetPush")]
    public async Task<IResult> GetPushAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Base + "/tasks/{id}/pushNotificationConfigs/{configId}")]
        HttpRequest request,
        string agent,
        string id,
        string configId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var call = await BeginAsync(request, client, agent, cancellation);
        return new A2aAnswer<A2aPushConfig>(
            await pushes.GetAsync(call, new A2aPushRequest { TaskId = id, Id = configId }, cancellation));
    }

    /// <summary><c>DELETE …/tasks/{id}/pushNotificationConfigs/{configId}</c>.</summary>
    [Function("A2aDeletePush")]
    public async Task<IResult> DeletePushAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = Base + "/tasks/{id}/pushNotificationConfigs/{configId}")]
        HttpRequest request,
        string agent,
        string id,
        string configId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var call = await BeginAsync(request, client, agent, cancellation);
        await pushes.DeleteAsync(call, new A2aPushRequest { TaskId = id, Id = configId }, cancellation);
        return new A2aAnswer<A2aEmpty>(new A2aEmpty());
    }

    private Task<IResult> SubscribeAsync(A2aCall call, string id, CancellationToken cancellation) => operations.SubscribeAsync(
        call, new A2aTaskRequest { Id = id[..^Subscribe.Length] }, isRpc: false, rpcId: null, cancellation);

    private ValueTask<A2aCall> BeginAsync(
        HttpRequest request, DurableTaskClient client, string agent, CancellationToken cancellation) =>
        A2aCall.BeginAsync(request, client, agent, agents, options.Value.A2a, cancellation);

    private static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellation)
        where T : class
    {
        var body = await RequestBody.ReadAsync(request, cancellation);
        return request.HasJsonContentType()
            ? A2aJson.Read<T>(body)
            : throw new ProblemException(Problems.NotJson(request.ContentType));
    }

    private static int? NumberOf(Query query, string name, int least, int most) =>
        query.Text(name) is null ? null : query.Number(name, least, most, least);

    private static DateTimeOffset? InstantOf(Query query, string name)
    {
        if (query.Text(name) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return at;
        }

        query.Wrong(name, InputError.InvalidValue, $"{name} must be an instant such as 2026-11-24T09:30:00Z.");
        return null;
    }
}
