using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.LocalHost.Functions;

/// <summary>One invocation of a local function. What is seldom asked for is made when it is asked for.</summary>
internal abstract class FunctionInvocationContext(FunctionDefinition function) : FunctionContext
{
    private string? _invocationId;
    private IDictionary<object, object>? _items;

    public sealed override string InvocationId => _invocationId ??= Guid.NewGuid().ToString();

    public sealed override string FunctionId => FunctionDefinition.Id;

    public sealed override FunctionDefinition FunctionDefinition { get; } = function;

    public sealed override IDictionary<object, object> Items
    {
        get => _items ??= CreateItems();
        set => _items = value;
    }

    /// <summary>What the function, or middleware in its place, returned.</summary>
    public object? Result { get; set; }

    /// <summary>The local invocation behind a context that middleware was given.</summary>
    /// <exception cref="InvalidOperationException">The context is not one of this host's.</exception>
    public static FunctionInvocationContext Of(FunctionContext context) =>
        context as FunctionInvocationContext
        ?? throw new InvalidOperationException($"A {context.GetType()} carries no invocation result: the host did not make it.");

    protected virtual IDictionary<object, object> CreateItems() => new Dictionary<object, object>();
}
