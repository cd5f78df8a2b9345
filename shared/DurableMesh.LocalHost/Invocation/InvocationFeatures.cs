using System.Collections;
using System.Reflection;

using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.LocalHost;

/// <summary>What middleware and extensions attach to one invocation.</summary>
internal sealed class InvocationFeatures(FunctionInvocationContext invocation) : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = [];

    public void Set<T>(T instance)
    {
        if (instance is null)
        {
            _features.Remove(typeof(T));
        }
        else
        {
            _features[typeof(T)] = instance;
        }
    }

    public T? Get<T>()
    {
        if (_features.TryGetValue(typeof(T), out var feature))
        {
            return (T)feature;
        }

        if (typeof(T).FullName != BindingsFeature.InterfaceName)
        {
            return default;
        }

        // GetInvocationResult and GetOutputBindings of the official package ask for it.
        var bindings = BindingsFeature.Create<T>(invocation);
        Set(bindings);
        return bindings;
    }

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// An invocation's result as the official package's middleware extensions reach it. The interface is not public, but whoever asks
/// for it names it as a type parameter, and a proxy can implement that.
/// </summary>
#pragma warning disable CA1852 // The proxy's class is derived from at run time.
internal class BindingsFeature : DispatchProxy
#pragma warning restore CA1852
{
    public const string InterfaceName = "Microsoft.Azure.Functions.Worker.Context.Features.IFunctionBindingsFeature";

    private static readonly Dictionary<string, object?> Nothing = [];

    private FunctionInvocationContext? _invocation;
    private Dictionary<string, object?>? _outputs;

    public static T Create<T>(FunctionInvocationContext invocation)
    {
        var feature = DispatchProxy.Create<T, BindingsFeature>()!;
        ((BindingsFeature)(object)feature)._invocation = invocation;
        return feature;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod?.Name)
        {
            case "get_InvocationResult":
                return _invocation!.Result;
            case "set_InvocationResult":
                _invocation!.Result = args![0];
                return null;
            case "get_OutputBindingData":
                return _outputs ??= [];
            case "get_TriggerMetadata":
            case "get_InputData":
                return Nothing;
            default:
                throw new NotSupportedException($"This host has no {targetMethod?.Name} for an invocation.");
        }
    }
}
