using System.Buffers;
using System.Globalization;

namespace DurableMesh.Core.Redaction.Secrets;

/// <summary>
/// How an issuer writes its keys: <c>glcbt-{name:20+}</c> is the literal and at least twenty characters of the class <c>name</c>.
/// A class with <c>!</c> must look made by a machine. The longest literal is what the scan looks for; what stands before it is
/// bounded.
/// </summary>
internal sealed class SecretForm
{
    /// <summary>The most characters that an open end takes.</summary>
    private const int MaxRun = 8192;

    /// <summary>Shorter ones are found in too many words, and so by the point in them alone.</summary>
    private const int MinTrigger = 3;

    /// <summary>A literal that is long enough to stand behind <c>report_</c> too.</summary>
    private const int MinTelling = 4;

    private const string Digits = "0123456789";
    private const string Capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Small = "abcdefghijklmnopqrstuvwxyz";

    private static readonly Dictionary<string, SearchValues<char>> Classes = new()
    {
        ["digit"] = SearchValues.Create(Digits),
        ["hex"] = SearchValues.Create($"{Digits}abcdefABCDEF"),
        ["upper"] = SearchValues.Create($"{Digits}{Capitals}"),
        ["lower"] = SearchValues.Create($"{Digits}{Small}"),
        ["alnum"] = SearchValues.Create($"{Digits}{Capitals}{Small}"),
        ["name"] = SearchValues.Create($"{Digits}{Capitals}{Small}_-"),
        ["dotted"] = SearchValues.Create($"{Digits}{Capitals}{Small}_-."),
        ["plain"] = SearchValues.Create($"{Digits}{Capitals}{Small}+/"),
        ["base64"] = SearchValues.Create($"{Digits}{Capitals}{Small}+/=_-"),
        ["path"] = SearchValues.Create($"{Digits}{Capitals}{Small}_-./@=%+~"),
    };

    private readonly Piece[] _before;
    private readonly string _anchor;
    private readonly Piece[] _after;
    private readonly int _offset;
    private readonly RedactionKind _kind;
    private readonly bool _standsAlone;

    private SecretForm(Piece[] pieces, RedactionKind kind)
    {
        var longest = pieces.Max(piece => piece.Literal?.Length ?? 0);
        var anchor = Array.FindIndex(pieces, piece => piece.Literal?.Length == longest);
        (_before, _anchor, _after) = ([.. pieces[..anchor].Reverse()], pieces[anchor].Literal!, pieces[(anchor + 1)..]);
        _offset = _anchor.Length < MinTrigger && _anchor.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? point : 0;
        _kind = kind;
        _standsAlone = _anchor.Length < MinTelling || pieces.Any(piece => piece.Mixed);
    }

    /// <summary>What the scan looks for.</summary>
    public string Trigger => _anchor[_offset..];

    /// <summary>Whether the trigger stands in the middle of the key.</summary>
    public bool HasBefore => _before.Length > 0;

    /// <summary>Reads a form as it is written.</summary>
    /// <param name="form">The form.</param>
    /// <param name="kind">What its keys are.</param>
    public static SecretForm Parse(string form, RedactionKind kind)
    {
        var pieces = new List<Piece>();
        for (var rest = form; rest.Length > 0;)
        {
            var end = rest[0] == '{'
                ? rest.IndexOf('}', StringComparison.Ordinal) + 1
                : rest.IndexOf('{', StringComparison.Ordinal);
            end = end < 0 ? rest.Length : end;
            pieces.Add(rest[0] == '{' ? ParseRun(rest[1..(end - 1)]) : new Piece(rest[..end]));
            rest = rest[end..];
        }

        return new([.. pieces], kind);
    }

    /// <summary>Reads a key whose trigger stands at a place.</summary>
    public bool TryRead(in Passage passage, int at, out Finding finding)
    {
        finding = default;
        var (start, end) = (at - _offset, at - _offset + _anchor.Length);
        if (start < passage.Floor || !passage.Text[start..].StartsWith(_anchor))
        {
            return false;
        }

        foreach (var piece in _before)
        {
            if (!piece.TryReadBefore(passage, ref start))
            {
                return false;
            }
        }

        var before = passage[start - 1];
        if (char.IsAsciiLetterOrDigit(before) || (_standsAlone && before is '_' or '-'))
        {
            return false;
        }

        foreach (var piece in _after)
        {
            if (!piece.TryRead(passage, ref end))
            {
                return false;
            }
        }

        if (_after is [.., { Run: { } run }] && passage.Text[end - 1] != '.' && run.Contains(passage[end])
            && passage[end] is not '.')
        {
            return false;
        }

        finding = passage.Find(_kind, start, end);
        return true;
    }

    private static Piece ParseRun(string run)
    {
        var (name, lengths) = run.Split(':') is [var first, var second] ? (first, second) : throw new FormatException(run);
        var open = lengths.EndsWith('+');
        var range = lengths.TrimEnd('+').Split('-').Select(length => int.Parse(length, CultureInfo.InvariantCulture)).ToArray();
        return new(null, Classes[name.TrimEnd('!')], range[0], open ? MaxRun : range[^1], name.EndsWith('!'));
    }

    /// <summary>A literal, or a run of characters of a class.</summary>
    private sealed record Piece(
        string? Literal, SearchValues<char>? Run = null, int Least = 0, int Most = 0, bool Mixed = false)
    {
        public bool TryRead(in Passage passage, ref int end)
        {
            var rest = passage.Text[end..];
            if (Literal is not null)
            {
                end += Literal.Length;
                return rest.StartsWith(Literal);
            }

            rest = rest[..Math.Min(rest.Length, Most)];
            rest = (rest.IndexOfAnyExcept(Run!) is >= 0 and var other ? rest[..other] : rest).TrimEnd('.');
            end += rest.Length;
            return rest.Length >= Least && (!Mixed || IsMixed(rest));
        }

        public bool TryReadBefore(in Passage passage, ref int start)
        {
            if (Literal is not null)
            {
                start -= Literal.Length;
                return start >= passage.Floor && passage.Text[start..].StartsWith(Literal);
            }

            var end = start;
            while (end - start < Most && start > passage.Floor && Run!.Contains(passage.Text[start - 1]))
            {
                start--;
            }

            return end - start >= Least;
        }

        private static bool IsMixed(ReadOnlySpan<char> text) =>
            SecretValues.IsMixed(text) && (text.ContainsAnyInRange('A', 'Z') || text.IndexOfAnyExceptInRange('0', 'f') < 0);
    }
}
