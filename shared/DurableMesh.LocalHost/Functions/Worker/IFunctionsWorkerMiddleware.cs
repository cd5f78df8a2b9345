using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>The rest of a function's invocation.</summary>
/// <param name="context">The invocation.</param>
[SuppressMessage("Naming", "CA1711", Justification = "The official name.")]
public delegate Task FunctionExecutionDelegate(FunctionContext context);

/// <summary>A step round the invocations of all functions.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Does its work and, unless it ends the invocation here, calls <paramref name="next"/>.</summary>
    /// <param name="context">The invocation.</param>
    /// <param name="next">The steps after this one, and at last the function.</param>
    [SuppressMessage("Naming", "CA1716", Justification = "The official name.")]
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
