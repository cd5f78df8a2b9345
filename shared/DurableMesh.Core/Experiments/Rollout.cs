using DurableMesh.Core.Authority;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Experiments;

/// <summary>A change of the authority table that follows from an experiment.</summary>
/// <param name="Changes">Whether anything changes; an evidence that was applied before changes nothing.</param>
/// <param name="Row">The row of the pair.</param>
/// <param name="Pilots">The rows of the next pairs, on trial.</param>
/// <param name="Rows">The whole table with them.</param>
/// <param name="Version">The version of the table that it changes.</param>
public sealed record RolloutProposal(
    bool Changes, AuthorityRow Row, IReadOnlyList<AuthorityRow> Pilots, IReadOnlyList<AuthorityRow> Rows, int Version);

/// <summary>Rolls a pair out, and takes that back.</summary>
public static class Rollout
{
    /// <summary>How many pairs come on trial after one that was rolled out (ADR-027).</summary>
    public const int NextPairs = 2;

    private const int MaxWhy = 499;
    private const int MaxId = 128;

    /// <summary>The id of a pair's own row; where the pair's names are too long for one, a hash of them.</summary>
    /// <param name="pair">The pair.</param>
    public static string RowId(ExperimentPair pair) =>
        $"{Choices<Pattern>.NameOf(pair.Pattern)}.{pair.Initiator}.{pair.Responder}" is { Length: <= MaxId } id
            ? id
            : $"{Choices<Pattern>.NameOf(pair.Pattern)}.{ContentHash.Of(pair)}";

    /// <summary>
    /// What follows from an evidence that says roll out: an active row of the pair, and pilot rows of the next two pairs of the
    /// same pattern. Those are, of enabled agents with the pattern's roles, the pairs that may not use the mesh yet and have no
    /// row of their own, those with most threads first, then by their ids.
    /// </summary>
    /// <param name="evidence">The evidence, checked.</param>
    /// <param name="table">The table in force.</param>
    /// <param name="agents">The agents.</param>
    /// <param name="threads">The threads so far, those that were let in and those that were not.</param>
    /// <param name="now">When.</param>
    /// <exception cref="ArgumentException">The evidence does not say roll out.</exception>
    public static RolloutProposal Propose(
        ExperimentEvidence evidence,
        AuthorityTable table,
        IReadOnlyList<AgentView> agents,
        IReadOnlyList<ThreadView> threads,
        DateTimeOffset now)
    {
        if (evidence.Result.Decision.Outcome != DecisionOutcome.RollOut)
        {
            throw new ArgumentException("The evidence does not say roll out.", nameof(evidence));
        }

        var ground = $"experiment '{evidence.Name}' ({evidence.Chain.Head})";
        var row = RowOf(evidence.Pair, AuthorityStatus.Active, now, $"{ground}: {evidence.Result.Decision.Words}");
        if (table.Rows.FirstOrDefault(one => one.Id == row.Id) is { Status: AuthorityStatus.Active } known
            && known.Why.Contains(evidence.Chain.Head, StringComparison.Ordinal))
        {
            var before = table.Rows.Where(
                one => one.Id != row.Id && one.Why.Contains(evidence.Chain.Head, StringComparison.Ordinal));
            return new RolloutProposal(Changes: false, known, [.. before], table.Rows, table.Version);
        }

        var after = With(table.Rows, row);
        AuthorityRow[] pilots =
        [
            .. NextAfter(evidence.Pair, table with { Rows = after }, agents, threads, now).Take(NextPairs)
                .Select(pair => RowOf(pair, AuthorityStatus.Pilot, now, $"on trial after {ground}")),
        ];
        return new RolloutProposal(Changes: true, row, pilots, [.. after, .. pilots], table.Version);
    }

    /// <summary>
    /// A row by which a pair may no longer use the mesh; nothing changes where a row of its own says so already.
    /// </summary>
    /// <param name="pair">The pair.</param>
    /// <param name="table">The table in force.</param>
    /// <param name="why">On what grounds.</param>
    /// <param name="now">When.</param>
    public static RolloutProposal Demote(ExperimentPair pair, AuthorityTable table, string why, DateTimeOffset now)
    {
        var own = OwnRows(table, pair).Where(row => row.Since <= now).Order(AuthorityRow.Precedence).FirstOrDefault();
        if (own is { Status: AuthorityStatus.Retired })
        {
            return new RolloutProposal(Changes: false, own, [], table.Rows, table.Version);
        }

        var row = RowOf(pair, AuthorityStatus.Retired, now, why);
        return new RolloutProposal(Changes: true, row, [], With(table.Rows, row), table.Version);
    }

    private static IEnumerable<ExperimentPair> NextAfter(
        ExperimentPair pair,
        AuthorityTable table,
        IReadOnlyList<AgentView> agents,
        IReadOnlyList<ThreadView> threads,
        DateTimeOffset now)
    {
        var counts = threads.Where(thread => thread.Pattern == pair.Pattern)
            .CountBy(thread => (thread.Initiator, thread.Responder)).ToDictionary();
        var (initiators, responders) = RolesOf(pair.Pattern);
        return
            from initiator in agents
            where initiator.Enabled && (initiators is null || initiator.Roles.Contains(initiators))
            from responder in agents
            where responder.Enabled && responder.Id != initiator.Id
            where responders is null || responder.Roles.Contains(responders)
            let next = new ExperimentPair(initiator.Id, responder.Id, pair.Pattern)
            where !OwnRows(table, next).Any() && !table.Decide(pair.Pattern, initiator, responder, now).Authorised
            where MayBecome(table, next, initiator, responder, now)
            orderby counts.GetValueOrDefault((initiator.Id, responder.Id)) descending, initiator.Id, responder.Id
            select next;
    }

    /// <summary>
    /// Whether a row would let them in: two agents on one device are no cross-device pair, whatever a row says.
    /// </summary>
    private static bool MayBecome(
        AuthorityTable table, ExperimentPair pair, AgentView initiator, AgentView responder, DateTimeOffset now) =>
        (table with { Rows = With(table.Rows, RowOf(pair, AuthorityStatus.Pilot, now, "on trial")) })
            .Decide(pair.Pattern, initiator, responder, now).Authorised;

    private static (string? Initiator, string? Responder) RolesOf(Pattern pattern) => pattern switch
    {
        Pattern.BuilderVerifier => ("builder", "verifier"),
        Pattern.Distillation => ("distiller", "comparator"),
        Pattern.Advisory => (null, "advisor"),
        _ => (null, "verifier"),
    };

    private static IEnumerable<AuthorityRow> OwnRows(AuthorityTable table, ExperimentPair pair) => table.Rows.Where(row =>
        row.Pattern == pair.Pattern && row.Initiator.Agent == pair.Initiator && row.Responder.Agent == pair.Responder);

    private static AuthorityRow RowOf(ExperimentPair pair, AuthorityStatus status, DateTimeOffset since, string why) => new()
    {
        Id = RowId(pair),
        Pattern = pair.Pattern,
        Initiator = new AuthoritySelector { Agent = pair.Initiator },
        Responder = new AuthoritySelector { Agent = pair.Responder },
        Status = status,
        Since = since,
        Why = WholeText.Shorten(why, MaxWhy),
    };

    private static AuthorityRow[] With(IReadOnlyList<AuthorityRow> rows, AuthorityRow row) =>
        [.. rows.Where(one => one.Id != row.Id), row];
}
