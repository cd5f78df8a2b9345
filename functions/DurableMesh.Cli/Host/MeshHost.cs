using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DurableMesh.Cli.Processes;
using DurableMesh.Client;

namespace DurableMesh.Cli.Host;

/// <summary>A mesh that this program runs: the Functions app in a process of its own.</summary>
internal sealed class MeshHost : IAsyncDisposable
{
    private static readonly TimeSpan BetweenKnocks = TimeSpan.FromMilliseconds(40);

    // A first start installs Azurite, over the network.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(4);

    // An owner that died on another machine keeps its lease for 15 s.
    private static readonly TimeSpan OwnerPatience = TimeSpan.FromSeconds(20);

    private readonly BackgroundProcess _process;

    private MeshHost(BackgroundProcess process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it answers.</summary>
    public Uri Address { get; }

    /// <summary>Whether it did not begin to work when it was up, because another host owns its task hub.</summary>
    public bool StandsBy { get; private set; }

    /// <summary>Its process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>The address of a mesh on a port of this machine.</summary>
    public static Uri AddressOf(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    /// <summary>Refuses a port on which somebody listens already.</summary>
    /// <exception cref="CliException">The port is taken.</exception>
    public static void DemandFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException taken)
        {
            throw new CliException(
                ExitCode.Usage, $"Port {port} is taken; is a mesh running there already? Choose another one with --port.", taken);
        }
    }

    /// <summary>Starts it, and waits until it and its storage are ready.</summary>
    /// <param name="program">The host.</param>
    /// <param name="port">Its port.</param>
    /// <param name="mayStandBy">Whether it is of use also while another host owns the task hub.</param>
    /// <param name="onLine">Gets what it prints.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="settings">Environment variables of its own.</param>
    /// <exception cref="CliException">It is not built, or did not come up; the message has its last words.</exception>
    public static async Task<MeshHost> StartAsync(
        HostProgram program,
        int port,
        bool mayStandBy,
        Action<string> onLine,
        CancellationToken cancellation,
        IReadOnlyDictionary<string, string>? settings = null)
    {
        if (!HostProgram.IsInside && !File.Exists(program.Arguments[0]))
        {
            throw new CliException(
                ExitCode.Usage,
                $"{program.Arguments[0]} is not there. The mesh script builds it; " +
                "or: dotnet build functions/DurableMesh.Functions");
        }

        var process = BackgroundProcess.Start(
            program.FileName,
            [.. program.Arguments, "--port", port.ToString(CultureInfo.InvariantCulture)],
            settings ?? new Dictionary<string, string>(),
            program.Root,
            onLine);
        var host = new MeshHost(process, AddressOf(port));
        try
        {
            await host.WaitUntilReadyAsync(mayStandBy, cancellation);
            return host;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it ends by itself.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _process.WaitAsync(cancellation);

    /// <summary>Kills it in the middle of whatever it does (SIGKILL).</summary>
    public Task CrashAsync() => _process.CrashAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task WaitUntilReadyAsync(bool mayStandBy, CancellationToken cancellation)
    {
        var mesh = MeshClient.Connect(Address);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(StartPatience);
        try
        {
            Readiness readiness;
            while ((readiness = await mesh.GetReadinessAsync(patience.Token)) != Readiness.Ready)
            {
                if (_process.HasExited)
                {
                    throw new CliException(
                        ExitCode.Unreachable, $"The mesh did not start. Its last words:\n{_process.LastLines}");
                }

                if (readiness == Readiness.StandingBy && !StandsBy)
                {
                    StandsBy = true;
                    patience.CancelAfter(OwnerPatience);
                }

                if (StandsBy && mayStandBy)
                {
                    return;
                }

                await Task.Delay(BetweenKnocks, patience.Token);
            }

            StandsBy = false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var why = StandsBy
                ? "Another host owns the mesh's task hub; stop it first."
                : $"The mesh is not ready after {StartPatience.TotalMinutes:0} minutes.";
            throw new CliException(ExitCode.Unreachable, $"{why} Its last words:\n{_process.LastLines}");
        }
    }
}
