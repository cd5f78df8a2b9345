using System.Globalization;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Authority;

/// <summary>
/// Who may use the mesh (DESIGN §5). Of the rows that cover a pair and are in force the narrowest decides, among equally narrow
/// ones the newest. Where there is none the pair may not.
/// </summary>
/// <param name="Version">Counts the changes; 0 is the table before the first one.</param>
/// <param name="Rows">The rows; their ids are unique, and no two contradict each other (<see cref="AuthorityReader"/>).</param>
/// <param name="ChangedAt">When it came to be; null at version 0.</param>
/// <param name="ChangedBy">Who changed it; null at version 0.</param>
public sealed record AuthorityTable(int Version, IReadOnlyList<AuthorityRow> Rows, DateTimeOffset? ChangedAt, string? ChangedBy)
{
    /// <summary>The table in which nobody may.</summary>
    public static AuthorityTable Empty { get; } = new(0, [], null, null);

    /// <summary>Whether a pair may use the mesh.</summary>
    /// <param name="pattern">What for.</param>
    /// <param name="initiator">Who would start.</param>
    /// <param name="responder">With whom.</param>
    /// <param name="now">When.</param>
    public AuthorityDecision Decide(Pattern pattern, AgentView initiator, AgentView responder, DateTimeOffset now) =>
        Decide(pattern, initiator, responder, DecidingRow(pattern, initiator, responder, now));

    /// <summary>The same decision, with why each row of the pattern did or did not decide.</summary>
    /// <param name="pattern">What for.</param>
    /// <param name="initiator">Who would start.</param>
    /// <param name="responder">With whom.</param>
    /// <param name="now">When.</param>
    public AuthorityExplanation Explain(Pattern pattern, AgentView initiator, AgentView responder, DateTimeOffset now)
    {
        var deciding = DecidingRow(pattern, initiator, responder, now);
        var decision = Decide(pattern, initiator, responder, deciding);
        var considered = Rows.Where(row => row.Pattern == pattern).Order(AuthorityRow.Precedence).Select(row => new ConsideredRow(
            row,
            Decides: row.Id == decision.RowId,
            row.Id == decision.RowId ? "It decides."
                : Objection(row, initiator, responder, now)
                ?? (row.Id == deciding!.Id
                    ? "It covers the pair, but the pattern does not fit them."
                    : $"Row '{deciding.Id}' goes before it: {Rank(row, deciding)}.")));
        return new AuthorityExplanation(decision, [.. considered]);
    }

    private AuthorityRow? DecidingRow(Pattern pattern, AgentView initiator, AgentView responder, DateTimeOffset now) => Rows
        .Where(row => row.Pattern == pattern && row.Since <= now && row.Covers(initiator, responder))
        .Order(AuthorityRow.Precedence)
        .FirstOrDefault();

    private AuthorityDecision Decide(Pattern pattern, AgentView initiator, AgentView responder, AuthorityRow? row)
    {
        if (pattern == Pattern.Sequential)
        {
            return new AuthorityDecision
            {
                Pattern = pattern,
                Authorised = true,
                Version = Version,
                Explanation = "The sequential surfaces need no row.",
            };
        }

        var unmet = UnmetPrecondition(pattern, initiator, responder);
        var authorised = unmet is null && row is not null and not { Status: AuthorityStatus.Retired };
        var instead = authorised ? null : SequentialSurface.InsteadOf(pattern);
        var name = Choices<Pattern>.NameOf(pattern);
        var ground = unmet is not null
            ? $"The pattern {name} does not fit '{initiator.Id}' and '{responder.Id}': {unmet}."
            : row is null
                ? $"No row of version {Version} of the authority table lets '{initiator.Id}' start {name} with '{responder.Id}'."
                : $"Row '{row.Id}' of version {Version} of the authority table decides ({row} since {Day(row.Since)}): "
                    + $"{row.Why.TrimEnd('.')}.";
        return new AuthorityDecision
        {
            Pattern = pattern,
            Authorised = authorised,
            RowId = unmet is null ? row?.Id : null,
            Status = unmet is null ? row?.Status : null,
            Version = Version,
            Explanation = instead is null ? ground : $"{ground} Use instead {instead.Advice}.",
            UseInstead = instead?.Name,
        };
    }

    private static string? UnmetPrecondition(Pattern pattern, AgentView initiator, AgentView responder) => pattern switch
    {
        Pattern.CrossDevice when initiator.Device is null || responder.Device is null =>
            "it is for two devices, and the registry does not say on which device each of them runs",
        Pattern.CrossDevice when AuthoritySelector.SameDevice(initiator.Device, responder.Device) =>
            $"it is for two devices, and both run on {initiator.Device}",
        Pattern.Advisory when initiator.Company == responder.Company =>
            $"it is for two companies, and both belong to {initiator.Company}",
        _ => null,
    };

    private static string? Objection(AuthorityRow row, AgentView initiator, AgentView responder, DateTimeOffset now) =>
        !row.Initiator.Matches(initiator) ? $"The initiator '{initiator.Id}' is not what it asks for: {row.Initiator}."
        : !row.Responder.Matches(responder) ? $"The responder '{responder.Id}' is not what it asks for: {row.Responder}."
        : row.Since > now ? $"It is not in force before {Day(row.Since)}."
        : null;

    private static string Rank(AuthorityRow row, AuthorityRow before) =>
        row.Specificity != before.Specificity ? "it is narrower"
        : row.Since != before.Since ? "it is as narrow, and newer"
        : "it is as narrow and as new, and its id comes first";

    private static string Day(DateTimeOffset instant) =>
        instant.ToString(
            instant.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
