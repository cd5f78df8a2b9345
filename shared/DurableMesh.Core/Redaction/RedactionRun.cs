using System.Security.Cryptography;

namespace DurableMesh.Core.Redaction;

/// <summary>One call: its key, what it took out so far, and what the whole body talks about.</summary>
/// <param name="key">The thread's key.</param>
/// <param name="body">The whole body, in which a number's name is looked for (<see cref="Mentions"/>).</param>
internal sealed class RedactionRun(PseudonymKey key, string body) : IDisposable
{
    /// <summary>What is remembered is what repeats; a body of ever new values must not fill the memory with them.</summary>
    private const int MaxRemembered = 1024;

    private readonly Dictionary<(RedactionKind Kind, string Value), string> _placeholders = [];
    private readonly Dictionary<string[], bool> _mentioned = [];
    private readonly Dictionary<string, Member> _members = [];
    private readonly int[] _counts = new int[RedactionKinds.Count];
    private readonly PooledText[] _outputs = [new(), new()];
    private IncrementalHash? _hash;

    /// <summary>What was taken out.</summary>
    public RedactionCounts Counts => _placeholders.Count == 0 ? RedactionCounts.None : new RedactionCounts(_counts);

    /// <summary>Where a text is put together; two passes that follow each other have not the same place.</summary>
    public PooledText OutputOf(int pass) => _outputs[pass % _outputs.Length];

    /// <summary>Counts what was found and says what stands in its place.</summary>
    public string Take(in Finding finding)
    {
        _counts[(int)finding.Kind]++;
        var known = (finding.Kind, finding.Value);
        if (!_placeholders.TryGetValue(known, out var placeholder))
        {
            placeholder = PseudonymKey.PlaceholderOf(_hash ??= key.CreateHash(), finding.Kind, finding.Value);
            Remember(_placeholders, known, placeholder);
        }

        return placeholder;
    }

    /// <summary>What a member's name says; bodies repeat few names often.</summary>
    public Member MemberNamed(string name)
    {
        if (!_members.TryGetValue(name, out var member))
        {
            member = Member.Named(name);
            Remember(_members, name, member);
        }

        return member;
    }

    /// <summary>
    /// Whether the body has one of these words anywhere: the head of a table may be far from its rows, and a body that never says
    /// "PESEL" has no reason to hold one.
    /// </summary>
    public bool Mentions(string[] words)
    {
        if (!_mentioned.TryGetValue(words, out var mentioned))
        {
            mentioned = words.Any(word => Vocabulary.Has(body, word));
            _mentioned.Add(words, mentioned);
        }

        return mentioned;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash?.Dispose();
        foreach (var output in _outputs)
        {
            output.Dispose();
        }
    }

    private static void Remember<TKey, TValue>(Dictionary<TKey, TValue> known, TKey key, TValue value)
        where TKey : notnull
    {
        if (known.Count < MaxRemembered)
        {
            known.Add(key, value);
        }
    }
}
