using System.Text.Json.Serialization;

namespace DurableMesh.Core.Identity;

/// <summary>A key as the API shows it.</summary>
public sealed record KeyView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Subject Subject { get; init; }

    /// <summary>What it lets its bearer do.</summary>
    public required IReadOnlyList<Scope> Scopes { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who issued it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it does not work any more; null where it has no end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Since when it is revoked; null where it is not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The key that took its place, once it was rotated.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>The key itself, where it was just made: it is shown this once and never again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    /// <summary>What of a key may be shown.</summary>
    /// <param name="key">The key.</param>
    public static KeyView Of(AccessKey key) => new()
    {
        Id = key.Id,
        Subject = key.Subject,
        Scopes = key.Scopes,
        CreatedAt = key.CreatedAt,
        CreatedBy = key.CreatedBy,
        ExpiresAt = key.ExpiresAt,
        RevokedAt = key.RevokedAt,
        ReplacedBy = key.ReplacedBy,
    };
}

/// <summary>The answer to <c>GET /keys</c> and <c>GET /agents/{id}/keys</c>.</summary>
/// <param name="Keys">The keys, the oldest first.</param>
public sealed record KeysPage(IReadOnlyList<KeyView> Keys);
