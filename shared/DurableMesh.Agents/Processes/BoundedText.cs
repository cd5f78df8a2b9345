using System.Globalization;
using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Processes;

/// <summary>Gathers a text of which only head and tail are kept where it is too long. Characters stay whole.</summary>
/// <param name="head">How many characters of the beginning are kept; 0 to keep only the end.</param>
/// <param name="tail">How many characters of the end are kept.</param>
public sealed class BoundedText(int head, int tail)
{
    /// <summary>As many characters of a program's output are kept: half of them of its beginning, half of its end.</summary>
    public const int Limit = 1024 * 1024;

    private readonly StringBuilder _head = new();
    private readonly StringBuilder _tail = new();
    private long _leftOut;
    private bool _headIsFull = head == 0;

    /// <summary>Takes more of the text.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        if (!_headIsFull)
        {
            var taken = WholeText.LengthOf(text, head - _head.Length);
            _head.Append(text[..taken]);
            text = text[taken..];
            _headIsFull = text.Length > 0 || _head.Length == head;
        }

        _tail.Append(text);
        if (_tail.Length > 2 * tail)
        {
            Trim();
        }
    }

    /// <summary>The text; where it was too long, with a line in its middle that says how much is left out.</summary>
    public override string ToString()
    {
        Trim();
        var gap = string.Create(CultureInfo.InvariantCulture, $"[… {_leftOut} characters left out …]\n");
        return $"{_head}{(_leftOut == 0 ? "" : _head.Length == 0 ? gap : "\n" + gap)}{_tail}";
    }

    private void Trim()
    {
        var over = _tail.Length - tail;
        if (over <= 0)
        {
            return;
        }

        over += over < _tail.Length && char.IsLowSurrogate(_tail[over]) ? 1 : 0;
        _leftOut += over;
        _tail.Remove(0, over);
    }
}
