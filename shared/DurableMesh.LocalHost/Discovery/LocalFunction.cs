using System.Collections.Immutable;
using System.Reflection;

using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace DurableMesh.LocalHost;

/// <summary>A function that was found and found right.</summary>
internal sealed class LocalFunction(
    string name, MethodInfo method, TriggerBindingAttribute trigger, HttpRoute? route, IReadOnlyList<ParameterBinding> parameters)
    : FunctionDefinition
{
    private readonly Lazy<FunctionBody> _body = new(() => FunctionCompiler.Compile(method, parameters));

    public override string Name { get; } = name;

    public override string Id { get; } = $"{method.DeclaringType!.Name}-{name}";

    public override string EntryPoint => $"{Method.DeclaringType!.FullName}.{Method.Name}";

    public override string PathToAssembly => Method.Module.Assembly.Location;

    public override ImmutableArray<FunctionParameter> Parameters { get; } =
    [
        .. parameters.Select(parameter => new FunctionParameter(
            parameter.Parameter.Name!,
            parameter.Parameter.ParameterType,
            parameter.Parameter.HasDefaultValue,
            parameter.Parameter.HasDefaultValue ? parameter.Parameter.DefaultValue : null)),
    ];

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } = route is null
        ? ImmutableDictionary<string, BindingMetadata>.Empty
        : ImmutableDictionary<string, BindingMetadata>.Empty.Add("$return", new Binding("$return", "http", BindingDirection.Out));

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } = parameters
        .Where(parameter => parameter.BindingType is not null)
        .Select(
            BindingMetadata (parameter) => new Binding(parameter.Parameter.Name!, parameter.BindingType!, BindingDirection.In))
        .ToImmutableDictionary(binding => binding.Name);

    public MethodInfo Method { get; } = method;

    public TriggerBindingAttribute Trigger { get; } = trigger;

    /// <summary>The route of an HTTP function; otherwise null.</summary>
    public HttpRoute? Route { get; } = route;

    /// <summary>The name under which an orchestrator or activity is called; null for an HTTP function.</summary>
    public string? TaskName { get; } = trigger switch
    {
        OrchestrationTriggerAttribute orchestration => orchestration.Orchestration ?? name,
        ActivityTriggerAttribute activity => activity.Activity ?? name,
        _ => null,
    };

    /// <summary>What an orchestrator or activity takes as its input; <see cref="object"/> where it takes none.</summary>
    public Type InputType { get; } =
        parameters.FirstOrDefault(parameter => parameter.IsInput)?.Parameter.ParameterType ?? typeof(object);

    /// <summary>What it returns once it is awaited; <see cref="object"/> where it returns nothing.</summary>
    public Type ResultType => ReturnsNothing ? typeof(object) : FunctionCompiler.ResultType(Method);

    public bool ReturnsNothing { get; } = FunctionCompiler.ResultType(method) == typeof(void);

    /// <summary>
    /// Binds, calls and awaits the function. Compiled at the first use, so that a start pays for nothing that is not called.
    /// </summary>
    public FunctionBody Body => _body.Value;

    private sealed class Binding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => direction;
    }
}

/// <summary>Runs one invocation of a function and answers what it returned.</summary>
internal delegate ValueTask<object?> FunctionBody(FunctionInvocationContext invocation);
