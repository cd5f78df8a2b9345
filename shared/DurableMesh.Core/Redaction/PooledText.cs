using System.Buffers;

namespace DurableMesh.Core.Redaction;

/// <summary>A text that grows in rented memory: bodies are large, and what lies between two passes is garbage at once.</summary>
internal sealed class PooledText : IDisposable
{
    private char[] _characters = [];
    private int _length;

    /// <summary>The text; valid until it is appended to or cleared.</summary>
    public ReadOnlySpan<char> Span => _characters.AsSpan(0, _length);

    /// <summary>Begins anew, with room for about so many characters.</summary>
    public void Clear(int length = 0)
    {
        _length = 0;
        Room(length);
    }

    public void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(Room(text.Length));
        _length += text.Length;
    }

    /// <summary>So many characters behind the text, to be written to before <see cref="Advance"/>.</summary>
    public Span<char> Room(int length)
    {
        if (_characters.Length - _length < length)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(_length + length, 2 * _length));
            Span.CopyTo(larger);
            Dispose();
            _characters = larger;
        }

        return _characters.AsSpan(_length, length);
    }

    public void Advance(int length) => _length += length;

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_characters);
        _characters = [];
    }
}
