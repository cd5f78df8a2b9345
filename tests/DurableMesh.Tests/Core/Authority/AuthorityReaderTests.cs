using System.Text;
using System.Text.Json;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using static DurableMesh.Tests.Core.Authority.AuthoritySample;

namespace DurableMesh.Tests.Core.Authority;

public sealed class AuthorityReaderTests
{
    private const string Good =
        """
        {"by":"anna","rows":[
          {"id":"one","pattern":"builder-verifier","initiator":{"role":"builder"},
           "responder":{"role":"verifier","device":"FORGE"},"status":"active","since":"2026-11-01T00:00:00Z","why":"ADR-027"},
          {"id":"two","pattern":"advisory","initiator":{},"responder":{"agent":"lexicon-advisor","company":"lexicon"},
           "status":"pilot","since":"2026-11-02T00:00:00Z","why":"ADR-027"}]}
        """;

    [Fact]
    public void A_table_is_read_row_by_row()
    {
        var request = Read(Good).Value!;

        Assert.Equal("anna", request.By);
        Assert.Equal(
            ["role builder → role verifier, device FORGE, active", "anybody → agent lexicon-advisor, company lexicon, pilot"],
            request.Rows.Select(row => row.ToString()));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), request.Rows[0].Since);
    }

    [Fact]
    public void What_the_mesh_shows_can_be_sent_back()
    {
        var table = Table(Row("a", new() { Role = "builder" }), Row("b", status: AuthorityStatus.Retired));

        var read = Read(JsonSerializer.Serialize(table, MeshJson.Options));

        Assert.Equal(table.Rows, read.Value!.Rows);
        Assert.Null(read.Value.By);
    }

    [Theory]
    [InlineData("\"id\":\"two\"", "\"id\":\"one\"", "rows[1].id", "duplicate_id")]
    [InlineData("\"advisory\"", "\"advise\"", "rows[1].pattern", "invalid_value")]
    [InlineData("\"initiator\":{},", "", "rows[1].initiator", "missing")]
    [InlineData("\"role\":\"verifier\"", "\"role\":\"boss\"", "rows[0].responder.role", "invalid_value")]
    [InlineData("\"role\":\"verifier\"", "\"rol\":\"verifier\"", "rows[0].responder.rol", "unknown_field")]
    [InlineData("\"company\":\"lexicon\"", "\"company\":\"\"", "rows[1].responder.company", "invalid_value")]
    [InlineData("\"pilot\"", "\"maybe\"", "rows[1].status", "invalid_value")]
    [InlineData("\"since\":\"2026-11-02T00:00:00Z\",", "", "rows[1].since", "missing")]
    [InlineData("2026-11-02T00:00:00Z", "yesterday", "rows[1].since", "invalid_value")]
    [InlineData(",\"why\":\"ADR-027\"}]", "}]", "rows[1].why", "missing")]
    [InlineData("\"rows\"", "\"row\"", "rows", "missing")]
    [InlineData("\"rows\":[", "\"rows\":null,\"x\":[", "rows", "missing")]
    [InlineData("\"by\"", "\"from\"", "from", "unknown_field")]
    public void A_bad_table_says_where_and_what(string good, string bad, string path, string code)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var result = Read(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.False(result.Ok);
        Assert.Contains((path, code), result.Errors.Select(error => (error.Path, error.Code)));
    }

    // The second row against one of role builder, role verifier, active since ten days ago.
    public static TheoryData<AuthorityRow, bool> Pairs => new()
    {
        { Row("other", new() { Role = "builder" }, new() { Role = "verifier" }, AuthorityStatus.Retired), true },
        { Row("other", new() { Role = "verifier" }, new() { Role = "builder" }, AuthorityStatus.Retired), true },
        { Row("other", new() { Device = "ANVIL" }, new() { Device = "FORGE" }, AuthorityStatus.Retired), true },
        { Row("other", new() { Role = "builder" }, new() { Role = "verifier" }, AuthorityStatus.Pilot), false },
        { Row("other", new() { Role = "builder" }, new() { Role = "verifier" }, AuthorityStatus.Retired, daysAgo: 9), false },
        { Row("other", new() { Role = "builder" }, null, AuthorityStatus.Retired), false },
        {
            Row(
                "other", new() { Role = "builder" }, new() { Role = "verifier" },
                AuthorityStatus.Retired, pattern: Pattern.Advisory),
            false
        },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Rows_that_contradict_each_other_are_refused_with_both_named(AuthorityRow other, bool contradicts) =>
        AssertContradicts(Row("first", new() { Role = "builder" }, new() { Role = "verifier" }), other, contradicts);

    [Theory]
    [InlineData("codecraft-builder", "codecraft-builder", true)]
    [InlineData("codecraft-builder", "vizu-builder", false)]
    public void Rows_that_no_agent_could_both_match_do_not_contradict_each_other(string one, string other, bool contradicts) =>
        AssertContradicts(
            Row("first", new() { Agent = one }),
            Row("other", new() { Agent = other }, status: AuthorityStatus.Retired),
            contradicts);

    [Fact]
    public void Companies_and_devices_that_differ_keep_rows_apart()
    {
        AssertContradicts(
            Row("first", new() { Company = "proveo" }),
            Row("other", new() { Company = "vizu" }, status: AuthorityStatus.Retired),
            contradicts: false);
        AssertContradicts(
            Row("first", new() { Device = "ANVIL" }),
            Row("other", new() { Device = "FORGE" }, status: AuthorityStatus.Retired),
            contradicts: false);
        AssertContradicts(
            Row("first", new() { Device = "ANVIL" }),
            Row("other", new() { Device = "anvil" }, status: AuthorityStatus.Retired),
            contradicts: true);
    }

    private static void AssertContradicts(AuthorityRow first, AuthorityRow other, bool contradicts)
    {
        var errors = Read(JsonSerializer.Serialize(Table(first, other), MeshJson.Options)).Errors;
        Assert.Equal(contradicts ? [("rows", "contradictory_rows")] : [], errors.Select(error => (error.Path, error.Code)));
        Assert.All(errors, error => Assert.Matches("'first'.*'other'", error.Message));
    }

    private static ReadResult<PutAuthorityRequest> Read(string json) => AuthorityReader.ReadPut(Encoding.UTF8.GetBytes(json));
}
