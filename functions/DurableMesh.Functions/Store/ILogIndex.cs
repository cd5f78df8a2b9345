using System.Text.Json.Serialization;

namespace DurableMesh.Functions.Store;

/// <summary>
/// What a <see cref="SharedLog{T}"/> keeps up to date in memory: it is told every record, once, in the log's order.
/// </summary>
/// <typeparam name="T">What a line of the log means.</typeparam>
internal interface ILogIndex<T>
{
    /// <summary>Where the reading begins: what lies before is known already.</summary>
    /// <param name="log">The log as it is in the storage.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="StoreUnavailableException">The storage has not answered; it is asked again.</exception>
    ValueTask<LogPosition> BeginAsync(LogEnd log, CancellationToken cancellation) => new(LogPosition.Beginning);

    /// <summary>Reads one line (without its line feed). Throws whatever it likes when the line makes no sense.</summary>
    T Read(ReadOnlyMemory<byte> line);

    /// <summary>
    /// Takes in one record that is durable now. Must not throw and must not wait: the log stands still meanwhile.
    /// </summary>
    void Ingest(LogSpan at, T record);
}

/// <summary>Where one line lies.</summary>
/// <param name="Segment">The segment's number.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its length in bytes, without the line feed.</param>
internal readonly record struct LogSpan(int Segment, int Offset, int Length)
{
    /// <summary>The position before it.</summary>
    [JsonIgnore]
    public LogPosition Position => new(Segment, Offset);

    /// <summary>The position after it.</summary>
    [JsonIgnore]
    public LogPosition After => new(Segment, Offset + Length + 1);
}
