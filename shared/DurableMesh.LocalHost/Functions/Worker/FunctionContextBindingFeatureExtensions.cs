using DurableMesh.LocalHost.Functions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Reaches what a function returned, so that middleware can look at it or put something else in its place.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>What the function returned.</summary>
    /// <param name="context">The invocation.</param>
    public static InvocationResult GetInvocationResult(this FunctionContext context) =>
        new UntypedInvocationResult(FunctionInvocationContext.Of(context));

    /// <summary>What the function returned, as a <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="context">The invocation.</param>
    /// <exception cref="InvalidOperationException">The result is something else.</exception>
    public static InvocationResult<T?> GetInvocationResult<T>(this FunctionContext context) =>
        new TypedInvocationResult<T?>(FunctionInvocationContext.Of(context));

    private sealed class UntypedInvocationResult(FunctionInvocationContext context) : InvocationResult
    {
        public override object? Value
        {
            get => context.Result;
            set => context.Result = value;
        }
    }

    private sealed class TypedInvocationResult<T>(FunctionInvocationContext context) : InvocationResult<T>
    {
        public override T? Value
        {
            get => context.Result switch
            {
                null => default,
                T value => value,
                var other => throw new InvalidOperationException(
                    $"Function '{context.FunctionDefinition.Name}' returned a {other.GetType()}, not a {typeof(T)}."),
            };
            set => context.Result = value;
        }
    }
}
