using System.Text;

namespace DurableMesh.TaskHub.Log;

/// <summary>Reads what <see cref="LogWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">Any read beyond the end or of an impossible value.</exception>
internal ref struct LogReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>Whether all bytes were read.</summary>
    public readonly bool AtEnd => _position >= _bytes.Length;

    /// <summary>The bytes that were not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _bytes[_position..];

    /// <inheritdoc cref="LogWriter.Byte"/>
    public byte Byte() => _position < _bytes.Length ? _bytes[_position++] : throw Truncated();

    /// <inheritdoc cref="LogWriter.Number"/>
    public long Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw new InvalidDataException("A number in the log is longer than 64 bits.");
    }

    /// <summary>A number that must fit into 32 bits.</summary>
    public int Int() => Number() is var value and >= 0 and <= int.MaxValue
        ? (int)value
        : throw new InvalidDataException("A number in the log is out of range.");

    /// <inheritdoc cref="LogWriter.Text"/>
    public string? Text()
    {
        int length = Int() - 1;
        return length < 0 ? null : Encoding.UTF8.GetString(Raw(length));
    }

    /// <summary>A string that may not be null.</summary>
    public string RequiredText() => Text() ?? throw new InvalidDataException("A name in the log is missing.");

    /// <inheritdoc cref="LogWriter.Instant"/>
    public DateTime Instant() => Number() is var ticks && ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
        ? new DateTime(ticks, DateTimeKind.Utc)
        : throw new InvalidDataException("An instant in the log is out of range.");

    /// <summary>An instant whose ticks are zero where there is none.</summary>
    public DateTime? OptionalInstant() => Instant() is { Ticks: > 0 } instant ? instant : null;

    /// <inheritdoc cref="LogWriter.Raw"/>
    public ReadOnlySpan<byte> Raw(int length)
    {
        if (length < 0 || length > _bytes.Length - _position)
        {
            throw Truncated();
        }

        ReadOnlySpan<byte> span = _bytes.Slice(_position, length);
        _position += length;
        return span;
    }

    private static InvalidDataException Truncated() => new("A record of the log ends too early.");
}
