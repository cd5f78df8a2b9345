using Azure.Core.Serialization;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.LocalHost;

/// <summary>Turns what an HTTP function returned into the answer.</summary>
internal static class FunctionResult
{
    public static Task WriteAsync(HttpContext http, object? result, bool returnsNothing, ObjectSerializer serializer)
    {
        switch (result)
        {
            case IResult answer:
                return answer.ExecuteAsync(http);
            case IActionResult answer:
                return answer.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
            case string text:
                http.Response.ContentType ??= "text/plain; charset=utf-8";
                return http.Response.WriteAsync(text);
            case not null:
                http.Response.ContentType ??= "application/json; charset=utf-8";
                return serializer.SerializeAsync(http.Response.Body, result, result.GetType(), http.RequestAborted).AsTask();
            default:
                // A function that returns nothing has written its own answer, or means an empty one.
                if (!returnsNothing && !http.Response.HasStarted && http.Response.StatusCode == StatusCodes.Status200OK)
                {
                    http.Response.StatusCode = StatusCodes.Status204NoContent;
                }

                return Task.CompletedTask;
        }
    }
}
