using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Core.A2A;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.A2A;

/// <summary>The JSON-RPC binding of A2A: one address for all methods.</summary>
public sealed class A2aRpcFunction(
    A2aOperations operations, A2aPushes pushes, A2aCardMaker cards, IAgentDirectory agents, IOptions<MeshOptions> options)
{
    private static readonly JsonDocumentOptions Strictly = new() { AllowDuplicateProperties = false };

    /// <summary><c>POST /a2a/agents/{agent}</c>.</summary>
    [Function("A2aRpc")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a2a/agents/{agent}")] HttpRequest request,
        string agent,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        A2aFailures.Note(request.HttpContext, id: null);
        var body = await RequestBody.ReadAsync(request, cancellation);
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(Problems.NotJson(request.ContentType));
        }

        using var document = Parse(body);
        var (id, method, parameters) = Read(document.RootElement);
        A2aFailures.Note(request.HttpContext, id);
        var call = await A2aCall.BeginAsync(request, client, agent, agents, options.Value.A2a, cancellation);
        return method switch
        {
            "SendMessage" => Answer(id, new A2aUpdate
            {
                Task = await operations.SendAsync(call, A2aJson.Read<A2aSendRequest>(parameters), cancellation),
            }),
            "SendStreamingMessage" => await operations.StreamAsync(
                call, A2aJson.Read<A2aSendRequest>(parameters), isRpc: true, id, cancellation),
            "GetTask" => Answer(
                id, await operations.GetAsync(call, A2aJson.Read<A2aTaskRequest>(parameters), cancellation)),
            "ListTasks" => Answer(
                id, await operations.ListAsync(call, A2aJson.Read<A2aListRequest>(parameters), cancellation)),
            "CancelTask" => Answer(
                id, await operations.CancelAsync(call, A2aJson.Read<A2aTaskRequest>(parameters), cancellation)),
            "SubscribeToTask" => await operations.SubscribeAsync(
                call, A2aJson.Read<A2aTaskRequest>(parameters), isRpc: true, id, cancellation),
            "CreateTaskPushNotificationConfig" => Answer(
                id, await pushes.CreateAsync(call, A2aJson.Read<A2aPushConfig>(parameters), cancellation)),
            "GetTaskPushNotificationConfig" => Answer(
                id, await pushes.GetAsync(call, A2aJson.Read<A2aPushRequest>(parameters), cancellation)),
            "ListTaskPushNotificationConfigs" => Answer(
                id, await pushes.ListAsync(call, A2aJson.Read<A2aPushRequest>(parameters), cancellation)),
            "DeleteTaskPushNotificationConfig" => await DeletePushAsync(call, id, parameters, cancellation),
            "GetExtendedAgentCard" => Answer(id, cards.Extended(call)),
            _ => throw new A2aException(new A2aError
            {
                Kind = A2aErrorKind.MethodNotFound,
                Message = "There is no such method. A2A 1.0 names them SendMessage, GetTask, ListTasks and so on.",
            }),
        };
    }

    private async Task<IResult> DeletePushAsync(
        A2aCall call, JsonNode? id, JsonElement parameters, CancellationToken cancellation)
    {
        await pushes.DeleteAsync(call, A2aJson.Read<A2aPushRequest>(parameters), cancellation);
        return Answer(id, new A2aEmpty());
    }

    private static A2aRpcAnswer Answer<T>(JsonNode? id, T result) => new(id, A2aJson.ToNode(result));

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body, Strictly);
        }
        catch (JsonException)
        {
            throw new A2aException(new A2aError
            {
                Kind = A2aErrorKind.ParseError,
                Message = "The body is no JSON, or a name stands in it twice.",
            });
        }
    }

    private static (JsonNode? Id, string Method, JsonElement Parameters) Read(JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("A request is one JSON object; batches are not taken.");
        }

        if (!request.TryGetProperty("id", out var id)
            || id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null))
        {
            throw Invalid("A request has an id, a text or a number: every method here answers.");
        }

        if (TextOf(request, "jsonrpc") != "2.0")
        {
            throw Invalid("A request says \"jsonrpc\": \"2.0\".");
        }

        var method = TextOf(request, "method") ?? throw Invalid("A request names its method, a text.");
        var parameters = request.TryGetProperty("params", out var given) && given.ValueKind != JsonValueKind.Null
            ? given
            : Nothing;
        return parameters.ValueKind == JsonValueKind.Object
            ? (JsonNode.Parse(id.GetRawText()), method, parameters)
            : throw Invalid("The params are a JSON object.");
    }

    private static string? TextOf(JsonElement request, string name)
    {
        try
        {
            return request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    private static JsonElement Nothing { get; } = JsonElement.Parse("{}");

    private static A2aException Invalid(string message) =>
        new(new A2aError { Kind = A2aErrorKind.InvalidRequest, Message = message });
}
