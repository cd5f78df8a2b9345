using DurableMesh.LocalHost.Functions;

using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Reaches the HTTP request behind an invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The request that started this invocation, or null where something else than HTTP did.</summary>
    /// <param name="context">The invocation.</param>
    public static HttpContext? GetHttpContext(this FunctionContext context) =>
        context.Items.TryGetValue(InvocationItems.HttpContext, out var http) ? http as HttpContext : null;
}
