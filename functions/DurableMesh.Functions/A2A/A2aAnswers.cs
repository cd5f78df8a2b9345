using System.Text.Json.Nodes;
using DurableMesh.Core.A2A;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.A2A;

/// <summary>An answer of the HTTP+JSON binding.</summary>
internal sealed class A2aAnswer<T>(T value) : IResult
{
    /// <summary>What it says.</summary>
    public T Value => value;

    public Task ExecuteAsync(HttpContext httpContext) =>
        A2aBody.WriteAsync(httpContext, A2aBody.HttpType, StatusCodes.Status200OK, A2aJson.Write(value));
}

/// <summary>An answer of the JSON-RPC binding.</summary>
internal sealed class A2aRpcAnswer(JsonNode? id, JsonNode result) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => A2aBody.WriteAsync(
        httpContext, A2aBody.RpcType, StatusCodes.Status200OK, A2aJson.Write(A2aBody.Rpc(id, "result", result)));
}

/// <summary>An error, of whichever binding.</summary>
internal sealed class A2aErrorAnswer(A2aError error, bool isRpc, JsonNode? id) : IResult
{
    /// <summary>What is wrong.</summary>
    public A2aError Error => error;

    /// <summary>When to try again; null where that is of no use.</summary>
    public string? RetryAfter { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var status = isRpc ? error.RpcHttpStatus : error.HttpStatus;
        if (status == StatusCodes.Status401Unauthorized)
        {
            httpContext.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (RetryAfter is not null)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfter;
        }

        return isRpc
            ? A2aBody.WriteAsync(httpContext, A2aBody.RpcType, status, A2aJson.Write(A2aBody.Rpc(id, "error", error.ToRpc())))
            : A2aBody.WriteAsync(httpContext, A2aBody.HttpType, status, A2aJson.Write(error.ToHttp()));
    }
}

/// <summary>What both bindings write.</summary>
internal static class A2aBody
{
    /// <summary>The media type of the HTTP+JSON binding.</summary>
    public const string HttpType = "application/a2a+json";

    /// <summary>The media type of the JSON-RPC binding, and of cards.</summary>
    public const string RpcType = "application/json";

    /// <summary>A message of JSON-RPC.</summary>
    public static JsonObject Rpc(JsonNode? id, string name, JsonNode value) => new()
    {
        ["jsonrpc"] = "2.0",
        ["id"] = id?.DeepClone(),
        [name] = value,
    };

    public static async Task WriteAsync(HttpContext http, string type, int status, byte[] utf8)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.ContentLength = utf8.Length;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.Body.WriteAsync(utf8, http.RequestAborted);
    }
}
