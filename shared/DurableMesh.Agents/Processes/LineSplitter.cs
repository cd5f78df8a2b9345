using System.Text;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.Processes;

/// <summary>Splits a stream of characters into lines, of which only a beginning is kept where they are too long.</summary>
internal sealed class LineSplitter(Action<string> onLine)
{
    private readonly StringBuilder _line = new();

    /// <summary>Takes more characters.</summary>
    public void Append(ReadOnlySpan<char> text)
    {
        while (text.IndexOf('\n') is >= 0 and var end)
        {
            Keep(text[..end]);
            Finish();
            text = text[(end + 1)..];
        }

        Keep(text);
    }

    /// <summary>The stream has ended: what is there is the last line.</summary>
    public void End()
    {
        if (_line.Length > 0)
        {
            Finish();
        }
    }

    private void Keep(ReadOnlySpan<char> part) =>
        _line.Append(part[..WholeText.LengthOf(part, BoundedText.Limit - _line.Length)]);

    private void Finish()
    {
        var line = _line.ToString().TrimEnd('\r');
        _line.Clear();
        onLine(line);
    }
}
