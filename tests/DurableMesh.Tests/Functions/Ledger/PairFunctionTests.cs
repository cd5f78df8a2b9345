using System.Text;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Ledger;

public sealed class PairFunctionTests : IAsyncDisposable
{
    private const string File = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Pairs_show_what_ended_beside_what_was_imported()
    {
        await PassAsync();
        var imported = await ImportAsync(Line(2), Line(3, "\"agent\":\"old-bot\""), Line(4, model: "nobody's"));

        Assert.Equal((200, "3", "0"), (imported.Status, imported.Text("taken"), imported.Text("known")));
        Assert.Equal(["old-bot"], imported.List("unknownAgents").Select(agent => agent.GetString()));
        Assert.Equal("nobody's", imported.List("missingPrices").Single().GetProperty("model").GetString());

        var pairs = await _mesh.PairsAsync();
        var row = pairs.List("rows").Single();
        Assert.Equal(SampleThread.Builder, row.GetProperty("initiator").GetString());
        Assert.Equal(1, row.GetProperty("numbers").GetProperty("firstPass").GetInt32());
        Assert.Equal(2, row.GetProperty("baseline").GetProperty("runs").GetInt32());
        Assert.Equal(0.5m, row.GetProperty("saving").GetProperty("tokens").GetDecimal());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, row.GetProperty("saving").GetProperty("costUsd").ValueKind);
        Assert.Equal(2, pairs.List("baselines").Count());
    }

    [Fact]
    public async Task A_file_counts_once_until_it_is_forgotten()
    {
        await ImportAsync(Line(2), Line(3));
        var again = await ImportAsync(Line(2), Line(3), Line(4));
        Assert.Equal(("1", "2"), (again.Text("taken"), again.Text("known")));

        Assert.Equal(204, (await _mesh.ForgetBaselineAsync(File)).Status);
        Assert.Equal((404, "baseline_not_found"), Of(await _mesh.ForgetBaselineAsync(File)));
        Assert.Empty((await _mesh.PairsAsync()).List("baselines"));
    }

    [Fact]
    public async Task An_agent_sees_its_own_pairs_only()
    {
        await PassAsync();
        await ImportAsync(Line(2), Line(3, "\"agent\":\"vizu-builder\""));

        _mesh.Caller = new Caller(Subject.Agent("vizu-builder"), [Scope.Read]);
        var stranger = await _mesh.PairsAsync();
        Assert.Empty(stranger.List("rows"));
        Assert.Equal(0, stranger.Body.GetProperty("total").GetProperty("runs").GetInt32());
        Assert.Equal("vizu-builder", stranger.List("baselines").Single().GetProperty("initiator").GetString());

        _mesh.Caller = new Caller(Subject.Agent(SampleThread.Verifier), [Scope.Read]);
        Assert.Single((await _mesh.PairsAsync()).List("rows"));
        Assert.Single((await _mesh.PairsAsync()).List("baselines"));
    }

    [Theory]
    [InlineData("?pattern=sideways", "unknown_value")]
    [InlineData("?since=yesterday", "invalid_value")]
    [InlineData("?week=2025-W53", "invalid_value")]
    [InlineData("?limit=1001", "out_of_range")]
    [InlineData("?cursor=nobody", "malformed_cursor")]
    [InlineData("?by=agent", "unknown_field")]
    public async Task A_query_that_is_wrong_says_so(string query, string code) =>
        Assert.Equal((400, code), Of(await _mesh.PairsAsync(query)));

    [Theory]
    [InlineData("""{"file":"f.csv","lines":[]}""", "file")]
    [InlineData("""{"file":"sha256:1111111111111111111111111111111111111111111111111111111111111111"}""", "lines")]
    [InlineData(
        """{"file":"sha256:1111111111111111111111111111111111111111111111111111111111111111","lines":[{"line":0}]}""",
        "lines[0].line")]
    public async Task An_import_that_is_wrong_says_where(string body, string path)
    {
        var answer = await _mesh.ImportBaselineAsync(Encoding.UTF8.GetBytes(body));

        Assert.Equal(400, answer.Status);
        Assert.Contains(path, answer.List("errors").Select(error => error.GetProperty("path").GetString()));
    }

    private static (int, string?) Of(Answer answer) => (answer.Status, answer.Code);

    private async Task PassAsync()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.SendAsync(id, SampleThread.MessageOf("s-1", SampleThread.Builder, MessageKind.Submission) with
        {
            Usage = new Usage { Model = "m", InputTokens = 40, OutputTokens = 10, CostUsd = 0.1m },
        });
        Assert.Equal(200, (await _mesh.SendAsync(id, SampleThread.PassOf("v-1"))).Status);
    }

    private Task<Answer> ImportAsync(params string[] lines) => _mesh.ImportBaselineAsync(
        Encoding.UTF8.GetBytes($$"""{"file":"{{File}}","name":"old.csv","lines":[{{string.Join(',', lines)}}]}"""));

    private static string Line(int number, string who = "\"pair\":\"builder/verifier\"", string? model = null) =>
        $"{{\"line\":{number},{who},\"pattern\":\"builder-verifier\",\"week\":\"2026-W40\","
        + "\"inputTokens\":90,\"outputTokens\":10,"
        + (model is null ? "\"costUsd\":0.2}" : $"\"model\":\"{model}\"}}");
}
