using DurableMesh.Core.Agents;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Agents;

/// <summary>
/// The registry in a JSON file (<see cref="MeshOptions.AgentsFile"/>), read again when it changes. A file that cannot be read
/// keeps the last good registry in force.
/// </summary>
internal sealed partial class AgentFile : IAgentDirectory, IHostedService
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly TimeProvider time;
    private readonly ILogger<AgentFile> logger;
    private readonly Lock gate = new();
    private volatile AgentRegistry current = AgentRegistry.Empty;
    private (DateTime Written, long Length)? version;
    private long looked;

    public AgentFile(IOptions<MeshOptions> options, TimeProvider time, ILogger<AgentFile> logger)
    {
        path = Path.Combine(AppContext.BaseDirectory, options.Value.AgentsFile);
        this.time = time;
        this.logger = logger;
        Look();
    }

    public AgentRegistry Current
    {
        get
        {
            if (time.GetElapsedTime(Volatile.Read(ref looked)) >= LookAgainAfter)
            {
                Look();
            }

            return current;
        }
    }

    public string? Failure { get; private set; }

    /// <summary>Does nothing more: that it is made at the start lets a broken file be told at the start.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Look()
    {
        lock (gate)
        {
            Volatile.Write(ref looked, time.GetTimestamp());
            var file = new FileInfo(path);
            var found = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (found == version)
            {
                return;
            }

            version = found;
            Failure = Read();
            if (Failure is null)
            {
                LogRead(current.Agents.Count, path);
            }
            else
            {
                LogNotRead(path, Failure);
            }
        }
    }

    private string? Read()
    {
        try
        {
            var read = AgentRegistryReader.Read(File.ReadAllBytes(path));
            current = read.Value ?? current;
            return read.Ok ? null : string.Join(" ", read.Errors.Select(error => $"{error.Path}: {error.Message}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is being replaced just now is there again at the next look.
            version = null;
            return e.Message;
        }
    }
}
