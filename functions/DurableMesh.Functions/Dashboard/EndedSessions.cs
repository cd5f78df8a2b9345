using System.Collections.Immutable;
using DurableMesh.Core.Changes;

namespace DurableMesh.Functions.Dashboard;

/// <summary>
/// The sessions that somebody logged out of before they were over: whoever has copied such a cookie has nothing. A fold of the
/// logouts; one whose session would be over anyway is forgotten with the next.
/// </summary>
internal sealed class EndedSessions : IFolded<EndedSessions, SessionEnded>
{
    private readonly ImmutableDictionary<string, DateTimeOffset> _until;

    private EndedSessions(ImmutableDictionary<string, DateTimeOffset> until) => _until = until;

    /// <inheritdoc/>
    public static EndedSessions Empty { get; } = new(ImmutableDictionary<string, DateTimeOffset>.Empty);

    /// <summary>How many are remembered.</summary>
    public int Count => _until.Count;

    /// <summary>Whether a session was ended.</summary>
    /// <param name="session">Its id.</param>
    public bool Has(string session) => _until.ContainsKey(session);

    /// <inheritdoc/>
    public ChangeResult<EndedSessions> Apply(SessionEnded change, DateTimeOffset at, string by) => new(new EndedSessions(
        _until.RemoveRange(_until.Where(one => one.Value <= at).Select(one => one.Key)).SetItem(change.Session, change.Until)));
}

/// <summary>Somebody logged out: a line of the log.</summary>
/// <param name="Session">SHA-256 of the session's cookie, in hexadecimal digits: the log gives nobody a session.</param>
/// <param name="Until">When it would have been over.</param>
internal sealed record SessionEnded(string Session, DateTimeOffset Until);
