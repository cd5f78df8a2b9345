using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace DurableMesh.LocalHost;

/// <summary>Finds the functions of an app and says everything that is wrong with them at once.</summary>
internal sealed partial class FunctionDiscovery
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly List<LocalFunction> _functions = [];
    private readonly List<string> _errors = [];

    private FunctionDiscovery()
    {
    }

    /// <summary>The functions among <paramref name="types"/>, in the order of their names.</summary>
    /// <exception cref="FunctionAppException">
    /// Some are not right; the message lists every fault with its method and what to do.
    /// </exception>
    public static IReadOnlyList<LocalFunction> Discover(IEnumerable<Type> types, string routePrefix)
    {
        var discovery = new FunctionDiscovery();
        foreach (var method in types.SelectMany(type => type.GetMethods(Declared)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is { } function)
            {
                discovery.Add(function.Name, method, routePrefix);
            }
        }

        discovery.CheckTogether();
        return discovery._errors.Count == 0
            ? [.. discovery._functions.OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase)]
            : throw new FunctionAppException(
                string.Join($"{Environment.NewLine}- ", discovery._errors.Prepend("The app's functions are not right:")));
    }

    private void Add(string name, MethodInfo method, string routePrefix)
    {
        var before = _errors.Count;
        if (!NamePattern().IsMatch(name))
        {
            Fault(method, $"'{name}' is no function name: use a letter, then up to 126 letters, digits, '-' or '_'.");
        }

        if (!method.IsPublic || !method.DeclaringType!.IsVisible)
        {
            Fault(method, "make the method and its type public.");
        }

        if (method.ContainsGenericParameters)
        {
            Fault(method, "a function cannot be generic.");
        }

        if (!method.IsStatic && method.DeclaringType!.IsAbstract)
        {
            Fault(method, "its type is abstract: make the method static or the type concrete.");
        }

        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
        {
            Fault(method, "it is async void: return a Task.");
        }

        var triggers = method.GetParameters()
            .SelectMany(parameter => parameter.GetCustomAttributes<TriggerBindingAttribute>())
            .ToList();
        if (triggers.Count != 1)
        {
            Fault(method, triggers.Count == 0
                ? "it has no trigger: mark one parameter with [HttpTrigger], [OrchestrationTrigger] or [ActivityTrigger]."
                : $"it has {triggers.Count} triggers: leave one.");
            return;
        }

        var trigger = triggers[0];
        var route = trigger is HttpTriggerAttribute http ? Route(name, method, http, routePrefix) : null;
        var binder = new ParameterBinder(trigger, route);
        var parameters = new List<ParameterBinding>();
        foreach (var parameter in method.GetParameters())
        {
            var (binding, fault) = binder.Bind(parameter);
            if (binding is null)
            {
                Fault(method, $"parameter '{parameter.Name}' {fault}");
            }
            else
            {
                parameters.Add(binding);
            }
        }

        foreach (var (place, output) in OutputBindings(method))
        {
            Fault(method, $"{place} has {ParameterBinder.Unknown(output)}");
        }

        if (parameters.Count(parameter => parameter.IsInput) > 1)
        {
            Fault(method, "only one parameter can take the input.");
        }

        if (_errors.Count == before)
        {
            _functions.Add(new LocalFunction(name, method, trigger, route, parameters));
        }
    }

    private HttpRoute? Route(string name, MethodInfo method, HttpTriggerAttribute trigger, string prefix)
    {
        try
        {
            return HttpRoute.Of(name, trigger, prefix);
        }
        catch (FormatException error)
        {
            Fault(method, error.Message);
            return null;
        }
    }

    private void CheckTogether()
    {
        foreach (var same in _functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Where(Several))
        {
            _errors.Add($"{Methods(same)}: both are function '{same.Key}'. Rename one.");
        }

        // Those of one name are told above already.
        foreach (var same in _functions.Where(function => function.TaskName is not null)
            .DistinctBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
            .GroupBy(function => (function.Trigger.GetType(), function.TaskName!.ToUpperInvariant()))
            .Where(Several))
        {
            _errors.Add($"{Methods(same)}: both are the task '{same.First().TaskName}'. Rename one.");
        }

        var routed = _functions.Where(function => function.Route is not null).ToList();
        for (var first = 0; first < routed.Count; first++)
        {
            foreach (var second in routed.Skip(first + 1).Where(other => other.Route!.Overlaps(routed[first].Route!)))
            {
                _errors.Add(
                    $"{Methods([routed[first], second])}: both answer '{second.Route!.Text}'. Change a route or its methods.");
            }
        }

        static bool Several(IEnumerable<LocalFunction> group) => group.Skip(1).Any();
    }

    private void Fault(MethodInfo method, string what) =>
        _errors.Add($"{Name(method)}, function '{method.GetCustomAttribute<FunctionAttribute>()!.Name}': {what}");

    private static IEnumerable<(string Place, BindingAttribute Binding)> OutputBindings(MethodInfo method) =>
    [
        .. method.GetCustomAttributes<BindingAttribute>().Select(binding => ("its result", binding)),
        .. from property in FunctionCompiler.ResultType(method).GetProperties()
           from binding in property.GetCustomAttributes<BindingAttribute>()
           select ($"property '{property.Name}' of its result", binding),
    ];

    private static string Methods(IEnumerable<LocalFunction> functions) =>
        string.Join(" and ", functions.Select(function => Name(function.Method)));

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,126}$")]
    private static partial Regex NamePattern();
}
