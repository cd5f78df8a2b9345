using System.Text;
using System.Text.Json;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Responder;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;

namespace DurableMesh.Tests.Functions.Agents;

public sealed class RegistryFunctionTests : IAsyncDisposable
{
    private const string NewAgent = """{"company":"vizu","roles":["verifier"],"aliases":["critic"],"wipLimit":2}""";

    private readonly MeshFixture _mesh = new();
    private readonly AgentFunctions _agents;
    private readonly CompanyFunctions _companies;

    public RegistryFunctionTests()
    {
        _agents = _mesh.RegistryFunctions();
        _companies = new CompanyFunctions(_mesh.Agents);
    }

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task An_agent_is_created_replaced_and_deleted_under_its_version()
    {
        var created = await PutAsync("vizu-critic", NewAgent, headers => headers.IfNoneMatch = "*");
        var again = await PutAsync("vizu-critic", NewAgent, headers => headers.IfNoneMatch = "*");
        var changed = NewAgent.Replace("2}", "3}", StringComparison.Ordinal);
        var replaced = await PutAsync("vizu-critic", changed, headers => headers.IfMatch = "\"1\"");
        var late = await DeleteAsync("vizu-critic", headers => headers.IfMatch = "\"1\"");

        Assert.Equal((201, "\"1\"", "2"), (created.Status, created.Headers.ETag.ToString(), created.Text("wipLimit")));
        Assert.Equal((412, "version_mismatch"), (again.Status, again.Code));
        Assert.Equal((200, "\"2\"", "3"), (replaced.Status, replaced.Headers.ETag.ToString(), replaced.Text("wipLimit")));
        Assert.Equal((412, "version_mismatch"), (late.Status, late.Code));
        Assert.Equal("vizu-critic", (await GetAsync("critic")).Text("id"));

        Assert.Equal(204, (await DeleteAsync("vizu-critic", headers => headers.IfMatch = "\"2\"")).Status);
        Assert.Equal((404, "agent_not_found"), Outcome(await GetAsync("critic")));
        Assert.Equal((404, "agent_not_found"), Outcome(await DeleteAsync("vizu-critic")));
    }

    [Fact]
    public async Task What_an_answer_gave_may_be_sent_back()
    {
        var agent = await GetAsync(SampleThread.Builder);

        var same = await PutAsync(SampleThread.Builder, Encoding.UTF8.GetString(agent.Utf8));

        Assert.Equal((200, "2"), (same.Status, same.Text("version")));
    }

    [Theory]
    [InlineData("""{"company":"vizu","roles":["boss"],"devise":"x"}""", 400, "invalid_request")]
    [InlineData("""{"id":"other","company":"vizu","roles":["builder"]}""", 400, "invalid_value")]
    [InlineData("""{"company":"nowhere","roles":["builder"]}""", 400, "unknown_company")]
    [InlineData("""{"company":"vizu","roles":["builder"],"aliases":["verifier"]}""", 409, "name_taken")]
    [InlineData("""{"company":"vizu","roles":["builder"],"dailyBudgetUsd":-1}""", 400, "out_of_range")]
    public async Task An_agent_that_cannot_be_is_refused(string body, int status, string code)
    {
        Assert.Equal((status, code), Outcome(await PutAsync("new", body)));
        Assert.Equal(404, (await GetAsync("new")).Status);
    }

    [Fact]
    public async Task An_id_that_is_no_slug_is_refused()
    {
        Assert.Equal((400, "invalid_value"), Outcome(await PutAsync("New One", NewAgent)));
    }

    [Fact]
    public async Task A_company_lives_as_long_as_it_has_agents()
    {
        const string acme = """{"name":"Acme","dailyBudgetUsd":6}""";
        var created = await CompanyAsync("PUT", "acme", """{"name":"Acme"}""", headers => headers.IfNoneMatch = "*");
        var changed = await CompanyAsync("PUT", "acme", acme, headers => headers.IfMatch = "\"1\"");

        Assert.Equal((201, "\"1\""), (created.Status, created.Headers.ETag.ToString()));
        Assert.Equal((200, "6"), (changed.Status, (await CompanyAsync("GET", "acme")).Text("dailyBudgetUsd")));
        Assert.Equal((409, "company_in_use"), Outcome(await CompanyAsync("DELETE", "vizu")));
        Assert.Equal(204, (await CompanyAsync("DELETE", "acme")).Status);
        Assert.Equal((404, "company_not_found"), Outcome(await CompanyAsync("GET", "acme")));
        Assert.Equal(["codecraft", "proveo", "vizu"], await CompaniesAsync());
    }

    [Fact]
    public async Task An_agent_is_reachable_while_it_waits_and_two_minutes_after()
    {
        var poll = _mesh.InboxAsync(SampleThread.Builder, "?wait=PT60S");
        await Eventually.TrueAsync(() => _mesh.IsReachable(SampleThread.Builder));
        _mesh.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((true, _mesh.Time.GetUtcNow()), await LivenessAsync());

        await _mesh.StartedAsync();
        await poll;
        var left = _mesh.Time.GetUtcNow();
        _mesh.Time.Advance(AgentPresence.ReachableFor);
        Assert.Equal((true, left), await LivenessAsync());
        _mesh.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((false, left), await LivenessAsync());
    }

    [Fact]
    public async Task An_agent_of_which_only_a_message_is_known_was_seen_then()
    {
        Assert.Equal((false, null), await LivenessAsync());
        await _mesh.StartedAsync();

        var (reachable, lastSeen) = await LivenessAsync();

        Assert.Equal((false, true), (reachable, lastSeen is not null));
        Assert.Equal(lastSeen, _mesh.Log.LastHeard(SampleThread.Builder));
    }

    [Fact]
    public async Task What_waits_for_an_agent_is_answered_once_the_mesh_calls_it()
    {
        const string Chat = """
            {"company":"vizu","roles":["verifier"],"model":"m","adapter":{"kind":"chat","provider":"p"},"enabled":true}
            """;
        var started = new List<(string Id, WaitingFor Agent)>();
        _mesh.Client.Setup(one => one.ScheduleNewOrchestrationInstanceAsync(
                nameof(WaitingReplies),
                It.IsAny<WaitingFor>(),
                It.IsAny<StartOrchestrationOptions>(),
                It.IsAny<CancellationToken>()))
            .Callback((TaskName _, object input, StartOrchestrationOptions start, CancellationToken _) =>
                started.Add((start.InstanceId!, (WaitingFor)input)))
            .ReturnsAsync("");

        await PutAsync("vizu-critic", NewAgent);
        await PutAsync("vizu-critic", Chat.Replace("true", "false", StringComparison.Ordinal));
        Assert.Empty(started);
        await PutAsync("vizu-critic", Chat);
        await PutAsync("vizu-critic", Chat);
        await PutAsync("vizu-critic", Chat.Replace("\"p\"", "\"another\"", StringComparison.Ordinal));

        Assert.Equal(
            [
                ("respond-waiting:vizu-critic:3", new WaitingFor("vizu-critic", IsChanged: true)),
                ("respond-waiting:vizu-critic:4", new WaitingFor("vizu-critic", IsChanged: false)),
                ("respond-waiting:vizu-critic:5", new WaitingFor("vizu-critic", IsChanged: true)),
            ],
            started);
    }

    private static (int, string) Outcome(Answer answer) => (answer.Status, answer.Code);

    private async Task<(bool Reachable, DateTimeOffset? LastSeen)> LivenessAsync()
    {
        var agents = await _mesh.CallAsync("GET", "/api/agents", [], null, request => _agents.ListAsync(request, default));
        var agent = agents.List("agents").Single(one => one.GetProperty("id").GetString() == SampleThread.Builder);
        var seen = agent.GetProperty("lastSeen");
        return (
            agent.GetProperty("reachable").GetBoolean(),
            seen.ValueKind == JsonValueKind.Null ? null : seen.GetDateTimeOffset());
    }

    private Task<Answer> GetAsync(string id) =>
        _mesh.CallAsync("GET", $"/api/agents/{id}", [], null, request => _agents.GetAsync(request, id, default));

    private Task<Answer> PutAsync(string id, string body, Action<IHeaderDictionary>? precondition = null) =>
        _mesh.CallAsync("PUT", $"/api/agents/{id}", Encoding.UTF8.GetBytes(body), null, request =>
        {
            precondition?.Invoke(request.Headers);
            return _agents.PutAsync(request, id, _mesh.Client.Object, default);
        });

    private Task<Answer> DeleteAsync(string id, Action<IHeaderDictionary>? precondition = null) =>
        _mesh.CallAsync("DELETE", $"/api/agents/{id}", [], null, request =>
        {
            precondition?.Invoke(request.Headers);
            return _agents.DeleteAsync(request, id, default);
        });

    private Task<Answer> CompanyAsync(
        string method, string id, string body = "", Action<IHeaderDictionary>? precondition = null) =>
        _mesh.CallAsync(method, $"/api/companies/{id}", Encoding.UTF8.GetBytes(body), null, request =>
        {
            precondition?.Invoke(request.Headers);
            return method switch
            {
                "PUT" => _companies.PutAsync(request, id, default),
                "DELETE" => _companies.DeleteAsync(request, id, default),
                _ => _companies.GetAsync(request, id, default),
            };
        });

    private async Task<IEnumerable<string?>> CompaniesAsync()
    {
        var answer = await _mesh.CallAsync("GET", "/api/companies", [], null, request => _companies.ListAsync(request, default));
        return answer.List("companies").Select(company => company.GetProperty("id").GetString());
    }
}
