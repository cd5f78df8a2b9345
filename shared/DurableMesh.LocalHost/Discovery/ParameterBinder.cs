using System.Linq.Expressions;
using System.Reflection;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.LocalHost;

/// <summary>Decides how each parameter of one function is bound.</summary>
internal sealed class ParameterBinder(TriggerBindingAttribute trigger, HttpRoute? route)
{
    /// <summary>The parameter's binding, or what is wrong with it as the end of a sentence that begins with its name.</summary>
    public (ParameterBinding? Binding, string? Fault) Bind(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type.IsByRef)
        {
            return Fault("is passed by reference; pass it by value.");
        }

        return parameter.GetCustomAttributes<BindingAttribute>().ToList() switch
        {
            [] => BindByType(parameter),
            [TriggerBindingAttribute] => BindTrigger(parameter),
            [DurableClientAttribute client] => BindClient(parameter, client),
            [var other] => Fault($"has {Unknown(other)}"),
            var several => Fault($"has {several.Count} bindings: leave one."),
        };
    }

    /// <summary>What is wrong with a binding that only a Functions host has, as the end of a sentence.</summary>
    public static string Unknown(BindingAttribute binding) =>
        $"[{NameOf(binding)}], which this host does not bind. Alone, an app has HTTP, orchestration and activity functions and "
        + "[DurableClient]; a Functions host binds the rest.";

    private (ParameterBinding? Binding, string? Fault) BindByType(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return Bound(parameter, invocation => invocation);
        }

        return trigger switch
        {
            OrchestrationTriggerAttribute => type == typeof(CancellationToken)
                ? Fault("is a CancellationToken; an orchestrator must not depend on one, for it would differ on replay.")
                : Bound(parameter, invocation => Call(nameof(FunctionInputs.Orchestration), type, invocation), isInput: true),
            _ when type == typeof(CancellationToken) =>
                Bound(parameter, invocation => Expression.Property(invocation, nameof(FunctionContext.CancellationToken))),
            HttpTriggerAttribute => BindRouteValue(parameter),
            ActivityTriggerAttribute when type == typeof(string) && Is(parameter, "instanceId") =>
                Bound(parameter, invocation => Call(nameof(FunctionInputs.InstanceId), null, invocation)),
            ActivityTriggerAttribute => Fault(
                $"of type {type.Name} cannot be bound. An activity takes its [ActivityTrigger] input, string instanceId, "
                + "FunctionContext, CancellationToken and [DurableClient] DurableTaskClient; "
                + "inject services into the constructor."),

            // The trigger itself is reported as a fault.
            _ => Bound(parameter, _ => Expression.Default(type)),
        };
    }

    private (ParameterBinding? Binding, string? Fault) BindTrigger(ParameterInfo parameter) => trigger switch
    {
        HttpTriggerAttribute => parameter.ParameterType == typeof(HttpRequest)
            ? Bound(parameter, invocation => Call(nameof(FunctionInputs.Request), null, invocation), "httpTrigger")
            : Fault($"is a {parameter.ParameterType.Name}; [HttpTrigger] binds an HttpRequest."),
        OrchestrationTriggerAttribute => parameter.ParameterType == typeof(TaskOrchestrationContext)
            ? Bound(
                parameter,
                invocation => Call(nameof(FunctionInputs.OrchestrationContext), null, invocation),
                "orchestrationTrigger")
            : Fault($"is a {parameter.ParameterType.Name}; [OrchestrationTrigger] binds a TaskOrchestrationContext."),
        ActivityTriggerAttribute => parameter.ParameterType == typeof(TaskActivityContext)
            ? Fault("is a TaskActivityContext; [ActivityTrigger] binds the input. Take the instance's id as string instanceId.")
            : Bound(
                parameter,
                invocation => Call(nameof(FunctionInputs.Activity), parameter.ParameterType, invocation),
                "activityTrigger",
                isInput: true),
        _ => Fault($"has {Unknown(trigger)}"),
    };

    private (ParameterBinding? Binding, string? Fault) BindClient(ParameterInfo parameter, DurableClientAttribute client)
    {
        if (parameter.ParameterType != typeof(DurableTaskClient))
        {
            return Fault($"is a {parameter.ParameterType.Name}; [DurableClient] binds a DurableTaskClient.");
        }

        if (trigger is OrchestrationTriggerAttribute)
        {
            return Fault("is a DurableTaskClient; an orchestrator starts and signals others through its context.");
        }

        return client is { TaskHub: null, ConnectionName: null }
            ? Bound(parameter, invocation => Call(nameof(FunctionInputs.Client), null, invocation), "durableClient")
            : Fault("names a task hub or connection; this host has one hub, so leave both out.");
    }

    private (ParameterBinding? Binding, string? Fault) BindRouteValue(ParameterInfo parameter)
    {
        if (route?.Pattern.Parameters.FirstOrDefault(part => Is(parameter, part.Name)) is not { } part)
        {
            // A route that is itself at fault has been reported already.
            return route is null
                ? Bound(parameter, _ => Expression.Default(parameter.ParameterType))
                : Fault(
                    $"of type {parameter.ParameterType.Name} is neither in the route '{route.Text}' nor an HttpRequest, "
                    + "FunctionContext, CancellationToken or [DurableClient] DurableTaskClient; "
                    + "inject services into the constructor.");
        }

        var target = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (target != typeof(string) && !IsParsable(target))
        {
            return Fault($"is a {parameter.ParameterType.Name}, which a route value cannot become; take a string.");
        }

        if (part.IsOptional && parameter.ParameterType == target && target.IsValueType && !parameter.HasDefaultValue)
        {
            return Fault($"may be missing from the route; make it {target.Name}? or give it a default.");
        }

        return Bound(parameter, invocation => RouteValue(parameter, target, part, invocation));
    }

    private static Expression RouteValue(
        ParameterInfo parameter, Type target, RoutePatternParameterPart part, Expression invocation)
    {
        // The default value of a struct's default is null.
        Expression fallback = parameter is { HasDefaultValue: true, DefaultValue: { } value }
            ? Expression.Constant(value, parameter.ParameterType)
            : Expression.Default(parameter.ParameterType);
        var name = Expression.Constant(part.Name);
        var text = Expression.Call(typeof(FunctionInputs), nameof(FunctionInputs.RouteText), null, invocation, name);
        if (target == typeof(string))
        {
            return Expression.Coalesce(text, fallback);
        }

        var raw = Expression.Variable(typeof(string));
        var parsed = Expression.Call(typeof(FunctionInputs), nameof(FunctionInputs.Parse), [target], raw, name);
        return Expression.Block(
            [raw],
            Expression.Assign(raw, text),
            Expression.Condition(
                Expression.Equal(raw, Expression.Constant(null)), fallback, Expression.Convert(parsed, parameter.ParameterType)));
    }

    private static bool IsParsable(Type type) => type.GetInterfaces().Any(face =>
        face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IParsable<>) && face.GetGenericArguments()[0] == type);

    private static MethodCallExpression Call(string method, Type? type, Expression invocation) =>
        Expression.Call(typeof(FunctionInputs), method, type is null ? null : [type], invocation);

    private static string NameOf(BindingAttribute binding)
    {
        const string ending = "Attribute";
        var name = binding.GetType().Name;
        return name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : name;
    }

    private static bool Is(ParameterInfo parameter, string name) =>
        string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase);

    private static (ParameterBinding? Binding, string? Fault) Bound(
        ParameterInfo parameter, Func<Expression, Expression> value, string? bindingType = null, bool isInput = false) =>
        (new ParameterBinding(parameter, value, bindingType, isInput), null);

    private static (ParameterBinding? Binding, string? Fault) Fault(string what) => (null, what);
}
