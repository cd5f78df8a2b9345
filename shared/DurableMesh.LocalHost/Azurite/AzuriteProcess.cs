using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>
/// One Azurite blob service on a loopback port. It runs in a session of its own, so that neither a Ctrl-C on the terminal nor
/// the death of this process ends it.
/// </summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    // Node.js itself is what starts a process in a session of its own, with its output in a file, on every system alike.
    // Azurite's output must not go through a pipe: it would die of the first line after the host's death.
    private const string Launcher =
        """
        const [service, log, minimum, ...args] = process.argv.slice(1);
        if (parseInt(process.versions.node) < Number(minimum)) {
          process.stdout.write(process.version);
          process.exit(3);
        }
        process.umask(0o077);
        const out = require('fs').openSync(log, 'w');
        const child = require('child_process').spawn(
          process.execPath, ['-e', service, '--', ...args], { detached: true, stdio: ['ignore', out, out], windowsHide: true });
        process.stdout.write(String(child.pid));
        child.unref();
        """;

    // Azurite compiles each route's URI template again for each request that it looks at: a sixth of the processor time of an
    // append, and two thirds of what its garbage collector has to do. So each is compiled once.
    private const string Service =
        """
        const [, entry] = process.argv;
        try {
          const path = require.resolve('uri-templates', { paths: [entry] });
          const compile = require(path);
          const compiled = new Map();
          require.cache[path].exports = template => {
            if (!compiled.has(template)) compiled.set(template, compile(template));
            return compiled.get(template);
          };
        } catch {
          // An Azurite without it has nothing to compile.
        }
        require(entry);
        """;

    private const int TooOld = 3;
    private const int SigTerm = 15;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan StartReportedAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    // Azurite saves its metadata every five seconds; Windows has no signal that makes it do so at once.
    private static readonly TimeSpan SavedAfter = TimeSpan.FromSeconds(6);

    private readonly AzuriteInstallation _installation;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private AzuriteProcess(
        AzuriteInstallation installation,
        string folder,
        Uri endpoint,
        ProcessIdentity identity,
        TimeProvider time,
        ILogger logger)
    {
        _installation = installation;
        _folder = folder;
        _time = time;
        _logger = logger;
        Endpoint = endpoint;
        Identity = identity;
    }

    /// <summary>Where the blob service answers.</summary>
    public Uri Endpoint { get; }

    /// <summary>The process that runs it.</summary>
    public ProcessIdentity Identity { get; private set; }

    /// <summary>The account key that it takes.</summary>
    public string AccountKey { get; set; } = AzuriteKey.WellKnown;

    /// <summary>A connection string for the service.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={AzuriteKey.Account};AccountKey={AccountKey};"
        + $"BlobEndpoint={Endpoint}{AzuriteKey.Account};";

    /// <summary>Starts Azurite and waits until it answers.</summary>
    /// <inheritdoc cref="LaunchAsync(AzuriteInstallation, Uri, string, string?, TimeProvider, ILogger, CancellationToken)"/>
    public static async Task<AzuriteProcess> StartAsync(
        AzuriteInstallation installation,
        Uri endpoint,
        string folder,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation)
    {
        var azurite = await LaunchAsync(installation, endpoint, folder, givenKey: null, time, logger, cancellation);
        await azurite.WaitUntilItAnswersAsync(cancellation);
        return azurite;
    }

    /// <summary>Starts Azurite and does not wait until it answers.</summary>
    /// <param name="installation">What to start.</param>
    /// <param name="endpoint">Loopback address and port.</param>
    /// <param name="folder">The folder of its data, its log and its account key.</param>
    /// <param name="givenKey">The account key that it has to take; null for the folder's own.</param>
    /// <param name="time">The clock that pauses go by.</param>
    /// <param name="logger">Told when it takes long.</param>
    /// <param name="cancellation">Stops waiting, and Azurite.</param>
    /// <exception cref="AzuriteException">It cannot be started.</exception>
    public static async Task<AzuriteProcess> LaunchAsync(
        AzuriteInstallation installation,
        Uri endpoint,
        string folder,
        string? givenKey,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellation)
    {
        var key = givenKey ?? AzuriteKey.Obtain(folder);
        var identity = await LaunchAsync(installation, endpoint, folder, key, cancellation);
        return new AzuriteProcess(installation, folder, endpoint, identity, time, logger) { AccountKey = key };
    }

    /// <summary>
    /// An Azurite that an earlier process of ours started and that still runs; which key it takes is to be found out.
    /// </summary>
    public static AzuriteProcess Adopt(
        ProcessIdentity identity,
        AzuriteInstallation installation,
        Uri endpoint,
        string folder,
        TimeProvider time,
        ILogger logger) =>
        new(installation, folder, endpoint, identity, time, logger);

    /// <summary>Waits until it answers, and ends it when it does not.</summary>
    /// <exception cref="AzuriteException">It has ended, or does not answer within a minute.</exception>
    public async Task WaitUntilItAnswersAsync(CancellationToken cancellation)
    {
        var begin = _time.GetTimestamp();
        var reported = false;
        try
        {
            while (await AzuriteProbe.AskAsync(Endpoint, cancellation) != AzuritePresence.Present)
            {
                var waited = _time.GetElapsedTime(begin);
                if (Identity.IsProvablyDead() || waited > StartTimeout)
                {
                    throw new AzuriteException($"Azurite does not answer at {Endpoint}; its last words:\n{LastWords(_folder)}");
                }

                if (!reported && waited > StartReportedAfter)
                {
                    _logger.WaitsForAzurite(Endpoint);
                    reported = true;
                }

                await Task.Delay(Poll, _time, cancellation);
            }
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Ends it so that it loses nothing (SIGTERM).</summary>
    public async Task StopAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            await Task.Delay(SavedAfter, _time);
        }
        else if (ProcessIdentity.Of(Identity.ProcessId) == Identity && Signal(Identity.ProcessId, SigTerm) == 0)
        {
            await WaitUntilGoneAsync(StopTimeout);
        }

        await KillAsync();
    }

    /// <summary>Ends it at once (SIGKILL): it forgets up to five seconds of what it had acknowledged.</summary>
    public async Task KillAsync()
    {
        if (ProcessIdentity.Of(Identity.ProcessId) == Identity && !Identity.IsProvablyDead())
        {
            using var process = Process.GetProcessById(Identity.ProcessId);
            process.Kill();
            await WaitUntilGoneAsync(StopTimeout);
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, on the same port and data.</summary>
    public async Task RestartAsync(CancellationToken cancellation)
    {
        Identity = await LaunchAsync(_installation, Endpoint, _folder, AccountKey, cancellation);
        await WaitUntilItAnswersAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private static async Task<ProcessIdentity> LaunchAsync(
        AzuriteInstallation installation, Uri endpoint, string folder, string accountKey, CancellationToken cancellation)
    {
        PrivateFolder.Ensure(folder, withContents: true);
        string[] arguments =
        [
            "-e", Launcher, "--", Service, LogFile(folder), installation.MinimumNodeVersion.ToString(CultureInfo.InvariantCulture),
            installation.EntryScript,
            "--blobHost", endpoint.Host.Trim('[', ']'),
            "--blobPort", endpoint.Port.ToString(CultureInfo.InvariantCulture),
            "--location", folder,
            "--silent", "--disableTelemetry", "--skipApiVersionCheck",
        ];

        // Not on the command line, which every user of the machine may read.
        var launched = await NodeTools.RunAsync(
            installation.Tools.Node, arguments, folder, cancellation, ("AZURITE_ACCOUNTS", $"{AzuriteKey.Account}:{accountKey}"));
        if (launched.ExitCode == TooOld)
        {
            installation.RequireNode(launched.Output);
        }

        return int.TryParse(launched.Output, CultureInfo.InvariantCulture, out var processId)
            && ProcessIdentity.Of(processId) is { } identity
                ? identity
                : throw new AzuriteException($"Azurite did not start:\n{launched.Tail(lines: 10)}\n{LastWords(folder)}");
    }

    private async Task WaitUntilGoneAsync(TimeSpan limit)
    {
        var begin = _time.GetTimestamp();
        while (!Identity.IsProvablyDead() && _time.GetElapsedTime(begin) < limit)
        {
            await Task.Delay(Poll, _time);
        }
    }

    private static string LogFile(string folder) => Path.Combine(folder, "azurite.log");

    private static string LastWords(string folder) =>
        File.Exists(LogFile(folder)) ? string.Join('\n', File.ReadLines(LogFile(folder)).TakeLast(10)) : "";

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int processId, int signal);
}
