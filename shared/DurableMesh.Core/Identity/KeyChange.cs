using System.Text.Json.Serialization;

namespace DurableMesh.Core.Identity;

/// <summary>What can happen to the keys of a mesh.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(KeyIssued), "issued")]
[JsonDerivedType(typeof(KeyRotated), "rotated")]
[JsonDerivedType(typeof(KeyRevoked), "revoked")]
public abstract record KeyChange
{
    private protected KeyChange()
    {
    }
}

/// <summary>A key is handed out.</summary>
/// <param name="KeyId">Its id.</param>
/// <param name="SecretHash">SHA-256 of its secret, in hexadecimal digits.</param>
/// <param name="Subject">Whose it is.</param>
/// <param name="Scopes">What it lets its bearer do.</param>
/// <param name="Lifetime">How long it works; null for no end.</param>
/// <param name="Incarnation">
/// Which of the agents that have had the subject's id it is for; does not matter for an operator.
/// </param>
public sealed record KeyIssued(
    string KeyId, string SecretHash, Subject Subject, IReadOnlyList<Scope> Scopes, TimeSpan? Lifetime, int Incarnation = 1)
    : KeyChange;

/// <summary>A key is replaced by one of the same subject, scopes and lifetime.</summary>
/// <param name="KeyId">The old key.</param>
/// <param name="NewKeyId">The new key.</param>
/// <param name="SecretHash">SHA-256 of the new key's secret, in hexadecimal digits.</param>
/// <param name="Overlap">How long the old key works still.</param>
public sealed record KeyRotated(string KeyId, string NewKeyId, string SecretHash, TimeSpan Overlap) : KeyChange;

/// <summary>A key works no more.</summary>
/// <param name="KeyId">The key.</param>
public sealed record KeyRevoked(string KeyId) : KeyChange;
