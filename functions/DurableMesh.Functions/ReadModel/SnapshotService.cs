using DurableMesh.Functions.Store;
using DurableMesh.LocalHost;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.ReadModel;

/// <summary>
/// Takes snapshots of the read model's file: where there is enough that the newest one does not have, and not too often. Of hosts
/// that take turns only the one that owns the task hub does.
/// </summary>
internal sealed partial class SnapshotService(
    ReadModelState state,
    Snapshots snapshots,
    IOptions<MeshOptions> options,
    TimeProvider time,
    ILogger<SnapshotService> logger,
    IHubTerm? term = null) : BackgroundService
{
    /// <summary>A start reads so much of the log in a second or two.</summary>
    internal const int EnoughBytes = 32 * 1024 * 1024;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Takes a snapshot where there is a reason to; answers it. Never fails.</summary>
    internal async Task<Snapshot?> LookAsync(CancellationToken cancellation)
    {
        if (time.GetUtcNow() < _next || state.Past is not { } past || term is { Current: null })
        {
            return null;
        }

        try
        {
            var newest = await snapshots.ListAsync(cancellation) is [var name, ..] ? Snapshot.PositionOf(name) : null;
            if (!IsFarBehind(newest ?? LogPosition.Beginning, past.Position))
            {
                return null;
            }

            // However long it takes, and whether it works: the next one is not sooner.
            _next = time.GetUtcNow() + options.Value.ReadModel.SnapshotEvery;
            var taken = await snapshots.TakeAsync(past.Path, cancellation);
            LogTaken(taken.Name, taken.Bytes / (1024 * 1024));
            return taken;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            LogNotTaken(e.Message);
            return null;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await LookAsync(stoppingToken);
        }
    }

    private static bool IsFarBehind(LogPosition taken, LogPosition position) =>
        taken.Segment != position.Segment || position.Offset - taken.Offset >= EnoughBytes;

    [LoggerMessage(
        Level = LogLevel.Information, Message = "A snapshot of the read model was taken: {Name}, {Megabytes} MiB.")]
    private partial void LogTaken(string name, long megabytes);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No snapshot of the read model could be taken; a start reads more of the log: {Reason}")]
    private partial void LogNotTaken(string reason);
}
