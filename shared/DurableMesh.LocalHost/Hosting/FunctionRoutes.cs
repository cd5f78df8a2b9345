using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>
/// The HTTP pipeline: routing, who may pass, the question whose task hub it is, then the endpoint, and nothing else.
/// </summary>
internal static class FunctionRoutes
{
    public static void MapFunctions(this WebApplication app, IEnumerable<LocalFunction> functions)
    {
        var owner = ActivatorUtilities.CreateInstance<OwnerOnly>(app.Services);
        app.UseRouting();
        app.Use(HttpTracing.Trace);
        app.Use(ActivatorUtilities.CreateInstance<FrontDoor>(app.Services).InFrontOf);
        app.Use(_ => http => http.GetEndpoint() is RouteEndpoint { RequestDelegate: { } run }
            ? owner.InvokeAsync(http, run)
            : NotFoundAsync(http));

        var runtime = app.Services.GetRequiredService<FunctionRuntime>();
        var failures = app.Services.GetRequiredService<HttpFailures>();
        foreach (var function in functions)
        {
            if (function.Route is { } route)
            {
                var endpoint = app.Map(route.Pattern, new HttpFunctionEndpoint(function, runtime, failures).InvokeAsync)
                    .WithDisplayName(function.Name);
                if (route.Methods.Count > 0)
                {
                    endpoint.WithMetadata(new HttpMethodMetadata(route.Methods));
                }
            }
        }
    }

    /// <summary>The Functions host answers 404 also where only the method is wrong; here the problem says so.</summary>
    private static async Task NotFoundAsync(HttpContext http)
    {
        var request = http.Request;
        var detail = $"Nothing answers {request.Method} {request.Path}.";
        if (http.GetEndpoint()?.RequestDelegate is { } wrongMethod)
        {
            await wrongMethod(http);
            detail = $"{request.Path} takes {http.Response.Headers.Allow}, not {request.Method}.";
        }

        await Problem.WriteAsync(http, StatusCodes.Status404NotFound, "route_not_found", "There is no such route.", detail);
    }
}
