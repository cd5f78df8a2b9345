using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Functions;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DurableMesh.Benchmarks;

/// <summary>
/// The app's services in this process, over a store in memory: the sample organisation with a key for each of its agents, its
/// tasks and many more, and threads that have ended. The policy is the shipped one with prices.
/// </summary>
internal sealed class BusyMesh : IAsyncDisposable
{
    private const string Operator = "operator";
    private const string Prices = """
        [
          { "model": "claude-haiku-4-5", "from": "2025-10-01T00:00:00Z", "input": 1, "cachedInput": 0.1, "output": 5 },
          { "model": "claude-sonnet-4-5", "from": "2025-10-01T00:00:00Z", "input": 3, "cachedInput": 0.3, "output": 15 },
          { "model": "claude-opus-4-5", "from": "2025-11-01T00:00:00Z", "input": 5, "cachedInput": 0.5, "output": 25 },
          { "model": "qwen3-coder-30b", "from": "2025-08-01T00:00:00Z", "input": 0.1, "output": 0.3 }
        ]
        """;

    private readonly TemporaryPolicy _policy = new(PolicyWithPrices());
    private readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
    private readonly IHost _host;

    private BusyMesh()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mesh:PolicyFile"] = _policy.Path,
            ["Mesh:SeedFile"] = "sample-organisation.json",
            ["Mesh:Identity:RootKey"] = "a-root-key-of-more-than-32-characters",
        });
        builder.Services.AddMesh(builder.Configuration);
        builder.Services.AddSingleton<IBlobs>(new MemoryBlobs());
        _host = builder.Build();
    }

    /// <summary>The organisation.</summary>
    public AgentRegistry Registry { get; private set; } = AgentRegistry.Empty;

    /// <summary>Starts one.</summary>
    /// <param name="threads">How many threads there have been.</param>
    /// <param name="tasks">How many MC tasks there are, beside those of the organisation.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<BusyMesh> StartAsync(int threads, int tasks, CancellationToken cancellation)
    {
        var mesh = new BusyMesh();
        await mesh._host.StartAsync(cancellation);
        mesh.Registry = await mesh.Get<IAgentDirectory>().ReadAsync(cancellation);
        string[] agents = [.. mesh.Registry.Agents.Select(agent => agent.Id)];
        foreach (string agent in agents)
        {
            mesh._keys[agent] = await mesh.IssueKeyAsync(agent, cancellation);
        }

        ITaskDirectory directory = mesh.Get<ITaskDirectory>();
        await Task.WhenAll(Enumerable.Range(0, tasks)
            .Select(n => new CreateTaskRequest { Id = $"{200_000 + n}", Title = $"Task {n}", Owner = Operator })
            .Select(task => directory.ChangeAsync(new TaskCreated(task), Operator, cancellation)));
        await RecordedDialogues.WriteAsync(mesh.Get<IThreadLog>(), threads, agents, isOpen: _ => false, cancellation);
        return mesh;
    }

    /// <summary>One of the app's services, or a class of functions, which the host makes of them.</summary>
    public T Get<T>() => ActivatorUtilities.GetServiceOrCreateInstance<T>(_host.Services);

    /// <summary>The key that speaks as an agent.</summary>
    public string KeyOf(string agent) => _keys[agent];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _policy.Dispose();
    }

    private async Task<string> IssueKeyAsync(string agent, CancellationToken cancellation)
    {
        (byte[] id, byte[] secret) =
            (RandomNumberGenerator.GetBytes(KeyText.IdBytes), RandomNumberGenerator.GetBytes(KeyText.SecretBytes));
        var key = KeyText.Of(id, secret);
        var issued = new KeyIssued(key.Id, key.SecretHash, Subject.Agent(agent), [Scope.Read, Scope.Send], Lifetime: null);
        await Get<IKeyDirectory>().ChangeAsync(issued, Operator, cancellation);
        return key.Reveal();
    }

    private static string PolicyWithPrices()
    {
        JsonNode policy = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "policy.json")))!;
        policy["prices"] = JsonNode.Parse(Prices);
        policy["budgets"] = null;
        return policy.ToJsonString();
    }
}
