using System.Diagnostics;

using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.LocalHost;

/// <summary>One invocation of a local function. What is seldom asked for is made when it is asked for.</summary>
internal abstract class FunctionInvocationContext(FunctionDefinition function) : FunctionContext
{
    private string? _invocationId;
    private IDictionary<object, object>? _items;
    private InvocationFeatures? _features;

    public sealed override string InvocationId => _invocationId ??= Guid.NewGuid().ToString();

    public sealed override string FunctionId => FunctionDefinition.Id;

    public sealed override FunctionDefinition FunctionDefinition { get; } = function;

    public sealed override IDictionary<object, object> Items
    {
        get => _items ??= CreateItems();
        set => _items = value;
    }

    public sealed override IInvocationFeatures Features => _features ??= new InvocationFeatures(this);

    public sealed override TraceContext TraceContext => AmbientTrace.Instance;

    public sealed override BindingContext BindingContext => NoBindingData.Instance;

    public sealed override RetryContext RetryContext => NoRetry.Instance;

    /// <summary>What the function, or middleware in its place, returned.</summary>
    public object? Result { get; set; }

    protected virtual IDictionary<object, object> CreateItems() => new Dictionary<object, object>();

    private sealed class AmbientTrace : TraceContext
    {
        public static readonly AmbientTrace Instance = new();

        public override string TraceParent => Activity.Current?.Id ?? "";

        public override string TraceState => Activity.Current?.TraceStateString ?? "";
    }

    private sealed class NoBindingData : BindingContext
    {
        public static readonly NoBindingData Instance = new();

        public override IReadOnlyDictionary<string, object?> BindingData { get; } = new Dictionary<string, object?>();
    }

    private sealed class NoRetry : RetryContext
    {
        public static readonly NoRetry Instance = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }
}
