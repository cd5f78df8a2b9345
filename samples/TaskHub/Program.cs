using DurableMesh.TaskHub;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TaskHubSample;

const string OrderId = "order-7";

var memory = args.Contains("--memory") ? new TaskHubMemory() : null;
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services
    .AddDurableTaskWorker(worker => worker
        .AddTasks(tasks => tasks
            .AddOrchestrator<OrderOrchestrator>()
            .AddActivityFunc<Order, string>("Reserve", (_, order) => $"{order.Pieces} × {order.Item} from shelf 12")
            .AddActivityFunc<string, string>("Ship", (_, parcel) => $"{parcel}, shipped"))
        .UseLocalTaskHub(hub =>
        {
            hub.HubName = "orders";
            hub.ConnectionString = "UseDevelopmentStorage=true";
            hub.Memory = memory;
        }))
    .AddDurableTaskClient(client => client.UseLocalTaskHub());

using var host = builder.Build();
await host.StartAsync();
var orders = host.Services.GetRequiredService<DurableTaskClient>();
try
{
    if (await orders.GetInstanceAsync(OrderId) is { IsCompleted: false })
    {
        Console.WriteLine($"{OrderId} of an earlier run still waits.");
    }
    else
    {
        var start = new StartOrchestrationOptions(OrderId);
        await orders.ScheduleNewOrchestrationInstanceAsync(nameof(OrderOrchestrator), new Order("kettle", 3), start);
    }

    Console.Write($"Approve {OrderId}? [y/n] (or stop the program here, and start it again) ");
    var approved = Console.ReadLine() is not "n";
    await orders.RaiseEventAsync(OrderId, OrderOrchestrator.Approval, approved);
    var ended = await orders.WaitForInstanceCompletionAsync(OrderId, getInputsAndOutputs: true);
    Console.WriteLine($"{ended.RuntimeStatus}: {ended.ReadOutputAs<string>()}");
}
catch (TaskHubUnavailableException away)
{
    Console.Error.WriteLine($"{away.Message} Start Azurite (npx azurite), or run with --memory.");
    Environment.ExitCode = 1;
}

await host.StopAsync();
