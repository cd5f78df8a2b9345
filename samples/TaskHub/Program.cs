using System.Diagnostics;
using DurableMesh.TaskHub;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A program of Durable Task's own SDK, without Azure Functions, on the local engine. The hub is in Azurite, or with --memory here.
var memory = args.Contains("--memory") ? new TaskHubMemory() : null;
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddDurableTaskWorker(worker => worker
    .AddTasks(tasks =>
    {
        tasks.AddOrchestratorFunc<string, string>("Greetings", async (context, city) =>
        {
            var first = await context.CallActivityAsync<string>("SayHello", city);
            var answer = await context.WaitForExternalEvent<string>("answer");
            await context.CreateTimer(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            return $"{first} {answer}";
        });
        tasks.AddOrchestratorFunc<int, int>("Burst", async (context, count) =>
        {
            var results = await Task.WhenAll(
                Enumerable.Range(0, count).Select(number => context.CallActivityAsync<int>("Square", number)));
            return results.Sum();
        });
        tasks.AddActivityFunc<string, string>("SayHello", (_, city) => $"Hello, {city}!");
        tasks.AddActivityFunc<int, int>("Square", (_, number) => number * number);
    })
    .UseLocalTaskHub(hub => (hub.HubName, hub.Memory) = ("portable", memory)));
builder.Services.AddDurableTaskClient(client => client.UseLocalTaskHub());

using var host = builder.Build();
await host.StartAsync();
var hub = host.Services.GetRequiredService<DurableTaskClient>();

var id = await hub.ScheduleNewOrchestrationInstanceAsync("Greetings", "Oslo");
await hub.RaiseEventAsync(id, "answer", "Hei!");
var ended = await hub.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
Console.WriteLine($"{ended.RuntimeStatus} {ended.ReadOutputAs<string>()}");

var watch = Stopwatch.StartNew();
var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => hub.ScheduleNewOrchestrationInstanceAsync("Burst", 50)));
var all = await Task.WhenAll(ids.Select(one => hub.WaitForInstanceCompletionAsync(one, getInputsAndOutputs: true)));
Console.WriteLine($"{all.Count(one => one.ReadOutputAs<int>() == 40425)} of 200 bursts of 50 activities in {watch.ElapsedMilliseconds} ms");
await host.StopAsync();
