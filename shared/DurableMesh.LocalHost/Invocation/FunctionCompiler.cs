using System.Linq.Expressions;
using System.Reflection;

using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>Turns a function's method and bindings into one delegate, so that an invocation does no reflection.</summary>
internal static class FunctionCompiler
{
    private static readonly Dictionary<Type, string> Adapters = new()
    {
        [typeof(Task)] = nameof(FromTask),
        [typeof(ValueTask)] = nameof(FromValueTask),
        [typeof(Task<>)] = nameof(FromTaskOf),
        [typeof(ValueTask<>)] = nameof(FromValueTaskOf),
    };

    public static FunctionBody Compile(MethodInfo method, IReadOnlyList<ParameterBinding> parameters)
    {
        var invocation = Expression.Parameter(typeof(FunctionInvocationContext), "invocation");
        var call = Expression.Call(
            method.IsStatic ? null : NewInstance(method.DeclaringType!, invocation),
            method,
            parameters.Select(parameter => parameter.Value(invocation)));
        return Expression.Lambda<FunctionBody>(Awaited(call), invocation).Compile();
    }

    /// <summary>What the function's result is once it is awaited; <see cref="void"/> for none.</summary>
    public static Type ResultType(MethodInfo method) => method.ReturnType switch
    {
        var type when type == typeof(Task) || type == typeof(ValueTask) => typeof(void),
        { IsGenericType: true } type when Adapters.ContainsKey(type.GetGenericTypeDefinition()) => type.GetGenericArguments()[0],
        var type => type,
    };

    private static UnaryExpression NewInstance(Type type, Expression invocation) => Expression.Convert(
        Expression.Invoke(
            Expression.Constant(ActivatorUtilities.CreateFactory(type, Type.EmptyTypes)),
            Expression.Property(invocation, nameof(FunctionInvocationContext.InstanceServices)),
            Expression.Constant(null, typeof(object?[]))),
        type);

    private static Expression Awaited(MethodCallExpression call)
    {
        var type = call.Type;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        if (Adapters.TryGetValue(type, out var adapter))
        {
            return Expression.Call(typeof(FunctionCompiler), adapter, null, call);
        }

        return type.IsGenericType && Adapters.TryGetValue(type.GetGenericTypeDefinition(), out adapter)
            ? Expression.Call(typeof(FunctionCompiler), adapter, type.GetGenericArguments(), call)
            : Expression.New(
                typeof(ValueTask<object?>).GetConstructor([typeof(object)])!, Expression.Convert(call, typeof(object)));
    }

    private static async ValueTask<object?> FromTask(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromValueTask(ValueTask task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> FromTaskOf<T>(Task<T> task) => await task;

    private static async ValueTask<object?> FromValueTaskOf<T>(ValueTask<T> task) => await task;
}
