using System.Text;

namespace DurableMesh.TaskHub.Log;

/// <summary>Writes the primitive values of the log format into a growing buffer: varints, UTF-8 strings, UTC ticks.</summary>
internal sealed class LogWriter(int capacity = 1024)
{
    private byte[] _bytes = new byte[capacity];
    private int _length;

    /// <summary>How many bytes were written.</summary>
    public int Length => _length;

    /// <summary>All bytes written so far; invalid after the next write.</summary>
    public Memory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Starts over, keeping the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>One byte.</summary>
    public void Byte(byte value) => Reserve(1)[0] = value;

    /// <summary>An unsigned LEB128 integer: small numbers take one byte.</summary>
    public void Number(long value)
    {
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            Byte((byte)(rest | 0x80));
            rest >>= 7;
        }

        Byte((byte)rest);
    }

    /// <summary>A string, or null, as its UTF-8 length plus one (zero: null) and its bytes.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Number(0);
            return;
        }

        int length = Encoding.UTF8.GetByteCount(value);
        Number(length + 1L);
        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>An instant, as UTC ticks.</summary>
    public void Instant(DateTime value) => Number(value.Ticks);

    /// <summary>Bytes as they are, without a length.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Makes room for <paramref name="length"/> more bytes and answers it, to be filled by the caller.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_length + length)));
        }

        Span<byte> span = _bytes.AsSpan(_length, length);
        _length += length;
        return span;
    }
}
