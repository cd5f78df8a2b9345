using System.Text.Json;
using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Authority;
using DurableMesh.Functions.Store;
using DurableMesh.Tests.Core.Authority;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Authority;

public sealed class AuthorityFunctionTests : IAsyncDisposable
{
    private static readonly AuthorityRow BuilderVerifier =
        AuthoritySample.Row("builder-verifier", new() { Role = "builder" }, new() { Role = "verifier" });

    private readonly MeshFixture _mesh = new();
    private readonly FoldedLog<AuthorityTables, AuthorityChange> _log;
    private readonly AuthorityFunctions _functions;

    public AuthorityFunctionTests()
    {
        _log = LogOf(_mesh);
        _functions = new AuthorityFunctions(new AuthorityDirectory(_log), _mesh.Agents, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task A_new_mesh_has_an_empty_table_that_only_a_first_one_replaces()
    {
        var empty = await GetAsync();
        Assert.Equal((200, "0", 0), (empty.Status, empty.Text("version"), empty.List("rows").Count()));
        Assert.Empty(empty.Headers.ETag.ToString());

        var first = await PutAsync([BuilderVerifier], headers => headers.IfNoneMatch = "*");
        var second = await PutAsync([BuilderVerifier], headers => headers.IfNoneMatch = "*");

        Assert.Equal((200, "1", "\"1\""), (first.Status, first.Text("version"), first.Headers.ETag.ToString()));
        Assert.Equal((412, "version_mismatch"), (second.Status, second.Code));
    }

    [Fact]
    public async Task A_change_names_the_version_that_it_replaces_and_all_versions_are_kept()
    {
        await PutAsync([BuilderVerifier], headers => headers.IfNoneMatch = "*");

        var second = await PutAsync(
            [BuilderVerifier with { Status = AuthorityStatus.Retired }], headers => headers.IfMatch = "\"1\"");
        var late = await PutAsync([], headers => headers.IfMatch = "\"1\"");

        Assert.Equal((200, "operator:anna"), (second.Status, second.Text("changedBy")));
        Assert.Equal((412, "version_mismatch"), (late.Status, late.Code));
        Assert.Equal("retired", StatusIn(await GetAsync()));
        Assert.Equal("active", StatusIn(await GetAsync("?version=1")));
        var unknown = await GetAsync("?version=3");
        Assert.Equal((404, "version_not_found"), (unknown.Status, unknown.Code));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("*")]
    public async Task Without_a_version_nothing_is_replaced(string? ifMatch)
    {
        var answer = await PutAsync([BuilderVerifier], headers => headers.IfMatch = ifMatch);

        Assert.Equal((428, "version_required"), (answer.Status, answer.Code));
        Assert.Equal("0", (await GetAsync()).Text("version"));
    }

    [Fact]
    public async Task Rows_that_contradict_each_other_are_refused()
    {
        var answer = await PutAsync(
            [BuilderVerifier, BuilderVerifier with { Id = "other", Status = AuthorityStatus.Retired }],
            headers => headers.IfNoneMatch = "*");

        Assert.Equal((400, "contradictory_rows"), (answer.Status, answer.Code));
        Assert.Matches("'builder-verifier'.*'other'", answer.Text("detail"));
    }

    [Fact]
    public async Task Another_host_sees_the_change()
    {
        await PutAsync([BuilderVerifier], headers => headers.IfNoneMatch = "*");
        await using var other = LogOf(_mesh);

        var tables = await other.ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal((1, "builder-verifier"), (tables.Current.Version, tables.Current.Rows.Single().Id));
    }

    [Fact]
    public async Task An_explanation_says_for_each_pattern_which_row_decides_and_takes_aliases()
    {
        await PutAsync([BuilderVerifier], headers => headers.IfNoneMatch = "*");

        var all = await ExplainAsync("?initiator=builder&responder=verifier");
        var one = await ExplainAsync("?initiator=builder&responder=verifier&pattern=cross-device");

        Assert.Equal(("codecraft-builder", "proveo-verifier", "1"),
            (all.Text("initiator"), all.Text("responder"), all.Text("version")));
        Assert.Equal(
            [("builder-verifier", true), ("cross-device", false), ("distillation", false), ("advisory", false)], Decisions(all));
        Assert.Equal([("cross-device", false)], Decisions(one));
        Assert.Equal(
            "one-shot-task", one.List("patterns").Single().GetProperty("decision").GetProperty("useInstead").GetString());
    }

    [Theory]
    [InlineData("?initiator=builder&responder=nobody", 404, "agent_not_found")]
    [InlineData("?initiator=builder", 400, "missing")]
    [InlineData("?initiator=builder&responder=verifier&pattern=gossip", 400, "unknown_value")]
    [InlineData("?initiator=builder&responder=verifier&patern=advisory", 400, "unknown_field")]
    public async Task A_question_that_makes_no_sense_is_refused(string query, int status, string code)
    {
        var answer = await ExplainAsync(query);
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    private static FoldedLog<AuthorityTables, AuthorityChange> LogOf(MeshFixture mesh)
    {
        var log = new FoldedLog<AuthorityTables, AuthorityChange>(
            mesh.Blobs, "authority", TimeSpan.FromSeconds(30), TimeProvider.System, NullLogger.Instance);
        log.Start();
        return log;
    }

    private static string? StatusIn(Answer table) => table.List("rows").Single().GetProperty("status").GetString();

    private static IEnumerable<(string?, bool)> Decisions(Answer explained) => explained.List("patterns")
        .Select(pattern => pattern.GetProperty("decision"))
        .Select(decision => (decision.GetProperty("pattern").GetString(), decision.GetProperty("authorised").GetBoolean()));

    private Task<Answer> GetAsync(string query = "") =>
        _mesh.CallAsync("GET", $"/api/authority{query}", [], null, request => _functions.GetAsync(request, default));

    private Task<Answer> ExplainAsync(string query) =>
        _mesh.CallAsync("GET", $"/api/authority/explain{query}", [], null, request => _functions.ExplainAsync(request, default));

    private Task<Answer> PutAsync(AuthorityRow[] rows, Action<IHeaderDictionary> precondition)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new PutAuthorityRequest(rows, "anna"), MeshJson.Options);
        return _mesh.CallAsync("PUT", "/api/authority", body, null, request =>
        {
            precondition(request.Headers);
            return _functions.PutAsync(request, default);
        });
    }
}
