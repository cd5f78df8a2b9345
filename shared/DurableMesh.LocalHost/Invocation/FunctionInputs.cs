using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>Where the values of bound parameters come from. Called by compiled functions only.</summary>
internal static class FunctionInputs
{
    public static HttpRequest Request(FunctionInvocationContext invocation) => ((HttpInvocation)invocation).Http.Request;

    public static DurableTaskClient Client(FunctionInvocationContext invocation) =>
        invocation.InstanceServices.GetRequiredService<DurableTaskClient>();

    public static TaskOrchestrationContext OrchestrationContext(FunctionInvocationContext invocation) =>
        ((OrchestratorInvocation)invocation).Context;

    public static T? Orchestration<T>(FunctionInvocationContext invocation) =>
        ((OrchestratorInvocation)invocation).Input is { } input ? (T)input : default;

    public static T? Activity<T>(FunctionInvocationContext invocation) =>
        ((ActivityInvocation)invocation).Input is { } input ? (T)input : default;

    public static string InstanceId(FunctionInvocationContext invocation) => ((ActivityInvocation)invocation).InstanceId;

    public static string? RouteText(FunctionInvocationContext invocation, string name) =>
        ((HttpInvocation)invocation).Http.Request.RouteValues[name] as string;

    public static T Parse<T>(string text, string name)
        where T : IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new BadHttpRequestException($"'{text}' in the path is no {typeof(T).Name}, which {{{name}}} must be.");
}
