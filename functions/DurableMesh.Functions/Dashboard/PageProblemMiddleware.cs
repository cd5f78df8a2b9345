using DurableMesh.Functions.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Shows people a page where a program gets a problem.</summary>
internal sealed class PageProblemMiddleware(DashboardPages pages) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);
        var result = context.GetInvocationResult();
        if (result.Value is ProblemAnswer problem && context.GetHttpContext() is { } http)
        {
            result.Value = await pages.ShowAsync(http, problem);
        }
    }
}
