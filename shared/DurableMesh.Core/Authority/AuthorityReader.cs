using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Authority;

/// <summary>
/// Reads rows of the authority table. Rows that leave open what holds (an id that stands twice, two rows that contradict each
/// other) are refused with both named.
/// </summary>
public static class AuthorityReader
{
    private const int MaxRows = 1000;
    private const int MaxLength = 128;
    private const int MaxWhyLength = 500;

    /// <summary>
    /// Reads the body of <c>PUT /authority</c>. It may be what <c>GET</c> gave, with other rows: what the mesh itself sets does
    /// not matter.
    /// </summary>
    /// <param name="utf8">The request's body.</param>
    public static ReadResult<PutAuthorityRequest> ReadPut(ReadOnlyMemory<byte> utf8) => JsonInput.Read(utf8, input =>
    {
        input.Ignore("version", "changedAt", "changedBy");
        var by = input.Line("by", MaxLength, required: false);
        return new PutAuthorityRequest(ReadRows(input, "rows", required: true), by);
    });

    /// <summary>Reads a list of rows.</summary>
    internal static IReadOnlyList<AuthorityRow> ReadRows(ObjectReader input, string name, bool required = false)
    {
        var rows = input.Objects(name, MaxRows, ReadRow, row => row.Id, required);
        var contradictions = rows
            .GroupBy(row => (row.Pattern, row.Since, row.Specificity))
            .SelectMany(
                group => group.SelectMany((row, n) => group.Skip(n + 1).Where(row.Contradicts), (row, other) => (row, other)))
            .Take(InputError.MaxReported);
        foreach (var (row, other) in contradictions)
        {
            input.Add(
                name,
                "contradictory_rows",
                $"'{row.Id}' ({row}) and '{other.Id}' ({other}) contradict each other: there may be a pair that both cover, "
                + "they are equally narrow and hold since the same instant. Make one narrower or newer.");
        }

        return rows;
    }

    private static AuthorityRow? ReadRow(ObjectReader input)
    {
        var id = input.Line("id", MaxLength);
        var pattern = input.Choice<Pattern>("pattern");
        var initiator = input.Object("initiator", ReadSelector, required: true);
        var responder = input.Object("responder", ReadSelector, required: true);
        var status = input.Choice<AuthorityStatus>("status");
        var since = input.Instant("since", required: true);
        var why = input.Line("why", MaxWhyLength);
        if (pattern == Pattern.Sequential)
        {
            input.Add("pattern", InputError.NotAllowed, "The sequential surfaces need no row; everybody may use them.");
        }

        return id is null || pattern is null || initiator is null || responder is null
            || status is null || since is null || why is null
            ? null
            : new AuthorityRow
            {
                Id = id,
                Pattern = pattern.Value,
                Initiator = initiator,
                Responder = responder,
                Status = status.Value,
                Since = since.Value,
                Why = why,
            };
    }

    private static AuthoritySelector ReadSelector(ObjectReader input)
    {
        var role = input.Line("role", MaxLength, required: false);
        if (role is not null && !AgentRegistry.Roles.Contains(role))
        {
            input.Add("role", InputError.InvalidValue, $"'{role}' is none of {string.Join(", ", AgentRegistry.Roles)}.");
        }

        return new AuthoritySelector
        {
            Agent = input.Line("agent", MaxLength, required: false),
            Company = input.Line("company", MaxLength, required: false),
            Role = role,
            Device = input.Line("device", MaxLength, required: false),
        };
    }
}

/// <summary>The body of <c>PUT /authority</c>.</summary>
/// <param name="Rows">All rows of the new table.</param>
/// <param name="By">Who changes it; null where the request says that otherwise.</param>
public sealed record PutAuthorityRequest(IReadOnlyList<AuthorityRow> Rows, string? By);
