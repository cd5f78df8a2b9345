using System.Reflection;

using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>Checks that the constructors of function classes can be injected: at the start, not at the first request.</summary>
internal static class FunctionServices
{
    /// <exception cref="FunctionAppException">Some cannot; the message lists them all.</exception>
    public static void Check(IEnumerable<LocalFunction> functions, IServiceProviderIsService services)
    {
        var errors = functions
            .Where(function => !function.Method.IsStatic)
            .Select(function => function.Method.DeclaringType!)
            .Distinct()
            .SelectMany(type => Missing(type, services))
            .ToList();
        if (errors.Count > 0)
        {
            throw new FunctionAppException(string.Join(Environment.NewLine, errors));
        }
    }

    /// <remarks>Which of several constructors is taken is only known when it is called.</remarks>
    private static IEnumerable<string> Missing(Type type, IServiceProviderIsService services) =>
        type.GetConstructors() is [var only]
            ? only.GetParameters()
                .Where(parameter => !parameter.HasDefaultValue && !parameter.IsDefined(typeof(FromKeyedServicesAttribute)))
                .Select(parameter => parameter switch
                {
                    // The official worker has no such service; code that injects it would only run here.
                    _ when parameter.ParameterType == typeof(DurableTaskClient) =>
                        $"{type.Name} injects a DurableTaskClient: take it as a parameter with [DurableClient].",
                    _ when !services.IsService(parameter.ParameterType) =>
                        $"{type.Name} asks for a {parameter.ParameterType.Name} ('{parameter.Name}'), which is no service: "
                        + "register it in Program.cs.",
                    _ => null,
                })
                .OfType<string>()
            : [];
}
