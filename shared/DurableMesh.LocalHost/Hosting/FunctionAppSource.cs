using System.Collections;
using System.Reflection;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.TaskHub;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.LocalHost;

/// <summary>Where an app comes from: its functions, its files and its environment.</summary>
/// <param name="Types">The types that are searched for functions.</param>
/// <param name="AppFolder">The folder of <c>host.json</c>: where the app was built to.</param>
/// <param name="WorkingDirectory">Where <c>local.settings.json</c> is looked for first.</param>
/// <param name="Environment">The environment variables.</param>
internal sealed record FunctionAppSource(
    IReadOnlyCollection<Type> Types,
    string AppFolder,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string?> Environment)
{
    /// <summary>Registers what the task hub is stored in: before the app's own services, so that it stops after them.</summary>
    public Action<IServiceCollection> AddStorage { get; init; } = services => services.AddHubStorage();

    /// <summary>Registers what orchestrations run on: after the app's own services, which activities need to the last.</summary>
    public Action<IServiceCollection> AddTaskHub { get; init; } = services => services
        .AddDurableTaskWorker(worker => worker.UseLocalTaskHub())
        .AddDurableTaskClient(client => client.UseLocalTaskHub());

    /// <summary>The app that this process runs.</summary>
    /// <param name="functions">The assembly of its functions.</param>
    public static FunctionAppSource OfProcess(Assembly functions) => new(
        functions.GetTypes(),
        AppContext.BaseDirectory,
        Directory.GetCurrentDirectory(),
        System.Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => variable.Value as string));
}
