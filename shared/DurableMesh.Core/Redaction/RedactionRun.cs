using System.Buffers;

namespace DurableMesh.Core.Redaction;

/// <summary>One call: its key, what it took out so far, and what the whole body talks about.</summary>
/// <param name="key">The thread's key.</param>
/// <param name="scope">What is looked for.</param>
/// <param name="body">The whole body, in which a number's name is looked for (<see cref="Mentions"/>).</param>
internal sealed class RedactionRun(PseudonymKey key, RedactionScope scope, string body) : IDisposable
{
    /// <summary>What is remembered is what repeats; a body of ever new names must not fill the memory with them.</summary>
    private const int MaxRemembered = 1024;

    private const int MaxFailures = 50;

    /// <summary>The head of a table is no longer.</summary>
    private const int MaxHead = 512;

    private static readonly SearchValues<string> HeadsOfColumns =
        SearchValues.Create(
            ["phone", "telefon", "tlf", "mobil", "tel,", "tel;", "tel|", "tel |"], StringComparison.OrdinalIgnoreCase);

    private bool? _mentionsColumn;
    private readonly List<(string[] Words, bool Mentioned)> _mentioned = [];
    private readonly Dictionary<string, Member> _members = [];
    private int _headLength = -1;
    private int _head;
    private int _seen;
    private int _failures;
    private readonly int[] _counts = new int[RedactionKinds.Count];
    private readonly PooledText[] _outputs = [new(), new()];

    /// <summary>What is looked for.</summary>
    public RedactionScope Scope => scope;

    /// <summary>What is looked at, as it reads.</summary>
    public ReadableText Readable { get; } = new();

    /// <summary>Whether a text that looks like JSON may be read as such: one that is none costs an exception.</summary>
    public bool MayParse => _failures < MaxFailures;

    /// <summary>Remembers that a text was no JSON.</summary>
    public void CountFailure() => _failures++;

    /// <summary>What was taken out.</summary>
    public RedactionCounts Counts => _counts.AsSpan().ContainsAnyExcept(0) ? new RedactionCounts(_counts) : RedactionCounts.None;

    /// <summary>Where a text is put together; two passes that follow each other have not the same place.</summary>
    public PooledText OutputOf(int pass) => _outputs[pass % _outputs.Length];

    /// <summary>
    /// The first line of the block of lines that a line is in, from where to where. A block is looked through once: what is asked
    /// for comes in the order of the text.
    /// </summary>
    /// <param name="passage">The text.</param>
    /// <param name="line">Where the line starts.</param>
    public (int Start, int End) HeadOf(in Passage passage, int line)
    {
        var text = passage.Text;
        if (_headLength != text.Length || line < _seen)
        {
            (_headLength, _head, _seen) = (text.Length, 0, 0);
        }

        for (var gap = text[_seen..line].LastIndexOf("\n\n"); gap >= 0; gap = -1)
        {
            _head = _seen + gap + 2;
        }

        _seen = line;
        var first = text[_head..Math.Min(line, _head + MaxHead)];
        return (_head, _head + (first.IndexOf('\n') is >= 0 and var end ? end : first.Length));
    }

    /// <summary>What was found: a value in its normal form.</summary>
    public Finding Find(RedactionKind kind, int start, int end, ReadOnlySpan<char> value) =>
        new(kind, start, end, key.PseudonymOf(kind, value));

    /// <summary>Counts what was found and appends what stands in its place.</summary>
    public void Take(in Finding finding, PooledText output)
    {
        _counts[(int)finding.Kind]++;
        PseudonymKey.AppendPlaceholder(output, finding.Kind, finding.Pseudonym);
    }

    /// <summary>What a member's name says; bodies repeat few names often.</summary>
    public Member MemberNamed(ReadOnlySpan<char> name)
    {
        var members = _members.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!members.TryGetValue(name, out var member))
        {
            member = Member.Named(name);
            if (_members.Count < MaxRemembered)
            {
                members[name] = member;
            }
        }

        return member;
    }

    /// <summary>
    /// Whether the body has one of these words anywhere: the head of a table may be far from its rows, and a body that never says
    /// "PESEL" has no reason to hold one.
    /// </summary>
    public bool Mentions(string[] words)
    {
        foreach (var known in _mentioned)
        {
            if (known.Words == words)
            {
                return known.Mentioned;
            }
        }

        var mentioned = words.Any(word => Vocabulary.Has(body, word));
        _mentioned.Add((words, mentioned));
        return mentioned;
    }

    /// <summary>Whether the body has a word that may head a column of telephone numbers.</summary>
    public bool MentionsColumn => _mentionsColumn ??= body.AsSpan().ContainsAny(HeadsOfColumns);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var output in _outputs)
        {
            output.Dispose();
        }

        Readable.Dispose();
    }
}
