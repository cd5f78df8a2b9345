using DurableMesh.LocalHost;
using DurableMesh.TaskHub.Storage;
using DurableMesh.Tests.LocalHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Tests.LocalHost.Telemetry;

/// <summary>A whole Functions app with a task hub in memory: a send is answered when the orchestrator has seen it.</summary>
internal sealed class DialogueApp(IHost host) : IAsyncDisposable
{
    public HttpClient Http { get; } = new() { BaseAddress = new Uri(host.Services.GetRequiredService<HostAddress>().Url) };

    /// <summary>Puts it together; host.json and local.settings.json are not there.</summary>
    public static LocalAppBuilder Builder(TemporaryFolder folder, params KeyValuePair<string, string?>[] environment)
    {
        var variables = new Dictionary<string, string?>(environment)
        {
            ["FUNCTIONS_HTTP_PORT"] = "0",
            ["Logging__Console__LogLevel__Default"] = "None",
        };
        var source = new FunctionAppSource([typeof(DialogueFunctions)], folder.Path, folder.Path, variables)
        {
            AddStorage = services => services.AddSingleton<IHubStorage>(new InMemoryHubStorage(TimeProvider.System).Connect()),
        };
        return new LocalAppBuilder(source, []);
    }

    public static async Task<DialogueApp> StartAsync(params KeyValuePair<string, string?>[] environment)
    {
        using var folder = new TemporaryFolder();
        IHost host = Builder(folder, environment).Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new DialogueApp(host);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
