using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Events;

/// <summary>
/// Cursors as callers see them: sealed with a secret of the store, so that nobody reads from one how much others have to say,
/// nobody makes one up, and one of another store is known as such.
/// </summary>
internal sealed class EventCursors(IBlobs blobs)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int PlainBytes = sizeof(ulong) + (9 * sizeof(int));
    private const int SealedBytes = NonceBytes + PlainBytes + TagBytes;

    private readonly StoreSecret _secret = new(blobs, "event-cursors");
    private readonly Lock _gate = new();
    private volatile AesGcm? _key;

    /// <summary>Makes it ready.</summary>
    /// <exception cref="StoreUnavailableException">The storage has not answered in time.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellation) =>
        _key ??= new AesGcm(await _secret.ReadAsync(cancellation), TagBytes);

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

        Span<byte> closed = stackalloc byte[SealedBytes];
        var nonce = closed[..NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        lock (_gate)
        {
            _key!.Encrypt(nonce, plain, closed.Slice(NonceBytes, PlainBytes), closed[^TagBytes..]);
        }

        return Base64Url.EncodeToString(closed);
    }

    /// <summary>The cursor of a text.</summary>
    /// <exception cref="UnknownPositionException">This store never gave it.</exception>
    public EventCursor Open(string text)
    {
        Span<byte> closed = stackalloc byte[SealedBytes];
        Span<byte> plain = stackalloc byte[PlainBytes];
        if (text.Length != Base64Url.GetEncodedLength(SealedBytes)
            || !Base64Url.TryDecodeFromChars(text, closed, out var written) || written != SealedBytes)
        {
            throw new UnknownPositionException();
        }

        try
        {
            lock (_gate)
            {
                _key!.Decrypt(closed[..NonceBytes], closed.Slice(NonceBytes, PlainBytes), closed[^TagBytes..], plain);
            }
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new UnknownPositionException();
        }

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
