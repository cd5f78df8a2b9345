using DurableMesh.Functions;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.LocalHost;
using DurableMesh.TaskHub;
using DurableMesh.Tests.Functions.Store;
using DurableMesh.Tests.LocalHost;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moq;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>
/// The app as the local host puts it together, over a store in memory, and not started: its functions as the engine calls them,
/// and its serializer.
/// </summary>
internal sealed class MeshApp : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IHost _host;

    public MeshApp(
        TimeProvider? time = null,
        IBlobs? blobs = null,
        DurableTaskClient? client = null,
        IReadOnlyDictionary<string, string?>? settings = null)
    {
        var source = new FunctionAppSource(
            typeof(ThreadOrchestrator).Assembly.GetTypes(), _folder.Path, _folder.Path,
            settings ?? new Dictionary<string, string?>())
        {
            AddStorage = _ => { },
            AddTaskHub = services => services
                .AddSingleton(client ?? new Mock<DurableTaskClient>("none").Object)
                .AddSingleton(Mock.Of<ITaskHubStatus>()),
        };
        var builder = new LocalAppBuilder(source, []);
        builder.Services.AddMesh(builder.Configuration);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(blobs ?? new MemoryBlobs());
        builder.Services.AddSingleton(MeshFixture.KnownAgents());

        // Dozens of these are built in a test; what they have to say would stand before the one line that matters.
        builder.Services.AddLogging(logging => logging.ClearProviders());
        _host = builder.Build();
    }

    public IServiceProvider Services => _host.Services;

    public DataConverter Converter => Services.GetRequiredService<DataConverter>();

    public DurableTaskRegistry Tasks => Services.GetRequiredService<IOptions<DurableTaskRegistry>>().Value;

    /// <summary>The names of the app's orchestrations.</summary>
    public IEnumerable<string> Orchestrations => Tasks.GetOrchestrators().Select(orchestrator => orchestrator.Key.Name);

    /// <summary>The code of an orchestration; null where the app has none of that name.</summary>
    public ITaskOrchestrator? Find(string orchestration) => Tasks.GetOrchestrators()
        .Where(orchestrator => orchestrator.Key.Name.Equals(orchestration, StringComparison.OrdinalIgnoreCase))
        .Select(orchestrator => orchestrator.Value(Services))
        .SingleOrDefault();

    /// <summary>Starts to read the logs, as the host does when it starts.</summary>
    public void OpenStore()
    {
        foreach (var log in Services.GetServices<IStoreLog>())
        {
            log.Start();
        }
    }

    public void Dispose()
    {
        _host.Dispose();
        _folder.Dispose();
    }
}
