using Microsoft.AspNetCore.Http;

namespace DurableMesh.LocalHost;

/// <summary>Answers HTTP requests with a function.</summary>
internal sealed class HttpFunctionEndpoint(LocalFunction function, FunctionRuntime runtime, HttpFailures failures)
{
    public async Task InvokeAsync(HttpContext http)
    {
        using var invocation = new HttpInvocation(function, http, runtime.Stopping);
        try
        {
            await runtime.Pipeline(invocation);
            await FunctionResult.WriteAsync(http, invocation.Result, function.ReturnsNothing, runtime.Serializer);
        }
        catch (OperationCanceledException) when (runtime.Stopping.IsCancellationRequested)
        {
            await Problem.WriteAsync(
                http,
                StatusCodes.Status503ServiceUnavailable,
                "host_stopping",
                "The host is stopping.",
                "Try again when it is back.",
                retryAfterSeconds: 1);
        }
        catch (Exception error)
        {
            await failures.AnswerAsync(http, error);
        }
    }
}
