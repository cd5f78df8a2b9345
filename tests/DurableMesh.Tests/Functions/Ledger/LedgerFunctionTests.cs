using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Ledger;

public sealed class LedgerFunctionTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Stats_count_what_was_just_done()
    {
        var (one, two) = (await _mesh.StartedAsync(), await _mesh.StartedAsync());
        await _mesh.SendAsync(one, Note("n-1", 0.25m));
        await _mesh.CancelAsync(two);

        var stats = await _mesh.StatsAsync();

        Assert.Equal(
            """
            {"agents":3,"companies":3,"threads":2,"messages":3,"open":1,"held":0,"pass":0,"partial":0,"blocked":1,
            "answered":0,"byReason":{"cancelled":1},"costUsd":0.25,"costTodayUsd":0.25,"tokens":110,"unpriced":0}
            """.ReplaceLineEndings(""),
            stats.Body.GetRawText());
    }

    [Fact]
    public async Task Costs_come_by_agent_unless_asked_otherwise_page_by_page()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.SendAsync(id, Note("n-1", 0.25m));
        await _mesh.SendAsync(id, Note("n-2", 0.5m) with { From = SampleThread.Verifier });

        var first = await _mesh.CostsAsync("?limit=1");
        var second = await _mesh.CostsAsync($"?limit=1&by=agent&cursor={first.Text("nextCursor")}");

        Assert.Equal([(SampleThread.Verifier, 0.5m)], Rows(first));
        Assert.Equal([(SampleThread.Builder, 0.25m)], Rows(second));
        Assert.Equal("", second.Text("nextCursor"));
        Assert.Equal([("proveo", 0.5m), ("codecraft", 0.25m)], Rows(await _mesh.CostsAsync("?by=company")));
        Assert.Equal([(id, 0.75m)], Rows(await _mesh.CostsAsync("?by=thread")));
        Assert.Empty(Rows(await _mesh.CostsAsync("?by=day&to=2020-01-01")));
    }

    [Theory]
    [InlineData("?by=model", "unknown_value")]
    [InlineData("?from=yesterday", "invalid_value")]
    [InlineData("?to=2026-02-30", "invalid_value")]
    [InlineData("?to=2026-11-24T00:00:00Z", "invalid_value")]
    [InlineData("?limit=501", "out_of_range")]
    [InlineData("?cursor=nobody", "malformed_cursor")]
    [InlineData("?by=thread&cursor=-1", "malformed_cursor")]
    [InlineData("?since=2026-11-24", "unknown_field")]
    public async Task A_query_that_is_wrong_says_so(string query, string code)
    {
        var answer = await _mesh.CostsAsync(query);

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Equal(400, (await _mesh.StatsAsync("?by=agent")).Status);
    }

    private static SendMessageRequest Note(string messageId, decimal costUsd) =>
        SampleThread.MessageOf(messageId, SampleThread.Builder, MessageKind.Note) with
        {
            Usage = new Usage { InputTokens = 100, OutputTokens = 10, CostUsd = costUsd },
        };

    private static IEnumerable<(string, decimal)> Rows(Answer answer) => answer.List("rows").Select(row =>
        (row.GetProperty("key").GetString()!, row.GetProperty("spend").GetProperty("usage").GetProperty("costUsd").GetDecimal()));
}
