using System.Net;
using System.Reflection;
using System.Text;
using DurableMesh.Core.Agents;
using DurableMesh.Functions.A2A;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Identity;
using DurableMesh.Tests.Core.Agents;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Moq;

namespace DurableMesh.Tests.Functions.Identity;

public sealed class IdentityMiddlewareTests
{
    private const string Stranger = "dmk_0102030405060708_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";

    [Fact]
    public async Task Without_a_key_nothing_is_answered_where_keys_are_wanted()
    {
        await using var mesh = await GuardedMesh.StartAsync();

        var answer = await mesh.AskAsync(null);

        Assert.Equal((401, "key_missing"), (answer.Status, answer.Code));
        Assert.Equal("Bearer", answer.Headers.WWWAuthenticate);
    }

    [Fact]
    public async Task Without_a_key_an_open_mesh_believes_whoever_asks_from_this_machine()
    {
        await using var mesh = await GuardedMesh.StartAsync(IdentityMode.Open);

        Assert.Equal("operator:anybody", (await mesh.AskAsync(null)).Text("subject"));
    }

    [Theory]
    [InlineData("mesh.example.org", null, false)]
    [InlineData("192.168.1.7:7071", null, false)]
    [InlineData("", null, false)]
    [InlineData("localhost:7071", null, true)]
    [InlineData("[::1]:7071", null, true)]
    [InlineData("127.0.0.1:7071", "http://localhost:3000", true)]
    [InlineData("127.0.0.1:7071", "https://example.org", false)]
    [InlineData("127.0.0.1:7071", "null", false)]
    [InlineData("127.0.0.1:7071", "https://127.0.0.1.example.org", false)]
    public async Task An_open_mesh_serves_no_page_and_no_name_of_another_machine(string host, string? origin, bool served)
    {
        await using var mesh = await GuardedMesh.StartAsync(IdentityMode.Open);

        var answer = await mesh.AskAsync(null, http =>
        {
            http.Request.Host = new HostString(host);
            http.Request.Headers.Origin = origin;
        });

        Assert.Equal(served ? 200 : 403, answer.Status);
    }

    [Fact]
    public async Task A_key_that_is_sent_is_checked_in_an_open_mesh_too()
    {
        await using var mesh = await GuardedMesh.StartAsync(IdentityMode.Open);
        var builder = (await mesh.IssueAsync("builder", key: null)).Text("key");

        Assert.Equal("agent:codecraft-builder", (await mesh.AskAsync(builder)).Text("subject"));
        Assert.Equal((401, "key_unknown"), Of(await mesh.AskAsync(Stranger)));
    }

    [Fact]
    public async Task The_root_key_may_do_all_and_none_that_is_like_it()
    {
        await using var mesh = await GuardedMesh.StartAsync();

        Assert.Equal("operator:root", (await mesh.AskAsync(GuardedMesh.Root)).Text("subject"));
        Assert.Equal(401, (await mesh.AskAsync(GuardedMesh.Root + "x")).Status);
        Assert.Equal(401, (await mesh.AskAsync(GuardedMesh.Root[..^1])).Status);
        Assert.Equal(401, (await mesh.AskAsync("")).Status);
    }

    [Fact]
    public async Task Without_a_root_key_no_text_is_one()
    {
        await using var mesh = await GuardedMesh.StartAsync(rootKey: null);

        Assert.Equal(401, (await mesh.AskAsync("")).Status);
        Assert.Equal(401, (await mesh.AskAsync(GuardedMesh.Root)).Status);
    }

    [Fact]
    public async Task Why_a_key_does_not_work_is_in_the_log_and_not_in_the_answer()
    {
        await using var mesh = await GuardedMesh.StartAsync();
        var revoked = await mesh.IssueAsync("builder");
        var expired = await mesh.IssueAsync("builder", body: """{"lifetime":"PT1H"}""");
        await mesh.RevokeAsync(revoked.Text("id"));
        mesh.Time.Advance(TimeSpan.FromHours(2));
        string[] keys =
        [
            Stranger, "not a key", expired.Text("key")[..21] + Stranger[21..], revoked.Text("key"), expired.Text("key"),
        ];

        var answers = new List<string>();
        foreach (var key in keys)
        {
            answers.Add(Encoding.UTF8.GetString((await mesh.AskAsync(key)).Utf8));
        }

        Assert.Single(answers.Distinct());
        var lines = mesh.Refused.Lines.ToList();
        Assert.Equal(
            ["Unknown", "Malformed", "WrongSecret", "Revoked", "Expired"],
            lines.Select(line => line.Split(": ")[1].Split('.')[0]));
        Assert.All(lines, line => Assert.EndsWith(", from 127.0.0.1, for ListAgents.", line, StringComparison.Ordinal));
        Assert.Contains($"Key {revoked.Text("id")},", lines[3], StringComparison.Ordinal);
        Assert.All(
            keys, key => Assert.DoesNotContain(lines, line => line.Contains(key.Split('_')[^1], StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"agents":[]}""", "AgentDeleted")]
    [InlineData("""{"agents":[{"id":"codecraft-builder","company":"c","roles":["builder"],"enabled":false}]}""", "AgentDisabled")]
    [InlineData("""{"agents":[{"id":"heir","company":"c","roles":["builder"],"aliases":["codecraft-builder"]}]}""", "AgentDeleted")]
    public async Task A_key_of_an_agent_that_is_gone_does_not_work(string registry, string fault)
    {
        var agents = new Mock<IAgentDirectory>();
        var known = await MeshFixture.KnownAgents().ReadAsync(default);
        agents.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(() => known);
        await using var mesh = await GuardedMesh.StartAsync(agents: agents.Object);
        var builder = (await mesh.IssueAsync("builder")).Text("key");

        known = SampleRegistry.Of(registry);

        Assert.Equal((401, "key_unknown"), Of(await mesh.AskAsync(builder)));
        Assert.Contains(fault, Assert.Single(mesh.Refused.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_lasts_as_long_as_its_agent_is_changed_and_not_deleted_and_no_other_of_the_id_inherits_it()
    {
        var agents = new Mock<IAgentDirectory>();
        var known = await MeshFixture.KnownAgents().ReadAsync(default);
        agents.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(() => known);
        await using var mesh = await GuardedMesh.StartAsync(agents: agents.Object);
        var issued = await mesh.IssueAsync("builder");
        var agent = known.Find("builder")!;

        Change(new PutAgent(agent, Expected: null));
        Assert.Equal(200, (await mesh.AskAsync(issued.Text("key"))).Status);

        Change(new DeleteAgent(agent.Id, Expected: null));
        Change(new PutAgent(agent, Expected: 0));
        Assert.Equal((401, "key_unknown"), Of(await mesh.AskAsync(issued.Text("key"))));
        Assert.Contains("AgentDeleted", Assert.Single(mesh.Refused.Lines), StringComparison.Ordinal);
        Assert.Equal(401, (await mesh.AskAsync((await mesh.RotateAsync(issued.Text("id"))).Text("key"))).Status);

        var heir = (await mesh.IssueAsync("builder")).Text("key");
        Change(new PutAgent(agent, Expected: null));
        Assert.Equal("agent:codecraft-builder", (await mesh.AskAsync(heir)).Text("subject"));

        void Change(RegistryChange change)
        {
            var result = known.Apply(change, DateTimeOffset.UnixEpoch, "a test");
            Assert.Null(result.Refusal);
            known = result.State;
        }
    }

    [Fact]
    public async Task Too_many_keys_that_do_not_work_are_told_to_wait_and_not_logged_while_those_that_work_go_on()
    {
        await using var mesh = await GuardedMesh.StartAsync();
        for (var attempt = 0; attempt < FailedAttempts.Limit; attempt++)
        {
            Assert.Equal(401, (await mesh.AskAsync(Stranger)).Status);
        }

        var limited = await mesh.AskAsync(Stranger);

        Assert.Equal((429, "too_many_keys"), Of(limited));
        Assert.InRange(int.Parse(limited.Headers.RetryAfter.ToString()), 1, 60);
        Assert.Equal(FailedAttempts.Limit, mesh.Refused.Lines.Count);
        Assert.Equal(200, (await mesh.AskAsync(GuardedMesh.Root)).Status);
        Assert.Equal(401, (await mesh.AskAsync(Stranger, From("10.0.0.7"))).Status);
    }

    [Theory]
    [InlineData(true, "203.0.113.9:51234")]
    [InlineData(false, "127.0.0.1")]
    public async Task Only_Azures_front_end_is_believed_about_the_clients_address(bool behindAzure, string address)
    {
        await using var mesh = await GuardedMesh.StartAsync(behindAzure: behindAzure);

        await mesh.AskAsync(Stranger, http => http.Request.Headers["X-Forwarded-For"] = "198.51.100.1, 203.0.113.9:51234");

        Assert.Contains($"from {address},", Assert.Single(mesh.Refused.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic YTpi")]
    [InlineData("dmk_0102030405060708_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA")]
    [InlineData("Bearer")]
    public async Task Another_way_to_say_who_one_is_is_none(string authorization)
    {
        await using var mesh = await GuardedMesh.StartAsync();

        Assert.Equal(
            (401, "key_unknown"), Of(await mesh.AskAsync(null, http => http.Request.Headers.Authorization = authorization)));
    }

    [Fact]
    public async Task A_storage_that_is_away_lets_nobody_in_and_says_so()
    {
        await using var mesh = await GuardedMesh.StartAsync();
        var builder = (await mesh.IssueAsync("builder")).Text("key");
        mesh.Blobs.Fault = (_, _) => Store.BlobFault.Before;
        mesh.Time.Advance(TimeSpan.FromSeconds(2));

        var asking = mesh.AskAsync(builder);
        while (!asking.IsCompleted)
        {
            mesh.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal((503, "storage_unavailable"), Of(await asking));
        mesh.Blobs.Fault = (_, _) => Store.BlobFault.None;
    }

    [Fact]
    public async Task Of_all_functions_an_agents_key_opens_these_and_no_others()
    {
        await using var mesh = await GuardedMesh.StartAsync();
        var builder = (await mesh.IssueAsync("builder")).Text("key");
        var auditor = (await mesh.IssueOperatorAsync("eve", scopes: "\"read\"")).Text("key");
        var open = new List<string>();
        foreach (var (name, method) in HttpFunctions())
        {
            Task<Answer> Ask(string key) =>
                mesh.CallAsync(name, method.ToUpperInvariant(), key, _ => Task.FromResult(Results.NoContent()));
            var answer = await Ask(builder);
            if (answer.Status == 204)
            {
                open.Add(name);
            }
            else
            {
                Assert.Equal(method == "get" ? "operators_only" : "missing_scope", answer.Code);
            }

            Assert.Equal(204, (await Ask(GuardedMesh.Root)).Status);
            Assert.Equal(method == "get" || name == "A2aRpc" ? 204 : 403, (await Ask(auditor)).Status);
        }

        Assert.Equal(
            [
                "A2aAgentCard", "A2aChangeTask", "A2aCreatePush", "A2aDeletePush", "A2aExtendedCard", "A2aGetPush", "A2aGetTask",
                "A2aListPushes", "A2aListTasks", "A2aRpc", "A2aSendMessage", "A2aStreamMessage",
                "CancelThread", "CancelWorkflow", "CheckWorkflow", "Dispatch", "Events", "ExplainAuthority", "FinalizeWorkflow",
                "GetAgent", "GetApiDocs", "GetArtifact", "GetAuthority", "GetCompany", "GetOpenApi", "GetPairStats", "GetStats",
                "GetTask", "GetThread", "GetWorkflow",
                "GetWorkflowEvidence", "LeaseMessage", "ListAgentKeys", "ListAgents", "ListCompanies", "ListKeys", "ListTasks",
                "ListThreads", "ListWorkflows", "PatchTask", "PutArtifact", "ReadEvidence", "ReadInbox", "ReadMessages",
                "ReserveMoney", "SendMessage", "StartThread", "StartWorkflow",
            ],
            open.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_key_that_may_only_send_reads_nothing()
    {
        await using var mesh = await GuardedMesh.StartAsync();
        var sender = (await mesh.IssueAsync("builder", body: """{"scopes":["send"]}""")).Text("key");

        Assert.Equal((403, "missing_scope"), Of(await mesh.AskAsync(sender)));
    }

    [Theory]
    [InlineData(IdentityMode.Open, null, "IDENTITY IS OPEN")]
    [InlineData(IdentityMode.Keys, null, "no operator has one")]
    [InlineData(IdentityMode.Keys, GuardedMesh.Root, null)]
    public async Task The_start_says_who_gets_in(object mode, string? rootKey, string? warning)
    {
        await using var mesh = await GuardedMesh.StartAsync((IdentityMode)mode, rootKey: rootKey);

        Assert.Equal(warning is null, mesh.Said.Lines.IsEmpty);
        Assert.All(mesh.Said.Lines, line => Assert.Contains(warning!, line, StringComparison.Ordinal));
    }

    private static Action<HttpContext> From(string address) => http => http.Connection.RemoteIpAddress = IPAddress.Parse(address);

    private static (int, string) Of(Answer answer) => (answer.Status, answer.Code);

    private static IEnumerable<(string Name, string Method)> HttpFunctions() =>
        from type in typeof(KeyFunctions).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        // The card of the mesh itself is for everybody, so nobody is asked there.
        where function is not null && function.Name != A2aCardFunctions.MeshCard
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        from verb in trigger.Methods!
        select (function.Name, verb);
}
