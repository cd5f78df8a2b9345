using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.LocalHost.Telemetry;

/// <summary>A dialogue of one message over HTTP, orchestrator and activity.</summary>
public static class DialogueFunctions
{
    [Function("Begin")]
    public static Task<string> BeginAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "dialogues")] HttpRequest request,
        [DurableClient] DurableTaskClient client) =>
        client.ScheduleNewOrchestrationInstanceAsync("Dialogue", request.HttpContext.RequestAborted);

    [Function("Say")]
    public static async Task<string> SayAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "dialogues/{id}/messages")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client)
    {
        CancellationToken aborted = request.HttpContext.RequestAborted;
        await client.RaiseEventAsync(id, "said", "hello", aborted);
        return (await client.WaitForInstanceCompletionAsync(id, true, aborted)).ReadOutputAs<string>()!;
    }

    [Function("Fail")]
    public static string Fail([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fails")] HttpRequest request) =>
        throw new NotSupportedException(request.Path);

    [Function("Dialogue")]
    public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await context.CallActivityAsync<string>("Echo", await context.WaitForExternalEvent<string>("said"));

    [Function("Echo")]
    public static string Echo([ActivityTrigger] string said) => said;
}
