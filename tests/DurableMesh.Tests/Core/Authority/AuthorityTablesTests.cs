using System.Text.Json;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;
using static DurableMesh.Tests.Core.Authority.AuthoritySample;

namespace DurableMesh.Tests.Core.Authority;

public sealed class AuthorityTablesTests
{
    [Fact]
    public void Every_change_is_a_version_and_all_of_them_are_kept()
    {
        var first = Change(AuthorityTables.Empty, null, Row("a"));
        var second = Change(first, 1, Row("b"), Row("c"));

        Assert.Equal(2, second.Current.Version);
        Assert.Equal(["b", "c"], second.Current.Rows.Select(row => row.Id));
        Assert.Equal((Now, "anna"), (second.Current.ChangedAt!.Value, second.Current.ChangedBy));
        Assert.Equal(["a"], second.At(1)!.Rows.Select(row => row.Id));
        Assert.Empty(second.At(0)!.Rows);
        Assert.Null(second.At(3));
        Assert.Null(second.At(-1));
        Assert.Equal(1, first.Current.Version);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_change_for_another_version_is_refused_and_changes_nothing(int expected)
    {
        var tables = Change(AuthorityTables.Empty, 0, Row("a"));

        var result = tables.Apply(new AuthorityChange([], expected), Now, "bert");

        Assert.Equal(RefusalKind.VersionMismatch, result.Refusal!.Kind);
        Assert.Same(tables, result.State);
    }

    [Fact]
    public void A_table_comes_back_from_json_as_it_was_and_anybody_is_an_empty_object()
    {
        var table = Table(Row("a", new() { Company = "proveo" }), Row("b"));

        var json = JsonSerializer.Serialize(table, MeshJson.Options);
        var back = JsonSerializer.Deserialize<AuthorityTable>(json, MeshJson.Options)!;

        Assert.Equal(table.Rows, back.Rows);
        Assert.Equal(table with { Rows = [] }, back with { Rows = [] });
        Assert.Contains(
            """{"id":"b","pattern":"builder-verifier","initiator":{},"responder":{},"status":"active",""",
            json,
            StringComparison.Ordinal);
    }

    private static AuthorityTables Change(AuthorityTables tables, int? expected, params AuthorityRow[] rows)
    {
        var result = tables.Apply(new AuthorityChange(rows, expected), Now, "anna");
        Assert.Null(result.Refusal);
        return result.State;
    }
}
