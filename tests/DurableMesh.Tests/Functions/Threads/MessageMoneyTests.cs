using DurableMesh.Core.Identity;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Threads;

/// <summary>The day's budgets as messages and calls of several agents meet them.</summary>
public sealed class MessageMoneyTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new() { Policy = PolicyOf("""{"agentDayUsd":1}""") };

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task Ten_messages_at_once_spend_no_more_than_the_day_has()
    {
        var ids = new List<string>();
        for (var n = 0; n < 10; n++)
        {
            ids.Add(await _mesh.StartedAsync());
        }

        var answers = await Task.WhenAll(ids.Select(id => Task.Run(() => SendAsync(id, "b-1", 0.612m))));

        Assert.Equal(9, answers.Count(answer => answer.Status == 409 && answer.Text("reason") == "day_budget"));
        Assert.Equal(0.612m, await SpentAsync());
        foreach (var id in ids)
        {
            Assert.Equal("open", (await _mesh.GetAsync(id)).Text("state"));
        }
    }

    [Fact]
    public async Task What_fits_at_once_comes_in_at_once()
    {
        var id = await _mesh.StartedAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 12).Select(n => Task.Run(() => SendAsync(id, $"n-{n}", 0.1m, MessageKind.Note))));

        Assert.Equal(10, answers.Count(answer => answer.Status == 200));
        Assert.Equal(1m, await SpentAsync());
    }

    [Fact]
    public async Task A_message_beyond_all_measure_ends_its_own_thread_and_leaves_the_company_its_day()
    {
        _mesh.Policy = PolicyOf("""{"companyDayUsd":10}""");
        var (mine, colleagues) = (await _mesh.StartedAsync(), await _mesh.StartedAsync());

        var answer = await SendAsync(mine, "b-1", 999_999m);
        var after = await SendAsync(colleagues, "b-2", 0.5m);

        Assert.Equal((200, "ended"), (answer.Status, answer.Text("threadState")));
        Assert.Equal("cost_cap", (await _mesh.GetAsync(mine)).Text("reason"));
        Assert.Equal((200, "open"), (after.Status, after.Text("threadState")));
        Assert.Equal(2.5m, _mesh.Log.Ledger.SpentToday(SampleThread.Builder));
        Assert.Equal(999_999.5m, await SpentAsync());
    }

    [Fact]
    public async Task A_reservation_of_all_that_a_company_has_ends_nobody_elses_thread()
    {
        _mesh.Policy = PolicyOf("""{"companyDayUsd":2}""");
        var (mine, colleagues) = (await _mesh.StartedAsync(), await _mesh.StartedAsync());
        Assert.Equal(200, (await _mesh.ReserveAsync(mine, SampleThread.Builder, new Usage { CostUsd = 2m })).Status);

        var call = await _mesh.ReserveAsync(colleagues, SampleThread.Builder, new Usage { CostUsd = 0.1m });
        var message = await SendAsync(colleagues, "b-1", 0.1m);
        await SendAsync(mine, "b-1", 0.5m);
        var later = await SendAsync(colleagues, "b-1", 0.1m);

        Assert.Equal((409, "day_budget", "open"), (call.Status, call.Text("reason"), call.Text("threadState")));
        Assert.Equal((409, "day_budget", "open"), (message.Status, message.Text("reason"), message.Text("threadState")));
        Assert.Equal(200, later.Status);
    }

    [Fact]
    public async Task A_stranger_keeps_no_money_from_anybody()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.ReserveAsync(id, "vizu-builder", new Usage { CostUsd = 1m });

        Assert.Equal(0, _mesh.Raised);
        Assert.Equal(200, (await SendAsync(id, "b-1", 1m)).Status);
    }

    [Fact]
    public async Task A_cost_of_nothing_does_not_beat_a_price()
    {
        _mesh.Policy = PolicyReader.Read("""
            { "prices": [ { "model": "m", "from": "2026-01-01T00:00:00Z", "input": 3, "output": 15 } ] }
            """u8.ToArray()).Value!;
        var id = await _mesh.StartedAsync();

        await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission) with
        {
            Usage = new Usage { Model = "m", InputTokens = 1_000_000, CostUsd = 0 },
        });

        var thread = await _mesh.GetAsync(id);
        Assert.Equal(("ended", "cost_cap"), (thread.Text("state"), thread.Text("reason")));
        Assert.Equal(3m, await SpentAsync());
        var evidence = await _mesh.EvidenceAsync(id);
        Assert.Empty(DurableMesh.Core.Evidence.EvidenceVerifier.Verify(evidence.Utf8).Findings);
        Assert.Equal(0m, evidence.Body.GetProperty("usage").GetProperty("disagreements")[0].GetProperty("costUsd").GetDecimal());
    }

    [Theory]
    [InlineData("allow", 200)]
    [InlineData("hold", 409)]
    [InlineData("deny", 409)]
    public async Task The_policy_says_what_becomes_of_a_model_without_a_price(string unpriced, int status)
    {
        _mesh.Policy = PolicyReader.Read(System.Text.Encoding.UTF8.GetBytes($$"""{"unpriced":"{{unpriced}}"}""")).Value!;
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission) with
        {
            Usage = new Usage { Model = "unheard-of", InputTokens = 5, CostUsd = 0.001m },
        });

        Assert.Equal(status, answer.Status);
        Assert.True(status == 200 || answer.Text("reason") == "unpriced_model");
    }

    [Fact]
    public async Task Who_cancels_and_who_decides_is_on_record_with_what_they_are()
    {
        foreach (var (caller, by) in ((Caller, string?)[])
        [
            (new Caller(Subject.Operator(SampleThread.Builder), Enum.GetValues<Scope>()), null),
            (new Caller(Subject.Agent(SampleThread.Builder), [Scope.Read, Scope.Send]), SampleThread.Builder),
            (Caller.Anybody, "builder"),
            (Caller.Anybody, "anna"),
        ])
        {
            _mesh.Caller = caller;
            var id = (await _mesh.StartAsync(SampleThread.RequestOf())).Text("threadId");
            await _mesh.CancelAsync(id, by);
            var end = (await _mesh.EvidenceAsync(id)).List("entries").Last().GetProperty("event");
            Assert.Equal(
                caller.Subject?.ToString() ?? (by == "anna" ? "operator:anna" : "agent:" + SampleThread.Builder),
                end.GetProperty("by").GetString());
        }
    }

    private static MeshPolicy PolicyOf(string budgets) =>
        PolicyReader.Read(System.Text.Encoding.UTF8.GetBytes($$"""{"budgets":{{budgets}}}""")).Value!;

    private Task<Answer> SendAsync(string id, string messageId, decimal usd, MessageKind kind = MessageKind.Submission) =>
        _mesh.SendAsync(
            id, SampleThread.MessageOf(messageId, SampleThread.Builder, kind) with { Usage = new Usage { CostUsd = usd } });

    private async Task<decimal> SpentAsync() =>
        (await _mesh.CostsAsync("?by=day")).Body.GetProperty("total").GetProperty("usage").GetProperty("costUsd").GetDecimal();
}
