using DurableMesh.Core.Policy;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Gate;

/// <summary>
/// The policy in a JSON file (<see cref="MeshOptions.PolicyFile"/>), read again when it changes. A file that cannot be read keeps
/// the last good policy in force; a host does not start with one.
/// </summary>
internal sealed partial class PolicyFile : IPolicySource, IHostedService
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger<PolicyFile> _logger;
    private readonly Lock _gate = new();
    private volatile MeshPolicy _current = MeshPolicy.Standard;
    private (DateTime Written, long Length)? _version;
    private long _looked;

    public PolicyFile(IOptions<MeshOptions> options, TimeProvider time, ILogger<PolicyFile> logger)
    {
        _path = Path.Combine(AppContext.BaseDirectory, options.Value.PolicyFile);
        _time = time;
        _logger = logger;
        Look();
    }

    public MeshPolicy Current
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

    /// <summary>There is no last good policy yet that could stay in force.</summary>
    /// <exception cref="OptionsValidationException">The file cannot be read.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => Failure is null
        ? Task.CompletedTask
        : throw new OptionsValidationException(
            MeshOptions.Section, typeof(MeshOptions), [$"The policy {_path} cannot be read. {Failure}"]);

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
                LogRead(_path, _current.Hash);
            }
            else
            {
                LogNotRead(_path, _current.Hash, Failure);
            }
        }
    }

    private string? Read()
    {
        try
        {
            var read = PolicyReader.Read(File.ReadAllBytes(_path));
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
