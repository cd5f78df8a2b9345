using System.Buffers.Binary;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>
/// Cursors as callers see them: sealed with a secret of the store, so that nobody reads from one how much others have to say,
/// nobody makes one up, and one of another store is known as such.
/// </summary>
internal sealed class EventCursors(IBlobs blobs)
{
    private const int PlainBytes = sizeof(ulong) + (9 * sizeof(int));

    private readonly StoreSeal _seal = new(new StoreSecret(blobs, "event-cursors"));

    /// <summary>Makes it ready.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public ValueTask OpenAsync(CancellationToken cancellation) => _seal.ReadyAsync(cancellation);

    /// <summary>A cursor as text: another one each time.</summary>
    public string Seal(EventCursor cursor)
    {
        Span<byte> plain = stackalloc byte[PlainBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(plain, cursor.Store);
        var at = sizeof(ulong);
        foreach (var position in (ReadOnlySpan<LogPosition>)[cursor.Threads, cursor.Tasks, cursor.Reach])
        {
            foreach (var number in (ReadOnlySpan<int>)[position.Segment, position.Offset, position.Index])
            {
                BinaryPrimitives.WriteInt32LittleEndian(plain[at..], number);
                at += sizeof(int);
            }
        }

        return _seal.Close(plain);
    }

    /// <summary>The cursor of a text.</summary>
    /// <exception cref="UnknownPositionException">This store never gave it.</exception>
    public EventCursor Open(string text)
    {
        if (_seal.Open(text) is not { Length: PlainBytes } opened)
        {
            throw new UnknownPositionException();
        }

        ReadOnlySpan<byte> plain = opened;
        Span<int> numbers = stackalloc int[9];
        for (var n = 0; n < numbers.Length; n++)
        {
            numbers[n] = BinaryPrimitives.ReadInt32LittleEndian(plain[(sizeof(ulong) + (n * sizeof(int)))..]);
        }

        return new EventCursor(
            BinaryPrimitives.ReadUInt64LittleEndian(plain),
            new LogPosition(numbers[0], numbers[1], numbers[2]),
            new LogPosition(numbers[3], numbers[4], numbers[5]),
            new LogPosition(numbers[6], numbers[7], numbers[8]));
    }
}
