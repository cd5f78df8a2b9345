using System.Collections.Frozen;
using DurableMesh.Core.Redaction.Numbers;
using DurableMesh.Core.Redaction.Secrets;

namespace DurableMesh.Core.Redaction;

/// <summary>What the name of a JSON member says about its value.</summary>
/// <param name="Name">The name in small letters without what stands between its words.</param>
/// <param name="IsPhone">A telephone number.</param>
/// <param name="IsVersion">A version, which may look like an IP address.</param>
/// <param name="IsAuthorization">What an <c>Authorization</c> header carries.</param>
/// <param name="Secret">A password or a key.</param>
internal sealed record Member(string Name, bool IsPhone, bool IsVersion, bool IsAuthorization, SecretNature Secret)
{
    private static readonly FrozenSet<string> NamesOfName = FrozenSet.Create(
        "name", "key", "field", "header", "variable", "param", "parameter", "property", "setting", "k");

    private static readonly FrozenSet<string> NamesOfValue = FrozenSet.Create(
        "value", "val", "secretvalue", "stringvalue", "plaintext", "content", "current", "raw", "v");

    /// <summary>Whether its value is the name of another one's: <c>{"name": …, "value": …}</c>.</summary>
    public bool IsNaming { get; } = NamesOfName.Contains(Name);

    /// <summary>Whether its value is what the object around it, or a member beside it, names.</summary>
    public bool IsValue { get; } = NamesOfValue.Contains(Name);

    /// <summary>No member, or one whose name says nothing.</summary>
    public static Member Unnamed { get; } = new("", IsPhone: false, IsVersion: false, IsAuthorization: false, SecretNature.None);

    /// <summary>Whether the name has one of some words; one of two letters must be its end.</summary>
    public bool Says(WordList words)
    {
        foreach (var word in Name.Length == 0 ? [] : words.Words)
        {
            if (word.Length < 3 ? Name.EndsWith(word, StringComparison.Ordinal) : Name.Contains(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public static Member Named(ReadOnlySpan<char> name)
    {
        var plain = Vocabulary.Plain(name, stackalloc char[48]);
        return new(
            plain.ToString(),
            PhoneRecogniser.IsNameOfPhone(plain),
            plain.EndsWith("version"),
            plain.EndsWith("authorization"),
            SecretNames.NatureOf(name));
    }
}
