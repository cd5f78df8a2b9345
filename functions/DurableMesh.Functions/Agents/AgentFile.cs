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

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger<AgentFile> _logger;
    private readonly Lock _gate = new();
    private volatile AgentRegistry _current = AgentRegistry.Empty;
    private (DateTime Written, long Length)? _version;
    private long _looked;

    public AgentFile(IOptions<MeshOptions> options, TimeProvider time, ILogger<AgentFile> logger)
    {
        _path = Path.Combine(AppContext.BaseDirectory, options.Value.AgentsFile);
        _time = time;
        _logger = logger;
        Look();
    }

    public AgentRegistry Current
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _looked)) >= LookAgainAfter)
            {
                Look();
            }

            return _current;
        }
    }

    public string? Failure { get; private set; }

    /// <summary>Does nothing more: that it is made at the start lets a broken file be told at the start.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Look()
    {
        lock (_gate)
        {
            Volatile.Write(ref _looked, _time.GetTimestamp());
            var file = new FileInfo(_path);
            var found = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (found == _version)
            {
                return;
            }

            _version = found;
            Failure = Read();
            if (Failure is null)
            {
                LogRead(_current.Agents.Count, _path);
            }
            else
            {
                LogNotRead(_path, Failure);
            }
        }
    }

    private string? Read()
    {
        try
        {
            var read = AgentRegistryReader.Read(File.ReadAllBytes(_path));
            _current = read.Value ?? _current;
            return read.Ok ? null : string.Join(" ", read.Errors.Select(error => $"{error.Path}: {error.Message}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is being replaced just now is there again at the next look.
            _version = null;
            return e.Message;
        }
    }
}
