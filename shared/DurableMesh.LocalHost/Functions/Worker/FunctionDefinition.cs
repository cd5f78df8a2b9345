using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>A function as the host discovered it.</summary>
public abstract class FunctionDefinition
{
    /// <summary>The path of the assembly that holds the function.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>The full name of the type, a dot, and the method's name.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>The function's id, stable over restarts.</summary>
    public abstract string Id { get; }

    /// <summary>The function's name.</summary>
    public abstract string Name { get; }

    /// <summary>The trigger and the input bindings by parameter name.</summary>
    public abstract IImmutableDictionary<string, BindingMetadata> InputBindings { get; }
}

/// <summary>One binding of a function.</summary>
public abstract class BindingMetadata
{
    /// <summary>The parameter's name.</summary>
    public abstract string Name { get; }

    /// <summary>The binding's type, for instance <c>httpTrigger</c>, <c>activityTrigger</c> or <c>durableClient</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Whether data flows into the function or out of it.</summary>
    public abstract BindingDirection Direction { get; }
}

/// <summary>Which way a binding's data flows.</summary>
public enum BindingDirection
{
    /// <summary>Into the function.</summary>
    In,

    /// <summary>Out of the function.</summary>
    Out,
}
