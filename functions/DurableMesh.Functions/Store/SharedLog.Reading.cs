using System.Runtime.CompilerServices;
using DurableMesh.TaskHub.Storage;

namespace DurableMesh.Functions.Store;

/// <content>Reading what lies in the blobs: at the start, after a lost race, and after the storage forgot something.</content>
internal sealed partial class SharedLog<T>
{
    /// <summary>Reads lines that were ingested before, a window at a time.</summary>
    /// <param name="from">A position before a line.</param>
    /// <param name="to">The position after the last line.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async IAsyncEnumerable<IReadOnlyList<(LogSpan At, ReadOnlyMemory<byte> Line)>> ReadLinesAsync(
        LogPosition from, LogPosition to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (segment, offset) = (from.Segment, from.Offset);
        for (var window = (long)options.ScanBytes; segment < to.Segment || (segment == to.Segment && offset < to.Offset);)
        {
            var wanted = segment == to.Segment ? Math.Min(window, to.Offset - offset) : window;
            var chunk = await blobs.ReadAsync(NameOf(segment), offset, wanted, cancellation);
            var lines = new List<(LogSpan, ReadOnlyMemory<byte>)>();
            var isSealed = false;
            while (!isSealed && chunk.Span.IndexOf((byte)'\n') is >= 0 and var length)
            {
                isSealed = chunk.Span[..length].SequenceEqual(Seal.AsSpan()[..^1]);
                if (!isSealed)
                {
                    lines.Add((new LogSpan(segment, offset, length), chunk[..length]));
                }

                (chunk, offset) = (chunk[(length + 1)..], offset + length + 1);
            }

            window = lines.Count == 0 && !isSealed ? window * 2 : options.ScanBytes;
            if (lines.Count == 0 && !isSealed && chunk.Length < wanted)
            {
                throw new LogCorruptException($"{NameOf(segment)} does not end in a line feed after byte {offset}.");
            }

            yield return lines;
            (segment, offset) = isSealed ? (segment + 1, 0) : (segment, offset);
        }
    }

    /// <summary>
    /// Begins where the index wants it. What lies shortly before that was read by nobody, but may be forgotten too.
    /// </summary>
    private async Task BeginAsync(IReadOnlyList<BlobLength> listed, CancellationToken cancellation)
    {
        var end = listed is [.., var last] ? new LogPosition(listed.Count, (int)last.Length) : LogPosition.Beginning;
        _begin ??= await index.BeginAsync(new LogEnd(end, ReadAsync), cancellation);
        if (_begin is not { } begin || begin == LogPosition.Beginning)
        {
            return;
        }

        var read = new List<UnsavedBlock>();
        for (var at = Math.Max(begin.Offset - MaximumReadBytes, 0); at < begin.Offset; at += options.ScanBytes)
        {
            var count = Math.Min(options.ScanBytes, begin.Offset - at);
            var content = await blobs.ReadAsync(NameOf(begin.Segment), at, count, cancellation);
            read.Add(new UnsavedBlock(begin.Segment, at, content) { At = time.GetTimestamp() });
        }

        (_segment, _position) = (begin.Segment, begin.Offset);
        read.ForEach(block => _unsaved.AddRead(block, MaximumReadBytes));
    }

    private async Task CatchUpAsync(LineBatch<T> batch, CancellationToken cancellation)
    {
        while (true)
        {
            var length = await WholeLengthAsync(cancellation);
            if (await IsOursAsync(batch, length, cancellation))
            {
                Ingest(batch);
            }

            if (!await ScanAsync(length, cancellation))
            {
                return;
            }
        }
    }

    /// <summary>How long the current segment is, once the storage has all that this host knows of the log.</summary>
    private async Task<long> WholeLengthAsync(CancellationToken cancellation)
    {
        var length = await blobs.GetLengthAsync(NameOf(_segment), cancellation);
        if (length is null || length < _position || (_position == 0 && !await HasPreviousAsync(cancellation)))
        {
            await WriteAgainAsync(cancellation);
        }

        return Math.Max(length ?? 0, _position);
    }

    /// <summary>
    /// Whether the segment before one that is still empty has its end. A storage that has forgotten that takes a new segment all
    /// the same; one that forgets it later forgets the new segment too, and an append finds no place.
    /// </summary>
    private async Task<bool> HasPreviousAsync(CancellationToken cancellation) =>
        _unsaved.All.LastOrDefault(block => block.Segment < _segment) is not { } last
        || await blobs.GetLengthAsync(NameOf((int)last.Segment), cancellation) >= last.Position + last.Content.Length;

    private async Task<bool> IsOursAsync(LineBatch<T> batch, long length, CancellationToken cancellation)
    {
        if (batch.Written || batch.Bytes.IsEmpty || length - _position < batch.Bytes.Length)
        {
            return false;
        }

        var found = await blobs.ReadAsync(NameOf(_segment), _position, batch.Bytes.Length, cancellation);
        return found.Span.SequenceEqual(batch.Bytes.Span);
    }

    /// <summary>
    /// Ingests the segment up to <paramref name="length"/>; true when it turned out to be sealed, so that the next one is
    /// current.
    /// </summary>
    private async Task<bool> ScanAsync(long length, CancellationToken cancellation)
    {
        Task<ReadOnlyMemory<byte>>? ahead = null;
        try
        {
            for (var window = (long)options.ScanBytes; _position < length;)
            {
                var chunk = await (ahead ?? ReadAsync(_position, window));
                ahead = null;
                var end = chunk.Span.LastIndexOf((byte)'\n') + 1;
                if (end == 0 && chunk.Length < length - _position)
                {
                    window *= 2;
                    continue;
                }

                if (end == 0)
                {
                    throw new LogCorruptException($"{NameOf(_segment)} does not end in a line feed after byte {_position}.");
                }

                // The storage is at work on the next window while this one is taken in.
                ahead = _position + end < length ? ReadAsync(_position + end, window) : null;
                _unsaved.AddRead(Here(chunk[..end]), MaximumReadBytes);
                if (Ingest(chunk[..end]))
                {
                    await NextSegmentAsync(cancellation);
                    return true;
                }
            }

            return false;
        }
        finally
        {
            if (ahead is not null)
            {
                await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        Task<ReadOnlyMemory<byte>> ReadAsync(long from, long window) =>
            blobs.ReadAsync(NameOf(_segment), from, Math.Min(window, length - from), cancellation);
    }

    private bool Ingest(ReadOnlyMemory<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var length = lines.Span.IndexOf((byte)'\n');
            var line = lines[..length];
            lines = lines[(length + 1)..];
            if (line.Span.SequenceEqual(Seal.AsSpan()[..^1]))
            {
                return true;
            }

            index.Ingest(new LogSpan(_segment, _position, length), Read(line));
            _position += length + 1;
        }

        return false;
    }

    private T Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            return index.Read(line);
        }
        catch (Exception e)
        {
            throw new LogCorruptException($"{NameOf(_segment)} holds no readable record at byte {_position}: {e.Message}", e);
        }
    }

    private async Task WriteAgainAsync(CancellationToken cancellation)
    {
        var forgotten = 0L;
        foreach (var group in _unsaved.All.Append(Here(default)).GroupBy(block => (int)block.Segment))
        {
            var name = NameOf(group.Key);
            var length = await blobs.GetLengthAsync(name, cancellation);
            if (length is null)
            {
                // It may have forgotten a young store as a whole.
                await blobs.EnsureContainerAsync(cancellation);
                await blobs.CreateAppendBlobAsync(name, cancellation);
            }

            var end = length ?? 0;
            foreach (var block in group.Where(block => block.Position + block.Content.Length > end))
            {
                if (block.Position > end)
                {
                    throw new LogCorruptException(
                        $"{name} has lost acknowledged bytes: it ends at {end}, nothing before {block.Position} is remembered.");
                }

                var blocks = await blobs.AppendAsync(name, end, block.Content[(int)(end - block.Position)..], cancellation);
                _blockCount = group.Key == _segment ? blocks : _blockCount;
                _unsaved.WrittenAgain(block, time.GetTimestamp());
                forgotten += block.Content.Length;
                end = block.Position + block.Content.Length;
            }
        }

        Interlocked.Increment(ref _timesWrittenAgain);
        LogWrittenAgain(folder, forgotten);
    }
}
