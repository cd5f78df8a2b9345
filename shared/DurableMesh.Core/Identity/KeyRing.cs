using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Changes;

namespace DurableMesh.Core.Identity;

/// <summary>All keys that were ever issued, and whether one that is presented is among them.</summary>
public sealed class KeyRing : IFolded<KeyRing, KeyChange>
{
    // What an unknown id is compared with, so that it takes as long as a known one.
    private static readonly string NoHash = new('0', 2 * SHA256.HashSizeInBytes);

    private readonly ImmutableDictionary<string, AccessKey> _keys;

    private KeyRing(ImmutableDictionary<string, AccessKey> keys) => _keys = keys;

    /// <inheritdoc/>
    public static KeyRing Empty { get; } = new(ImmutableDictionary.Create<string, AccessKey>(StringComparer.Ordinal));

    /// <summary>All keys, the oldest first.</summary>
    public IEnumerable<AccessKey> Keys =>
        _keys.Values.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id, StringComparer.Ordinal);

    /// <summary>A key by its id; null where there is none.</summary>
    /// <param name="keyId">The id.</param>
    public AccessKey? Find(string keyId) => _keys.GetValueOrDefault(keyId);

    /// <summary>Checks a key that somebody presents. Takes the same time wherever the secret differs.</summary>
    /// <param name="presented">The key.</param>
    /// <param name="now">The time.</param>
    public KeyCheck Check(KeyText presented, DateTimeOffset now)
    {
        var key = Find(presented.Id);
        var matches = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(presented.SecretHash), Encoding.ASCII.GetBytes(key?.SecretHash ?? NoHash));
        KeyFault? fault = key is null ? KeyFault.Unknown : matches ? key.FaultAt(now) : KeyFault.WrongSecret;
        return fault is null ? new KeyCheck(key, null) : new KeyCheck(null, fault);
    }

    /// <inheritdoc/>
    public ChangeResult<KeyRing> Apply(KeyChange change, DateTimeOffset at, string by) => change switch
    {
        KeyIssued issued => Issue(issued, at, by),
        KeyRotated rotated => Rotate(rotated, at, by),
        KeyRevoked revoked => Revoke(revoked, at),
        _ => Refuse(RefusalKind.Invalid, "unknown_change", "This host does not know such a change of keys."),
    };

    private ChangeResult<KeyRing> Issue(KeyIssued issued, DateTimeOffset at, string by)
    {
        if (issued.Subject.IsAgent && issued.Scopes.Contains(Scope.Operate))
        {
            return Refuse(
                RefusalKind.Invalid, "scope_not_for_agents", "An agent may read and send; to operate is for operators' keys.");
        }

        return Add(
            new AccessKey
            {
                Id = issued.KeyId,
                SecretHash = issued.SecretHash,
                Subject = issued.Subject,
                Incarnation = issued.Incarnation,
                Scopes = issued.Scopes,
                CreatedAt = at,
                CreatedBy = by,
                ExpiresAt = at + issued.Lifetime,
            });
    }

    private ChangeResult<KeyRing> Rotate(KeyRotated rotated, DateTimeOffset at, string by)
    {
        if (Find(rotated.KeyId) is not { } old)
        {
            return NotFound(rotated.KeyId);
        }

        if (old.ReplacedBy is { } successor)
        {
            return Refuse(
                RefusalKind.Conflict,
                "key_rotated",
                $"Key {old.Id} was rotated before; {successor} took its place. Rotate that one.");
        }

        if (old.FaultAt(at) is { } fault)
        {
            var why = fault == KeyFault.Revoked ? "is revoked" : "has expired";
            return Refuse(RefusalKind.Conflict, "key_not_usable", $"Key {old.Id} {why}. Issue a new key.");
        }

        var end = at + rotated.Overlap;
        var ending = old with { ReplacedBy = rotated.NewKeyId, ExpiresAt = old.ExpiresAt < end ? old.ExpiresAt : end };
        var added = Add(old with
        {
            Id = rotated.NewKeyId,
            SecretHash = rotated.SecretHash,
            CreatedAt = at,
            CreatedBy = by,
            ExpiresAt = at + (old.ExpiresAt - old.CreatedAt),
        });
        return added.Refusal is null ? new(new KeyRing(added.State._keys.SetItem(old.Id, ending))) : added;
    }

    private ChangeResult<KeyRing> Revoke(KeyRevoked revoked, DateTimeOffset at) => Find(revoked.KeyId) switch
    {
        null => NotFound(revoked.KeyId),
        { RevokedAt: not null } => new(this),
        var key => new(new KeyRing(_keys.SetItem(key.Id, key with { RevokedAt = at }))),
    };

    private ChangeResult<KeyRing> Add(AccessKey key) => _keys.ContainsKey(key.Id)
        ? Refuse(RefusalKind.Conflict, "key_exists", $"There is a key {key.Id} already. Ask for another one.")
        : new(new KeyRing(_keys.Add(key.Id, key)));

    private ChangeResult<KeyRing> NotFound(string keyId) => Refuse(
        RefusalKind.NotFound, "key_not_found", $"There is no key {keyId}.");

    private ChangeResult<KeyRing> Refuse(RefusalKind kind, string code, string detail) =>
        new(this, new ChangeRefusal(kind, code, detail));
}

/// <summary>What checking a key came to.</summary>
/// <param name="Key">The key, where it works.</param>
/// <param name="Fault">Why it does not work, otherwise: for the log, not for whoever presented it.</param>
public sealed record KeyCheck(AccessKey? Key, KeyFault? Fault);
