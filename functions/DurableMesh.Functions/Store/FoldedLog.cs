using System.Runtime.CompilerServices;
using System.Text.Json;
using DurableMesh.Core.Changes;

namespace DurableMesh.Functions.Store;

/// <summary>
/// A small state that all hosts share: a fold of its own <see cref="SharedLog{T}"/> of changes, whole in memory. Whoever asks for
/// a change is told what the fold made of it.
/// </summary>
internal sealed partial class FoldedLog<TState, TChange> : ILogIndex<Proposal<TState, TChange>>, IStoreLog, IAsyncDisposable
    where TState : class, IFolded<TState, TChange>
    where TChange : class
{
    // Whoever else may write is heard of within this time: a revoked key works no longer anywhere.
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(1);

    private readonly SharedLog<Proposal<TState, TChange>> _log;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile bool _seedOffered;
    private volatile TState _state = TState.Empty;

    /// <param name="blobs">Where the log lies.</param>
    /// <param name="folder">The log's name.</param>
    /// <param name="patience">How long a call waits for the storage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of outages.</param>
    public FoldedLog(IBlobs blobs, string folder, TimeSpan patience, TimeProvider time, ILogger logger)
    {
        (_folder, _time, _logger) = (folder, time, logger);
        var options = new SharedLogOptions { Patience = patience, TrustedFor = TrustedFor };
        _log = new SharedLog<Proposal<TState, TChange>>(blobs, folder, this, options, time, logger);
    }

    /// <summary>
    /// The change that is asked for before anything else where no change was ever accepted. The fold must refuse it later: two
    /// hosts may offer it at once.
    /// </summary>
    public TChange? Seed { get; init; }

    /// <summary>Is told of every change, in the log's order, what the fold made of it; null for nobody.</summary>
    public IFoldFollower<TState, TChange>? Follower { get; init; }

    /// <summary>Starts reading the log.</summary>
    public void Start() => _log.Start();

    /// <summary>The state, at most a second old.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public async ValueTask<TState> ReadAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        await _log.FreshenAsync(cancellation);
        return _state;
    }

    /// <summary>Waits until the state holds all that was written before this was asked.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public async ValueTask RefreshAsync(CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        await _log.RefreshAsync(cancellation);
    }

    /// <summary>
    /// Asks for a change; returns when its fate is durable: the state after it, and why it was refused if it was.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time; the change may still happen.</exception>
    public async Task<ChangeResult<TState>> ChangeAsync(TChange change, string by, CancellationToken cancellation)
    {
        await ReadyAsync(cancellation);
        return await AppendAsync(change, by, cancellation);
    }

    /// <summary>Waits until the whole log has been read once.</summary>
    public ValueTask WhenOpenAsync(CancellationToken cancellation) => ReadyAsync(cancellation);

    /// <summary>Folds the log again, from its beginning to a position.</summary>
    public async IAsyncEnumerable<FoldStep<TState, TChange>> ReplayAsync(
        LogPosition to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var state = TState.Empty;
        await foreach (var lines in _log.ReadLinesAsync(LogPosition.Beginning, to, cancellation))
        {
            foreach (var (at, line) in lines)
            {
                var logged = ((ILogIndex<Proposal<TState, TChange>>)this).Read(line).Logged;
                var before = state;
                state = before.Apply(logged.Change, logged.At, logged.By).State;
                yield return new FoldStep<TState, TChange>(at, logged, before, state);
            }
        }
    }

    public string Folder => _log.Folder;

    public string? Trouble => _log.Trouble;

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private async ValueTask ReadyAsync(CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        if (!_seedOffered)
        {
            await OfferSeedAsync(cancellation);
            _seedOffered = true;
        }
    }

    private async ValueTask OfferSeedAsync(CancellationToken cancellation)
    {
        const string by = "seed";
        if (Seed is not { } seed || !ReferenceEquals(_state, TState.Empty))
        {
            return;
        }

        if (TState.Empty.Apply(seed, _time.GetUtcNow(), by).Refusal is { } refusal)
        {
            LogSeedRefused(_folder, refusal.Detail);
        }
        else
        {
            await AppendAsync(seed, by, cancellation);
        }
    }

    private async Task<ChangeResult<TState>> AppendAsync(TChange change, string by, CancellationToken cancellation)
    {
        var proposal = new Proposal<TState, TChange>(new LoggedChange<TChange>(Guid.NewGuid(), _time.GetUtcNow(), by, change));
        var line = JsonSerializer.SerializeToUtf8Bytes(proposal.Logged, AppJson.TypeInfo<LoggedChange<TChange>>());
        await _log.AppendAsync(proposal, line, cancellation);
        return proposal.Result!;
    }

    Proposal<TState, TChange> ILogIndex<Proposal<TState, TChange>>.Read(ReadOnlyMemory<byte> line) =>
        new(JsonSerializer.Deserialize(line.Span, AppJson.TypeInfo<LoggedChange<TChange>>())!);

    void ILogIndex<Proposal<TState, TChange>>.Ingest(LogSpan at, Proposal<TState, TChange> proposal)
    {
        var before = _state;
        proposal.Result = before.Apply(proposal.Logged.Change, proposal.Logged.At, proposal.Logged.By);
        _state = proposal.Result.State;
        Follower?.Took(new FoldStep<TState, TChange>(at, proposal.Logged, before, _state));
    }
}

/// <summary>Whoever is told of every change of a <see cref="FoldedLog{TState,TChange}"/>.</summary>
internal interface IFoldFollower<TState, TChange>
{
    /// <summary>Hears of a change. Must not throw and must not wait.</summary>
    void Took(FoldStep<TState, TChange> step);
}

/// <summary>A change, where it lies, and what the fold made of it: the same state where it refused the change.</summary>
internal readonly record struct FoldStep<TState, TChange>(
    LogSpan At, LoggedChange<TChange> Logged, TState Before, TState After);

/// <summary>One line of a <see cref="FoldedLog{TState,TChange}"/>.</summary>
/// <param name="Id">Makes it differ from every other: a host knows by its bytes that a line is its own.</param>
/// <param name="At">When the change was asked for.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Change">The change.</param>
internal sealed record LoggedChange<TChange>(Guid Id, DateTimeOffset At, string By, TChange Change);

/// <summary>A change on its way through the log, and what the fold made of it.</summary>
internal sealed class Proposal<TState, TChange>(LoggedChange<TChange> logged)
{
    public LoggedChange<TChange> Logged => logged;

    /// <summary>The state after it, and why it was refused if it was; null until the fold has seen it.</summary>
    public ChangeResult<TState>? Result { get; set; }
}
