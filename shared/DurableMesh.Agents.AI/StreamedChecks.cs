using System.Text;
using System.Text.Json;
using DurableMesh.Core.Wire;

namespace DurableMesh.Agents.AI;

/// <summary>Finds the checks in a verdict that is still being written: each as soon as it is whole.</summary>
internal sealed class StreamedChecks
{
    // The verdict's object, its list of checks, and a check in it.
    private const int DepthOfCheck = 3;

    private readonly StringBuilder _check = new();
    private int _depth;
    private bool _isText;
    private bool _isEscaped;

    /// <summary>Takes the next piece of the answer, and says which checks are whole with it.</summary>
    public IEnumerable<Check> Take(string piece)
    {
        foreach (var one in piece)
        {
            if (Step(one) && Read() is { } check)
            {
                yield return check;
            }
        }
    }

    /// <returns>Whether an object has just ended where the checks stand.</returns>
    private bool Step(char one)
    {
        var inCheck = _depth >= DepthOfCheck;
        if (_isText)
        {
            _isText = one != '"' || _isEscaped;
            _isEscaped = one == '\\' && !_isEscaped;
        }
        else if (_depth > 0 || one == '{')
        {
            _isText = one == '"';
            _depth += one is '{' or '[' ? 1 : one is '}' or ']' ? -1 : 0;
        }

        if (inCheck || _depth >= DepthOfCheck)
        {
            _check.Append(one);
        }

        return inCheck && _depth < DepthOfCheck;
    }

    private Check? Read()
    {
        var text = _check.ToString();
        _check.Clear();
        try
        {
            using var document = JsonDocument.Parse(text);
            return VerdictForm.ReadCheck(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // The whole answer will be read strictly; this one is no check yet.
            return null;
        }
    }
}
