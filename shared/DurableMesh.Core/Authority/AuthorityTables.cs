using System.Collections.Immutable;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Organisations;

namespace DurableMesh.Core.Authority;

/// <summary>The authority table with all its earlier versions: a thread is bound to the one that let it in.</summary>
public sealed class AuthorityTables : IFolded<AuthorityTables, AuthorityChange>
{
    private readonly ImmutableList<AuthorityTable> _versions;

    private AuthorityTables(ImmutableList<AuthorityTable> versions) => _versions = versions;

    /// <inheritdoc/>
    public static AuthorityTables Empty { get; } = new([AuthorityTable.Empty]);

    /// <summary>The table that is in force.</summary>
    public AuthorityTable Current => _versions[^1];

    /// <summary>The table as it was at a version, 0 for the empty one; null where it has not come so far.</summary>
    /// <param name="version">The version.</param>
    public AuthorityTable? At(int version) => version >= 0 && version < _versions.Count ? _versions[version] : null;

    /// <inheritdoc/>
    public ChangeResult<AuthorityTables> Apply(AuthorityChange change, DateTimeOffset at, string by)
    {
        var version = Current.Version;
        return change.ExpectedVersion is { } expected && expected != version
            ? new(this, ChangeRefusal.VersionMismatch("The authority table", expected, version))
            : new(new AuthorityTables(_versions.Add(new AuthorityTable(version + 1, change.Rows, at, by))));
    }
}

/// <summary>Replaces the table's rows.</summary>
/// <param name="Rows">The new rows, checked by <see cref="AuthorityReader"/>.</param>
/// <param name="ExpectedVersion">The version that they are meant to replace; null where it does not matter.</param>
public sealed record AuthorityChange(IReadOnlyList<AuthorityRow> Rows, int? ExpectedVersion)
{
    /// <summary>The first table of an organisation; null where it has no rows.</summary>
    /// <param name="organisation">The organisation.</param>
    public static AuthorityChange? SeedOf(Organisation organisation) =>
        organisation.Authority.Count > 0 ? new AuthorityChange(organisation.Authority, ExpectedVersion: 0) : null;
}
