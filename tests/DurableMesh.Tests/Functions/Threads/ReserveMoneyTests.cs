using DurableMesh.Core.Identity;
using DurableMesh.Core.Policy;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Threads;

public sealed class ReserveMoneyTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new()
    {
        Policy = PolicyReader.Read("""
            {
              "prices": [ { "model": "m", "from": "2026-01-01T00:00:00Z", "input": 3, "output": 15 } ],
              "budgets": { "agentDayUsd": 1 }
            }
            """u8.ToArray()).Value!,
    };

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task What_is_reserved_is_shown_until_it_is_settled()
    {
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.ReserveAsync(
            id, "builder", new Usage { Model = "m", InputTokens = 100_000, OutputTokens = 10_000 });

        Assert.Equal((200, "accepted"), (answer.Status, answer.Text("receipt")));
        Assert.Equal(0.45m, (await ThreadAsync(id)).GetProperty("reservedUsd").GetProperty("initiator").GetDecimal());
        await _mesh.SendAsync(id, SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission));
        Assert.False((await ThreadAsync(id)).TryGetProperty("reservedUsd", out _));
    }

    [Fact]
    public async Task What_does_not_fit_ends_the_thread_and_is_not_asked_again()
    {
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.ReserveAsync(id, SampleThread.Builder, new Usage { CostUsd = 2.5m });
        var raised = _mesh.Raised;
        var again = await _mesh.ReserveAsync(id, SampleThread.Builder, new Usage { CostUsd = 0.1m });

        Assert.Equal((409, "rejected", "cost_cap", "ended"), (
            answer.Status, answer.Text("receipt"), answer.Text("reason"), answer.Text("threadState")));
        Assert.Equal((409, "thread_ended"), (again.Status, again.Text("reason")));
        Assert.Equal(raised, _mesh.Raised);
        Assert.Equal("cost_cap", (await ThreadAsync(id)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Calls_in_other_threads_count_against_the_budget_of_the_day()
    {
        var (one, two) = (await _mesh.StartedAsync(), await _mesh.StartedAsync());
        await _mesh.ReserveAsync(one, SampleThread.Builder, new Usage { CostUsd = 0.7m });
        Assert.Equal(200, (await _mesh.ReserveAsync(one, SampleThread.Builder, new Usage { CostUsd = 0.6m })).Status);

        var answer = await _mesh.ReserveAsync(two, SampleThread.Builder, new Usage { CostUsd = 0.5m });

        Assert.Equal((409, "day_budget", "open"), (answer.Status, answer.Text("reason"), answer.Text("threadState")));
        Assert.Contains("has spent 1.1 of 1 USD today", answer.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_that_are_asked_for_at_once_do_not_find_the_same_money()
    {
        var ids = new List<string>();
        for (var n = 0; n < 8; n++)
        {
            ids.Add(await _mesh.StartedAsync());
        }

        var answers = await Task.WhenAll(ids.Select(
            id => Task.Run(() => _mesh.ReserveAsync(id, SampleThread.Builder, new Usage { CostUsd = 0.3m }))));

        Assert.Equal(3, answers.Count(answer => answer.Status == 200));
        Assert.Equal(5, answers.Count(answer => answer.Text("reason") == "day_budget"));
    }

    [Fact]
    public async Task A_worst_case_that_nobody_can_price_is_a_mistake_of_the_request()
    {
        var id = await _mesh.StartedAsync();

        var unpriced = await _mesh.ReserveAsync(id, SampleThread.Builder, new Usage { Model = "unheard-of", InputTokens = 5 });
        var nothing = await _mesh.ReserveAsync(id, SampleThread.Builder, new Usage { InputTokens = 5 });

        Assert.Equal((400, "missing"), (unpriced.Status, unpriced.Text("code")));
        Assert.Contains("no price of 'unheard-of'", unpriced.Text("detail"), StringComparison.Ordinal);
        Assert.Equal((400, "missing"), (nothing.Status, nothing.Text("code")));
        Assert.Equal(0, _mesh.Raised);
    }

    [Fact]
    public async Task Nobody_reserves_for_another()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Caller = new Caller(Subject.Agent(SampleThread.Verifier), [Scope.Read, Scope.Send]);

        var answer = await _mesh.ReserveAsync(id, SampleThread.Builder, new Usage { CostUsd = 0.1m });

        Assert.Equal((403, "forged_sender"), (answer.Status, answer.Text("code")));
    }

    private async Task<System.Text.Json.JsonElement> ThreadAsync(string id) => (await _mesh.GetAsync(id)).Body;
}
