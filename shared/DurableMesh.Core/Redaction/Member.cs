using DurableMesh.Core.Redaction.Numbers;
using DurableMesh.Core.Redaction.Secrets;

namespace DurableMesh.Core.Redaction;

/// <summary>What the name of a JSON member says about its value.</summary>
/// <param name="IsPhone">A telephone number.</param>
/// <param name="IsVersion">A version, which may look like an IP address.</param>
/// <param name="Secret">A password or a key.</param>
internal sealed record Member(bool IsPhone, bool IsVersion, SecretNature Secret)
{
    /// <summary>No member, or one whose name says nothing.</summary>
    public static Member Unnamed { get; } = new(IsPhone: false, IsVersion: false, SecretNature.None);

    public static Member Named(ReadOnlySpan<char> name)
    {
        var plain = Vocabulary.Plain(name, stackalloc char[48]);
        return new(PhoneRecogniser.IsNameOfPhone(plain), plain.EndsWith("version"), SecretNames.NatureOf(plain));
    }
}
