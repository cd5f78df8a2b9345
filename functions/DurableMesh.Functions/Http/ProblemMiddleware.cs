using Azure;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.A2A;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.ReadModel;
using DurableMesh.Functions.Store;
using DurableMesh.TaskHub;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace DurableMesh.Functions.Http;

/// <summary>The one place where a failed HTTP function becomes an answer.</summary>
internal sealed partial class ProblemMiddleware(ILogger<ProblemMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            var failure = e is AggregateException { InnerException: { } inner } ? inner : e;
            context.GetInvocationResult().Value = A2aFailures.Speaks(context.FunctionDefinition.Name)
                ? A2aFailures.Answer(http, failure, () => Answer(context, http, failure))
                : Answer(context, http, failure);
        }
    }

    private IResult Answer(FunctionContext context, HttpContext http, Exception failure)
    {
        switch (failure)
        {
            case ProblemException known:
                return new ProblemAnswer(known.Problem) { RetryAfter = known.RetryAfter };
            case AccessDeniedException denied:
                return new ProblemAnswer(Problems.AccessDenied(denied));
            case UnknownPositionException unknown:
                return new ProblemAnswer(Problems.UnknownPosition(
                    unknown.Message + " Begin anew, without a position: whose turn it is and what is done with says the mesh."));
            case SearchUnavailableException unavailable:
                return new ProblemAnswer(Problems.SearchUnavailable(unavailable.Message));
            case EventsExpiredException expired:
                return new ProblemAnswer(Problems.EventsExpired(expired.Message));
            case var _ when http.RequestAborted.IsCancellationRequested:
                return Results.Empty;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } tooLarge:
                return new ProblemAnswer(Problems.BodyTooLarge(tooLarge.Message));
            case TaskHubOverloadedException full:
                return new ProblemAnswer(Problems.Overloaded(full.Message));
            case BadHttpRequestException malformed:
                return new ProblemAnswer(Problems.InvalidRequest("", "malformed_request", malformed.Message));
            case OperationCanceledException:
                return new ProblemAnswer(Problems.Stopping());
            case IOException or TimeoutException or RequestFailedException:
                LogStorageAway(context.FunctionDefinition.Name, failure.Message);
                return new ProblemAnswer(Problems.StorageUnavailable(failure.Message));
            default:
                LogFailed(context.FunctionDefinition.Name, context.InvocationId, failure);
                return new ProblemAnswer(Problems.InternalError(context.InvocationId));
        }
    }
}
