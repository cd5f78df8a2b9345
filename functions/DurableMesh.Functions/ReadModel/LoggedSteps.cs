using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.ReadModel;

/// <summary>
/// The threads' log as the read model takes it in: the records in order, with the beginnings of the large bodies that they name.
/// The newest are in memory; a model that is far behind reads the log again.
/// </summary>
internal sealed class LoggedSteps(BlobThreadLog log, BlobBodyStore bodies)
{
    private const int StepsAtOnce = 4096;
    private const int BytesAtOnce = 16 * 1024 * 1024;
    private const int BodiesAtOnce = 8;

    /// <summary>The store; 0 as long as it has no thread.</summary>
    public ulong Store => log.Store;

    /// <summary>Waits until the whole log has been read once.</summary>
    public ValueTask WhenOpenAsync(CancellationToken cancellation) => log.WhenOpenAsync(cancellation);

    /// <summary>The next news; nobody who must hear it at once asks for it.</summary>
    public Task NextChange() => log.News.Next(Changes.AnyEvent);

    /// <summary>Looks whether tables were made of this log, and of no more of it than there is.</summary>
    /// <exception cref="ReadModelStaleException">They were not.</exception>
    public async ValueTask CheckAsync(ReadModelProgress progress, CancellationToken cancellation)
    {
        if (progress.Store != 0 && progress.Store != Store)
        {
            throw new ReadModelStaleException("it is of another store");
        }

        await progress.CheckAsync(new LogEnd(log.Tail.End, log.ReadLineAsync), cancellation);
    }

    /// <summary>All that there is from a position on, in batches.</summary>
    public async IAsyncEnumerable<StepBatch> ReadAsync(
        LogPosition from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            if (!log.Tail.TryRead(from, StepsAtOnce, out var slots, out var end))
            {
                await foreach (var batch in ScanAsync(from, log.Tail.End, cancellation))
                {
                    yield return batch;
                    from = batch.After;
                }
            }
            else if (end <= from)
            {
                yield break;
            }
            else
            {
                EntryPlace[] places = [.. slots.Select(slot => new EntryPlace(slot.At, 0))];
                var records = await log.ReadRecordsAsync(places, cancellation);
                LoggedStep[] steps = [.. places.Zip(records, (place, record) => new LoggedStep(place.Record, record))];
                yield return await BatchAsync(steps, end, cancellation);
                from = end;
            }
        }
    }

    /// <summary>Reads the log again; the next batch is read while the one before is taken in.</summary>
    private async IAsyncEnumerable<StepBatch> ScanAsync(
        LogPosition from, LogPosition to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var batches = Channel.CreateBounded<StepBatch>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => ScanAsync(from, to, batches.Writer, stopping.Token), stopping.Token);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellation))
            {
                yield return batch;
            }
        }
        finally
        {
            await stopping.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ScanAsync(
        LogPosition from, LogPosition to, ChannelWriter<StepBatch> batches, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            var (steps, bytes, after) = (new List<LoggedStep>(), 0, from);
            await foreach (var lines in log.ReadLinesAsync(from, to, cancellation))
            {
                foreach (var (at, line) in lines)
                {
                    after = at.After;
                    steps.Add(new LoggedStep(
                        at, JsonSerializer.Deserialize(line.Span, AppJson.TypeInfo<ThreadRecord>())!));
                    bytes += line.Length;
                }

                if (steps.Count >= StepsAtOnce || bytes >= BytesAtOnce)
                {
                    await batches.WriteAsync(await BatchAsync(steps, after, cancellation), cancellation);
                    (steps, bytes) = ([], 0);
                }
            }

            await batches.WriteAsync(await BatchAsync(steps, to, cancellation), cancellation);
        }
        catch (Exception e)
        {
            failure = e;
        }

        batches.Complete(failure);
    }

    private async ValueTask<StepBatch> BatchAsync(
        IReadOnlyList<LoggedStep> steps, LogPosition after, CancellationToken cancellation)
    {
        string[] large =
        [
            .. steps.SelectMany(step => step.Record.Entries).Select(entry => BodyOf(entry.Event))
                .Where(body => body is { Inline: null }).Select(body => body!.Sha256).Distinct(),
        ];
        var found = new ConcurrentDictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        if (large.Length > 0)
        {
            await Parallel.ForEachAsync(
                large,
                new ParallelOptions { MaxDegreeOfParallelism = BodiesAtOnce, CancellationToken = cancellation },
                async (sha256, token) =>
                {
                    if (await bodies.FindBeginningAsync(sha256, MessageText.MaxBodyBytes, token) is { } beginning)
                    {
                        found[sha256] = beginning;
                    }
                });
        }

        return new StepBatch(steps, found, after);
    }

    private static MessageBody? BodyOf(ThreadEvent happened) => happened switch
    {
        ThreadOpening opening => opening.Thread.Body,
        MessageAccepted { Message.Kind: not MessageKind.Brief } accepted => accepted.Message.Body,
        _ => null,
    };
}

/// <summary>Records to take in.</summary>
/// <param name="Steps">The records.</param>
/// <param name="Bodies">The beginnings of large bodies that they name, by their hashes.</param>
/// <param name="After">The position after them.</param>
internal sealed record StepBatch(
    IReadOnlyList<LoggedStep> Steps, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Bodies, LogPosition After);
