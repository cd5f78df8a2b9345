using System.Globalization;
using DurableMesh.TaskHub.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.LocalHost.Azurite;

/// <summary>
/// The Azurite that a host brings along: started (and installed, the first time) when the connection string means one on this
/// machine and none answers there; stopped after everything else by the last host that uses it.
/// </summary>
/// <param name="storage">
/// The account: whether it means an Azurite on this machine, and whose clients are told which key that takes.
/// </param>
/// <param name="installation">What could be started; null when the repository cannot be found.</param>
/// <param name="time">The clock that pauses go by.</param>
/// <param name="logger">The log.</param>
internal sealed class EmbeddedAzurite(
    StorageConnection storage, AzuriteInstallation? installation, TimeProvider time, ILogger<EmbeddedAzurite> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly AzuritePulse _pulse = new(storage, time);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task? _started;
    private Task _watching = Task.CompletedTask;
    private Task? _stopped;

    /// <summary>The Azurite that this host (or one before it) started; null when it uses somebody else's or none.</summary>
    public AzuriteProcess? Azurite { get; private set; }

    /// <summary>Sees whether it saves what it acknowledges.</summary>
    public AzuriteSaves Saves { get; } = new(time);

    /// <summary>Completes when the storage can be expected to answer.</summary>
    /// <exception cref="AzuriteException">Azurite cannot be had.</exception>
    public Task ReadyAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _started ??= storage.AzuriteEndpoint is { } endpoint ? BeginAsync(endpoint, _stopping.Token) : Task.CompletedTask;
            return _started.WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Begins only; the rest of the host starts meanwhile, and the hub waits with <see cref="ReadyAsync"/>.</remarks>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = ReadyAsync(CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _stopped ??= EndAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StoppedAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private async Task BeginAsync(Uri at, CancellationToken cancellation)
    {
        if (installation is not null && AzuriteKey.Find(FolderOf(installation, at)) is { } key)
        {
            // The store does not wait, and may find one that runs.
            storage.UseAzuriteKey(key);
        }

        await Task.Yield();
        Azurite = installation is null ? null : await ObtainAsync(installation, at, cancellation);
        if (Azurite is not null)
        {
            _watching = WatchAsync(installation!, at, cancellation);
        }
        else if (installation is null)
        {
            if (await AzuriteProbe.AskAsync(at, cancellation) is not AzuritePresence.Present)
            {
                throw new AzuriteException(
                    $"No Azurite answers at {at}, and there is none to start: no package.json with azurite among its "
                    + "dependencies was found above the working directory. Start Azurite yourself, "
                    + $"or set {StorageConnection.Key}.");
            }

            await UseForeignAsync(at, ownKey: null, cancellation);
        }
    }

    /// <summary>
    /// Somebody else's Azurite is used with the key that everybody knows, where this repository never had one of its own at that
    /// port: then it is nobody's but a stranger's.
    /// </summary>
    private async Task UseForeignAsync(Uri at, string? ownKey, CancellationToken cancellation)
    {
        if (storage.GivenAzuriteKey is null)
        {
            Use(
                at,
                await KeyTakenAsync(at, ownKey, ownIsDemanded: true, cancellation),
                "Start the mesh without it, and it starts its own.");
        }
    }

    private async Task<string> KeyTakenAsync(Uri at, string? ownKey, bool ownIsDemanded, CancellationToken cancellation) =>
        ownKey is not null && await AzuriteProbe.TakesAsync(at, ownKey, cancellation) ? ownKey
        : (ownKey is null || !ownIsDemanded) && await AzuriteProbe.TakesAsync(at, AzuriteKey.WellKnown, cancellation)
            ? AzuriteKey.WellKnown
        : throw new AzuriteException(
            $"The Azurite at {at} is not this repository's own: it does not take "
            + (ownKey is null
                ? "the key that comes with every Azurite"
                : $"the key in {AzuriteKey.FileIn(FolderOf(installation!, at))}")
            + $". End it, or set {StorageConnection.Key} to its connection string "
            + "with its AccountKey, or to one with another BlobEndpoint.");

    private void Use(Uri at, string key, string advice)
    {
        if (key == AzuriteKey.WellKnown)
        {
            logger.KeyIsKnown(at, advice);
        }

        storage.UseAzuriteKey(key);
    }

    // Null when somebody else's Azurite answers already.
    private async Task<AzuriteProcess?> ObtainAsync(AzuriteInstallation source, Uri at, CancellationToken cancellation)
    {
        var folder = FolderOf(source, at);
        if (!Directory.Exists(folder) && await AzuriteProbe.AskAsync(at, cancellation) is AzuritePresence.Present)
        {
            logger.UsesForeignAzurite(at);
            await UseForeignAsync(at, ownKey: null, cancellation);
            return null;
        }

        PrivateFolder.Ensure(source.DataRoot);
        using var alone = await AloneAsync(folder, at, cancellation);
        if (AzuriteRecord.Read(folder) is { } record)
        {
            record.Enter().Write(folder);
            logger.AdoptedAzurite(at);
            var adopted = AzuriteProcess.Adopt(record.Azurite, source, at, folder, time, logger);
            await adopted.WaitUntilItAnswersAsync(cancellation);
            adopted.AccountKey = storage.GivenAzuriteKey
                ?? await KeyTakenAsync(at, AzuriteKey.Find(folder), ownIsDemanded: false, cancellation);
            Use(
                at,
                adopted.AccountKey,
                "An older version has started it; stop all hosts that use it, and the next gives it a key of its own.");
            return adopted;
        }

        switch (await AzuriteProbe.AskAsync(at, cancellation))
        {
            case AzuritePresence.Absent:
                await source.EnsureAsync(time, logger, cancellation);
                return await StartAsync(source, at, folder, cancellation);

            case AzuritePresence.Present:
                logger.UsesForeignAzurite(at);
                await UseForeignAsync(at, AzuriteKey.Find(folder), cancellation);
                return null;

            default:
                throw new AzuriteException(
                    $"Port {at.Port} is taken by something that does not answer as Azurite does. Free the port, or set "
                    + $"{StorageConnection.Key} to a connection string with another BlobEndpoint.");
        }
    }

    private async Task<AzuriteProcess> StartAsync(
        AzuriteInstallation source, Uri at, string folder, CancellationToken cancellation)
    {
        var begin = time.GetTimestamp();
        var azurite = await AzuriteProcess.LaunchAsync(
            source, at, folder, storage.GivenAzuriteKey, time, logger, cancellation);

        // At once: a host that is killed while it waits must not leave an Azurite behind that no host feels responsible for.
        new AzuriteRecord(azurite.Identity, [ProcessIdentity.Current]).Write(folder);
        storage.UseAzuriteKey(azurite.AccountKey);
        await azurite.WaitUntilItAnswersAsync(cancellation);
        logger.StartedAzurite(at, time.GetElapsedTime(begin).TotalSeconds, folder);
        return azurite;
    }

    private async Task WatchAsync(AzuriteInstallation source, Uri at, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(WatchInterval, time, cancellation);
            if (Azurite is { } azurite && !azurite.Identity.IsProvablyDead())
            {
                await TendAsync(azurite, FolderOf(source, at), cancellation);
            }
            else if (Azurite is not null)
            {
                logger.AzuriteDied(at);
                try
                {
                    Azurite = await ObtainAsync(source, at, cancellation);
                }
                catch (AzuriteException e)
                {
                    logger.AzuriteStaysDown(at, e);
                }
            }
        }
    }

    /// <summary>
    /// Looks whether it saves, keeps it at it, and ends one that fails at everything: it is started again then.
    /// </summary>
    private async Task TendAsync(AzuriteProcess azurite, string folder, CancellationToken cancellation)
    {
        var before = Saves.Trouble;
        Saves.Look(azurite.Identity, folder);
        if (Saves.Trouble is { } trouble && before is null)
        {
            logger.AzuriteSavesNothing(azurite.Endpoint, trouble);
        }
        else if (before is not null && Saves.Trouble is null)
        {
            logger.AzuriteSavesAgain(azurite.Endpoint);
        }

        await _pulse.FeelAsync(write: Saves.IsWanted, cancellation);
        if (_pulse.IsFailing && !Saves.IsDiskFull)
        {
            logger.AzuriteFails(azurite.Endpoint, AzuritePulse.Patience.TotalSeconds);
            await azurite.StopAsync();
            _pulse.Begin();
        }
    }

    private async Task EndAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAny(Task.WhenAll(_started ?? Task.CompletedTask, _watching));
        if (Azurite is not { } azurite)
        {
            return;
        }

        var folder = FolderOf(installation!, azurite.Endpoint);
        using var alone = await AloneAsync(folder, azurite.Endpoint, CancellationToken.None);
        var record = AzuriteRecord.Read(folder)?.Leave();
        record?.Write(folder);
        if (record?.Hosts.Count > 0)
        {
            logger.LeavesAzurite(azurite.Endpoint);
        }
        else
        {
            await azurite.StopAsync();
            logger.StoppedAzurite(azurite.Endpoint);
        }
    }

    private Task<FileLock> AloneAsync(string folder, Uri at, CancellationToken cancellation) =>
        FileLock.TakeAsync(Path.Combine(folder, "azurite.lock"), time, () => logger.WaitsForOtherHost(at), cancellation);

    // Two Azurites must never share their data.
    private static string FolderOf(AzuriteInstallation source, Uri at) =>
        Path.Combine(source.DataRoot, at.Port.ToString(CultureInfo.InvariantCulture));
}
