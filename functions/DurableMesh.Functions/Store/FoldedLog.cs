using System.Text.Json;
using DurableMesh.Core.Changes;

namespace DurableMesh.Functions.Store;

/// <summary>
/// A small state that all hosts share: a fold of its own <see cref="SharedLog{T}"/> of changes, whole in memory. Whoever asks for a
/// change is told what the fold made of it.
/// </summary>
internal sealed class FoldedLog<TState, TChange> : ILogIndex<Proposal<TChange>>, IAsyncDisposable
    where TState : class, IFolded<TState, TChange>
{
    // Whoever else may write is heard of within this time: a revoked key works no longer anywhere.
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(1);

    private readonly SharedLog<Proposal<TChange>> _log;
    private readonly TimeProvider _time;
    private volatile TState _state = TState.Empty;

    /// <param name="blobs">Where the log lies.</param>
    /// <param name="folder">The log's name.</param>
    /// <param name="patience">How long a call waits for the storage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of outages.</param>
    public FoldedLog(IBlobs blobs, string folder, TimeSpan patience, TimeProvider time, ILogger logger)
    {
        _time = time;
        var options = new SharedLogOptions { Patience = patience, TrustedFor = TrustedFor };
        _log = new SharedLog<Proposal<TChange>>(blobs, folder, this, options, time, logger);
    }

    /// <summary>Starts reading the log.</summary>
    public void Start() => _log.Start();

    /// <summary>The state, at most a second old.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public async ValueTask<TState> ReadAsync(CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        await _log.FreshenAsync(cancellation);
        return _state;
    }

    /// <summary>Asks for a change; returns when its fate is durable: the state after it, and why it was refused if it was.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time; the change may still happen.</exception>
    public async Task<ChangeResult<TState>> ChangeAsync(TChange change, string by, CancellationToken cancellation)
    {
        await _log.WhenOpenAsync(cancellation);
        var proposal = new Proposal<TChange>(new LoggedChange<TChange>(_time.GetUtcNow(), by, change));
        var line = JsonSerializer.SerializeToUtf8Bytes(proposal.Logged, AppJson.TypeInfo<LoggedChange<TChange>>());
        await _log.AppendAsync(proposal, line, cancellation);
        return new ChangeResult<TState>(_state, proposal.Refusal);
    }

    /// <summary>Lets go of what is kept only in case that the storage forgets it.</summary>
    public void Trim() => _log.Trim();

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    Proposal<TChange> ILogIndex<Proposal<TChange>>.Read(ReadOnlyMemory<byte> line) =>
        new(JsonSerializer.Deserialize(line.Span, AppJson.TypeInfo<LoggedChange<TChange>>())!);

    void ILogIndex<Proposal<TChange>>.Ingest(LogSpan at, Proposal<TChange> proposal)
    {
        var result = _state.Apply(proposal.Logged.Change, proposal.Logged.At, proposal.Logged.By);
        _state = result.State;
        proposal.Refusal = result.Refusal;
    }
}

/// <summary>One line of a <see cref="FoldedLog{TState,TChange}"/>.</summary>
/// <param name="At">When the change was asked for.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Change">The change.</param>
internal sealed record LoggedChange<TChange>(DateTimeOffset At, string By, TChange Change);

/// <summary>A change on its way through the log, and what the fold said to it.</summary>
internal sealed class Proposal<TChange>(LoggedChange<TChange> logged)
{
    public LoggedChange<TChange> Logged => logged;

    /// <summary>Why it was refused; null where it was not, or the fold has not seen it yet.</summary>
    public ChangeRefusal? Refusal { get; set; }
}
