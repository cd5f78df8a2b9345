using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Events;
using Microsoft.Extensions.Options;

namespace DurableMesh.Functions.Store;

/// <summary><see cref="IThreadLog"/> over one shared log in append blobs.</summary>
internal sealed class BlobThreadLog : IThreadLog, IStoreLog, IAsyncDisposable
{
    private static readonly TimeSpan Attention = TimeSpan.FromSeconds(20);

    private readonly Changes _changes = new();
    private readonly TimeProvider _time;
    private readonly RecordReader _records;
    private readonly ThreadIndex _index;
    private readonly SharedLog<RecordOutline> _log;
    private long _listened;

    public BlobThreadLog(
        IBlobs blobs, IOptions<MeshOptions> options, TimeProvider time, ILogger<BlobThreadLog> logger, IPast? past = null)
    {
        past ??= NoPast.Instance;
        var store = options.Value.Store;
        _time = time;
        SharedByHosts = store.SharedByHosts == true;
        _records = new RecordReader(store.CacheMegabytes * 1024L * 1024L, ReadLineAsync);
        Ledger = new MeshLedger(ReadyAsync, time, past);
        Tail = new EventTail(options.Value.Events.Retention);
        _index = new ThreadIndex(_records, _changes, Ledger, Tail, News, past);
        _log = new(blobs, "threads", _index, new SharedLogOptions { Patience = store.Patience }, time, logger);
    }

    /// <summary>What is counted over all threads.</summary>
    public MeshLedger Ledger { get; }

    /// <summary>Where the newest records lie that have events.</summary>
    public EventTail Tail { get; }

    /// <summary>Wakes whoever waits for events, of threads or others.</summary>
    public Changes News { get; } = new();

    /// <summary>Tells this store from every other; 0 as long as it has no thread.</summary>
    public ulong Store => _index.Store;

    /// <summary>Whether other hosts write to the log too.</summary>
    public bool SharedByHosts { get; }

    /// <summary>Whether somebody has begun to wait for news lately.</summary>
    public bool HasListeners => _time.GetElapsedTime(Volatile.Read(ref _listened)) < Attention;

    public string Folder => _log.Folder;

    public string? Trouble => _log.Trouble;

    /// <summary>Starts reading the log.</summary>
    public void Start() => _log.Start();

    public async Task<StoredSteps?> AppendAsync(ThreadRecord record, CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        record = record with { Proof = null };
        var outline = RecordOutline.Of(record);
        if (_index.Find(record.ThreadId) is { } thread && !thread.IsFollowedBy(outline))
        {
            if (thread.EndsWith(outline))
            {
                return null;
            }

            await _log.RefreshAsync(cancellation);
        }

        if (_index.Find(record.ThreadId)?.IsFollowedBy(outline) != false)
        {
            // Another host may be faster. Whichever step comes first in the log counts, and every reader sees it so.
            var line = JsonSerializer.SerializeToUtf8Bytes(record, AppJson.TypeInfo<ThreadRecord>());
            await _log.AppendAsync(outline, line, cancellation);
        }

        return outline.Counts ? null : await InsteadOfAsync(record, cancellation);
    }

    public async ValueTask<StoredThread?> FindAsync(string threadId, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return _index.Find(threadId)?.Thread;
    }

    public int TimesWrittenAgain => _log.TimesWrittenAgain;

    public async ValueTask<string?> FindEndWithoutAsync(string threadId, string hash, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        if (hash == ContentHash.Genesis || _index.Find(threadId)?.EndsWith(hash) == true)
        {
            return null;
        }

        var transcript = await ReadTranscriptAsync(threadId, cancellation);
        return transcript.Any(entry => entry.Hash == hash) ? null : EndOf(transcript);
    }

    public bool Knows(string threadId) => _index.Find(threadId) is not null;

    public async ValueTask<IReadOnlyList<TranscriptEntry>> ReadTranscriptAsync(string threadId, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var places = _index.Find(threadId)?.Transcript() ?? [];
        var read = await _records.ReadAsync(places, cancellation);
        return [.. places.Zip(read, (place, record) => record.Entries[place.Index])];
    }

    public async ValueTask<IReadOnlyList<StoredMessage>> ReadMessagesAsync(
        string threadId, int after, int limit, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return await ReadMessagesAsync(_index.Find(threadId)?.Messages(after, limit) ?? [], cancellation);
    }

    public async ValueTask<StoredMessage?> FindMessageAsync(
        string threadId, string from, string messageId, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        var candidates = await ReadMessagesAsync(_index.Find(threadId)?.Candidates(messageId) ?? [], cancellation);
        return candidates.FirstOrDefault(one => one.Accepted.Message is var message
            && message.MessageId == messageId && message.From == from);
    }

    public async ValueTask<ThreadList> ListAsync(
        Func<ThreadView, bool> filter, int limit, LogPosition? before, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return _index.List(filter, limit, before);
    }

    public async ValueTask<ThreadList> ListRunningAsync(
        Func<ThreadView, bool> filter, int limit, LogPosition? before, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return _index.List(filter, limit, before, onlyRunning: true);
    }

    public async ValueTask<IReadOnlyList<ThreadMark>> ListMarksAsync(
        Func<ThreadMark, bool> filter, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return _index.Marks(filter);
    }

    public DateTimeOffset? ChangedAt(string threadId) => _index.Find(threadId)?.ChangedAt;

    public async ValueTask<IReadOnlyList<string>> ListOverdueAsync(DateTimeOffset instant, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return _index.Overdue(instant);
    }

    public async ValueTask<IReadOnlyList<StoredMessage>> ReadInboxAsync(
        string agentId, LogPosition? after, int limit, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return await ReadMessagesAsync(_index.Inbox(agentId, after, limit), cancellation);
    }

    public DateTimeOffset? LastHeard(string agentId) => _index.LastHeard(agentId);

    public Receipt? FindReceipt(string requestId) => _index.FindReceipt(requestId);

    public Task NextChange(string id)
    {
        Volatile.Write(ref _listened, _time.GetTimestamp());
        return _changes.Next(id);
    }

    /// <summary>The next news of events; somebody waits for them.</summary>
    public Task NextEvent(string key)
    {
        Volatile.Write(ref _listened, _time.GetTimestamp());
        return News.Next(key);
    }

    /// <summary>Waits until the whole log has been read once.</summary>
    public ValueTask WhenOpenAsync(CancellationToken cancellation) => _log.WhenOpenAsync(cancellation);

    /// <summary>The position after all that the log holds now.</summary>
    public async ValueTask<LogPosition> EndAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return Tail.End;
    }

    /// <summary>What is known of a thread, as far as the log has been read; null for nothing.</summary>
    public ThreadTrack? Track(string threadId) => _index.Find(threadId);

    /// <summary>Open threads whose time was nearly over at an instant, of which nobody has noted it yet.</summary>
    public IReadOnlyList<ThreadTrack> NearTheirEnd(DateTimeOffset instant) => _index.NearTheirEnd(instant);

    /// <summary>A record that is in memory; null where it is not.</summary>
    public ThreadRecord? FindRecord(LogSpan at) => _records.Find(at);

    /// <summary>Records by their places, in the log's order.</summary>
    public ValueTask<ThreadRecord[]> ReadRecordsAsync(EntryPlace[] places, CancellationToken cancellation) =>
        _records.ReadAsync(places, cancellation);

    /// <summary>Reads some of the log.</summary>
    public Task<ReadOnlyMemory<byte>> ReadLineAsync(LogSpan at, CancellationToken cancellation) =>
        _log.ReadAsync(at, cancellation);

    /// <inheritdoc cref="SharedLog{T}.ReadLinesAsync"/>
    public IAsyncEnumerable<IReadOnlyList<(LogSpan At, ReadOnlyMemory<byte> Line)>> ReadLinesAsync(
        LogPosition from, LogPosition to, CancellationToken cancellation) => _log.ReadLinesAsync(from, to, cancellation);

    public async Task PingAsync(CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        await _log.RefreshAsync(cancellation);
    }

    /// <summary>Lets go of what nobody has asked for lately; an idle host is small.</summary>
    public void Trim()
    {
        _records.Trim();
        Tail.Trim();
        _index.LetGo();
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    /// <summary>What the store has after the entry that a step meant to follow; null where that is the step itself.</summary>
    private async Task<StoredSteps?> InsteadOfAsync(ThreadRecord record, CancellationToken cancellation)
    {
        var thread = _index.Find(record.ThreadId);
        var transcript = await ReadTranscriptAsync(record.ThreadId, cancellation);
        var follows = record.Follows == ContentHash.Genesis
            ? 0
            : transcript.Select(entry => entry.Hash).ToList().IndexOf(record.Follows) + 1;
        if (follows == 0 && record.Follows != ContentHash.Genesis)
        {
            return new StoredSteps([], [], Head: EndOf(transcript));
        }

        string[] answered =
        [
            .. record.Receipts.Select(one => one.RequestId)
                .Where(id => thread?.HasAnswered(id) == true || FindReceipt(id) is not null),
        ];
        TranscriptEntry[] stored = [.. transcript.Skip(follows)];
        var isThere = record.Entries.Count > 0
            && answered.Length == record.Receipts.Count
            && record.Entries.Select(entry => entry.Hash).SequenceEqual(
                stored.Take(record.Entries.Count).Select(entry => entry.Hash));
        return isThere ? null : new StoredSteps(stored, answered);
    }

    private static string EndOf(IReadOnlyList<TranscriptEntry> transcript) =>
        transcript is [.., var last] ? last.Hash : ContentHash.Genesis;

    private async ValueTask ReadyAsync(CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        if (SharedByHosts)
        {
            await _log.RefreshAsync(cancellation);
        }
        else
        {
            // One host writes at a time; but until a moment ago that may have been another one.
            await _log.FreshenAsync(cancellation);
        }
    }

    private async Task<IReadOnlyList<StoredMessage>> ReadMessagesAsync(EntryPlace[] places, CancellationToken cancellation)
    {
        var read = await _records.ReadAsync(places, cancellation);
        return [.. places.Zip(read, (place, record) =>
            new StoredMessage(
                record.ThreadId,
                place.Cursor with { Store = _index.Store },
                (MessageAccepted)record.Entries[place.Index].Event))];
    }
}
