using System.Text.Json;
using System.Text.Json.Serialization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Redaction;

/// <summary>What is taken out of a body; in the order of the names on the wire.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<RedactionKind>))]
public enum RedactionKind
{
    /// <summary>What an <c>Authorization</c> header carries, JSON Web Tokens, and the mesh's own keys.</summary>
    BearerToken,

    /// <summary>A key of a cloud or of a hosted service, by the form its issuer gives it.</summary>
    CloudKey,

    /// <summary>
    /// A password or secret by the name it stands under: in a connection string, a URL, an assignment or a JSON member.
    /// </summary>
    Credential,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A bank account: IBAN with the country's length and the check of ISO 7064 mod 97.</summary>
    Iban,

    /// <summary>An IPv4 or IPv6 address that may be somebody's: not loopback, not a mask, not a network.</summary>
    IpAddress,

    /// <summary>A person's number at a state, with check digits.</summary>
    NationalId,

    /// <summary>A payment card number: Luhn and a known issuer.</summary>
    PaymentCard,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>A private key as a PEM block.</summary>
    PrivateKey,
}

/// <summary>The kinds' names on the wire.</summary>
internal static class RedactionKinds
{
    private static readonly string[] Names =
        [.. Enum.GetNames<RedactionKind>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>How many kinds there are.</summary>
    public static int Count => Names.Length;

    /// <summary>The kind's name, for instance <c>payment_card</c>.</summary>
    public static string NameOf(RedactionKind kind) => Names[(int)kind];

    /// <summary>Whether a text is the name of a kind.</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var name in Names)
        {
            if (text.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
