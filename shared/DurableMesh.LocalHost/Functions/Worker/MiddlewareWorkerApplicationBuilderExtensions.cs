using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds middleware to the worker.</summary>
/// <remarks>
/// Middleware runs round HTTP and activity functions. The official worker runs it round every episode of an orchestrator too; the
/// local one does not, because an orchestrator lives in memory over many episodes and only durable tasks may be awaited in it.
/// </remarks>
public static class MiddlewareWorkerApplicationBuilderExtensions
{
    /// <summary>Adds <typeparamref name="T"/>, one instance for all invocations.</summary>
    /// <typeparam name="T">The middleware's type; its constructor is injected.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static IFunctionsWorkerApplicationBuilder UseMiddleware<T>(this IFunctionsWorkerApplicationBuilder builder)
        where T : class, IFunctionsWorkerMiddleware
    {
        builder.Services.TryAddSingleton<T>();
        return builder.Use(next => context => context.InstanceServices.GetRequiredService<T>().Invoke(context, next));
    }

    /// <summary>Adds <typeparamref name="T"/> for the invocations that <paramref name="predicate"/> picks.</summary>
    /// <typeparam name="T">The middleware's type; its constructor is injected.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="predicate">Whether the middleware runs for an invocation.</param>
    /// <returns>The builder.</returns>
    public static IFunctionsWorkerApplicationBuilder UseWhen<T>(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, bool> predicate)
        where T : class, IFunctionsWorkerMiddleware
    {
        builder.Services.TryAddSingleton<T>();
        return builder.Use(next => context => predicate(context)
            ? context.InstanceServices.GetRequiredService<T>().Invoke(context, next)
            : next(context));
    }

    /// <summary>Adds a function as middleware.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="middleware">Gets the invocation and the rest of the pipeline.</param>
    /// <returns>The builder.</returns>
    public static IFunctionsWorkerApplicationBuilder UseMiddleware(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, Func<Task>, Task> middleware) =>
        builder.Use(next => context => middleware(context, () => next(context)));

    /// <summary>Adds a function as middleware for the invocations that <paramref name="predicate"/> picks.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="predicate">Whether the middleware runs for an invocation.</param>
    /// <param name="middleware">Gets the invocation and the rest of the pipeline.</param>
    /// <returns>The builder.</returns>
    public static IFunctionsWorkerApplicationBuilder UseWhen(
        this IFunctionsWorkerApplicationBuilder builder,
        Func<FunctionContext, bool> predicate,
        Func<FunctionContext, Func<Task>, Task> middleware) =>
        builder.Use(next => context => predicate(context) ? middleware(context, () => next(context)) : next(context));
}
