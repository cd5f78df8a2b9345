namespace DurableMesh.Core.Identity;

/// <summary>A key as the mesh keeps it: all but the secret.</summary>
public sealed record AccessKey
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of its secret, in hexadecimal digits.</summary>
    public required string SecretHash { get; init; }

    /// <summary>Whose it is.</summary>
    public required Subject Subject { get; init; }

    /// <summary>
    /// Which of the agents that have had the subject's id it is for, so that it does not speak as another that comes later; does
    /// not matter for an operator.
    /// </summary>
    public required int Incarnation { get; init; }

    /// <summary>What it lets its bearer do.</summary>
    public required IReadOnlyList<Scope> Scopes { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who issued it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it does not work any more; null where it has no end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Since when it does not work any more, because somebody said so.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>The key that took its place, once it was rotated.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>Why it does not work at an instant; null where it does.</summary>
    /// <param name="now">The instant.</param>
    public KeyFault? FaultAt(DateTimeOffset now) =>
        RevokedAt is not null ? KeyFault.Revoked
        : ExpiresAt <= now ? KeyFault.Expired
        : null;
}

/// <summary>Why a key does not work.</summary>
public enum KeyFault
{
    /// <summary>It does not look like a key.</summary>
    Malformed,

    /// <summary>No key has its id.</summary>
    Unknown,

    /// <summary>A key has its id, and another secret.</summary>
    WrongSecret,

    /// <summary>It was revoked.</summary>
    Revoked,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>The agent that it was issued to was deleted; another may have its id now.</summary>
    AgentDeleted,

    /// <summary>The agent that it was issued to is disabled.</summary>
    AgentDisabled,
}
