using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Webhooks;
using DurableMesh.Tests.Agents.AI;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.Functions.Adapters;

/// <summary>Agents behind an address of their own: webhooks and A2A, over HTTP.</summary>
public sealed class RemoteAdapterTests : IAsyncDisposable
{
    private const string Secret = "0123456789abcdef";
    private const string Pass =
        """{"kind":"verdict","verdict":"pass","checks":[{"id":"AC-1","status":"pass","detail":"ran it"}],"body":"All holds."}""";
    private const string Judged =
        """{"verdict":"pass","summary":"All holds.","checks":[{"id":"AC-1","status":"pass","detail":"ran it"}]}""";

    private readonly MeshOptions _options = new()
    {
        Webhooks = { AllowPrivate = true },
        Adapters = { [Sample.Verifier] = new AdapterSecretOptions { Secret = Secret } },
    };

    private Func<AgentRequest, AgentResponse> _answer = _ => new AgentResponse(200, Pass);
    private readonly AgentServer _server;
    private readonly AgentHttp _http;

    public RemoteAdapterTests()
    {
        _server = new AgentServer(request => _answer(request));
        _http = new AgentHttp(new AddressGuard(Options.Create(_options)), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_gets_the_turn_signed_and_answers_at_once()
    {
        var answer = await PostAsync();

        Assert.Equal((MessageKind.Verdict, Verdict.Pass), (answer.Reply!.Kind, answer.Reply.Verdict));
        var request = Assert.Single(_server.Requests);
        var (id, at) = (request.Headers["webhook-id"], request.Headers["webhook-timestamp"]);
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{id}.{at}.{request.Body}"));
        Assert.Equal($"v1,{Convert.ToBase64String(mac)}", request.Headers["webhook-signature"]);
        Assert.Equal(("respond:t:2", "respond:t:2"), (id, request.Headers["Idempotency-Key"]));
        Assert.Equal(Sample.Verifier, request.Headers["Mesh-Agent"]);
        var turn = JsonNode.Parse(request.Body)!;
        Assert.Equal("words of message 2", (string?)turn["message"]!["body"]);
        Assert.Equal(Sample.ThreadId, (string?)turn["thread"]!["threadId"]);
    }

    [Fact]
    public async Task A_webhook_may_answer_later()
    {
        _answer = _ => new AgentResponse(202);

        Assert.Equal(new AdapterAnswer(new RunEnd.Done()), await PostAsync());
    }

    [Theory]
    [InlineData("PASS")]
    [InlineData("{\"kind\":\"verdict\",\"verdict\":\"pass\"")]
    [InlineData("""{"kind":"answer","body":"x","from":"codecraft-builder"}""")]
    [InlineData("""{"kind":"answer","body":"x","messageId":"respond-9"}""")]
    [InlineData("""{"kind":"answer","body":"x","threadId":"another"}""")]
    [InlineData("""{"kind":"answer","body":"x","verdict":"pass"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task What_is_no_message_of_the_agents_own_is_refused(string body)
    {
        _answer = _ => new AgentResponse(200, body);
        var answer = await PostAsync();

        Assert.Equal("bad_reply", Assert.IsType<RunEnd.Refused>(answer.End).Reason);
        Assert.Null(answer.Reply);
    }

    [Theory]
    [InlineData(302, false)]
    [InlineData(307, false)]
    [InlineData(400, false)]
    [InlineData(410, false)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    public async Task A_status_says_whether_another_try_may_do(int status, bool mayPass)
    {
        _answer = _ => new AgentResponse(status, Pass, ("Location", $"{_server.Address}elsewhere"), ("Retry-After", "7"));
        var answer = await PostAsync();

        Assert.Null(answer.Reply);
        Assert.Single(_server.Requests);
        if (mayPass)
        {
            Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<RunEnd.Later>(answer.End).After);
        }
        else
        {
            Assert.True(Assert.IsType<RunEnd.Failed>(answer.End).ForGood);
        }
    }

    [Fact]
    public async Task Endless_text_is_not_read_to_its_end()
    {
        _answer = _ => new AgentResponse(200, Pass + new string(' ', 2_000_000));

        Assert.Contains("longer than", Assert.IsType<RunEnd.Failed>((await PostAsync()).End).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_address_is_not_called_unless_it_is_allowed()
    {
        _options.Webhooks.AllowPrivate = false;
        var answer = await PostAsync();

        Assert.True(Assert.IsType<RunEnd.Failed>(answer.End).ForGood);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_sent()
    {
        _options.Adapters.Clear();

        Assert.Contains("Mesh:Adapters:", Assert.IsType<RunEnd.Failed>((await PostAsync()).End).Why, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task An_agent_that_nobody_hears_may_be_back_later()
    {
        var address = _server.Address;
        await _server.DisposeAsync();

        Assert.IsType<RunEnd.Later>((await PostAsync(address)).End);
    }

    [Fact]
    public async Task An_A2A_agent_answers_with_a_message()
    {
        _answer = request => Rpc(request, new JsonObject { ["message"] = new JsonObject { ["parts"] = Parts(Judged) } });
        var answer = await SendAsync();

        Assert.Equal(Verdict.Pass, answer.Reply!.Verdict);
        var request = Assert.Single(_server.Requests);
        Assert.Equal(("1.0", $"Bearer {Secret}"), (request.Headers["A2A-Version"], request.Headers["Authorization"]));
        var rpc = JsonNode.Parse(request.Body)!;
        Assert.Equal("SendMessage", (string?)rpc["method"]);
        var message = rpc["params"]!["message"]!;
        Assert.Equal(("respond:t:2", "ROLE_USER", Sample.ThreadId),
            ((string?)message["messageId"], (string?)message["role"], (string?)message["contextId"]));
        Assert.Contains("words of message 2", (string?)message["parts"]![0]!["text"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_of_an_A2A_agent_is_looked_after_until_it_ends()
    {
        _answer = request => Rpc(request, Task((string?)JsonNode.Parse(request.Body)!["method"] == "SendMessage"
            ? "TASK_STATE_SUBMITTED"
            : _server.Requests.Count < 3 ? "TASK_STATE_WORKING" : "TASK_STATE_COMPLETED"));
        var answer = await SendAsync();

        Assert.Equal(Verdict.Pass, answer.Reply!.Verdict);
        Assert.Equal(
            ["SendMessage", "GetTask", "GetTask"],
            _server.Requests.Select(request => (string?)JsonNode.Parse(request.Body)!["method"]));
    }

    [Fact]
    public async Task A_task_that_is_known_is_not_begun_again()
    {
        _answer = request => Rpc(request, Task("TASK_STATE_COMPLETED"));
        var answer = await SendAsync(resume: "task-1");

        Assert.Equal(Verdict.Pass, answer.Reply!.Verdict);
        var rpc = JsonNode.Parse(Assert.Single(_server.Requests).Body)!;
        Assert.Equal(("GetTask", "task-1"), ((string?)rpc["method"], (string?)rpc["params"]!["id"]));
    }

    [Theory]
    [InlineData("TASK_STATE_FAILED")]
    [InlineData("TASK_STATE_CANCELED")]
    [InlineData("TASK_STATE_REJECTED")]
    [InlineData("TASK_STATE_AUTH_REQUIRED")]
    [InlineData("of another version")]
    public async Task A_task_that_failed_is_no_answer_whatever_it_says(string state)
    {
        _answer = request => Rpc(request, Task(state));
        var answer = await SendAsync();

        Assert.Null(answer.Reply);
        Assert.True(Assert.IsType<RunEnd.Failed>(answer.End).ForGood);
    }

    [Fact]
    public async Task An_A2A_agent_may_ask_back()
    {
        _answer = request => Rpc(request, Task("TASK_STATE_INPUT_REQUIRED"));

        Assert.Equal(MessageKind.Question, (await SendAsync()).Reply!.Kind);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":"1","error":{"code":-32603,"message":"busy"}}""", true)]
    [InlineData("""{"jsonrpc":"2.0","id":"1","error":{"code":-32009,"message":"no such version"}}""", false)]
    [InlineData("PASS", null)]
    [InlineData("""{"jsonrpc":"2.0","id":"1","result":7}""", null)]
    public async Task An_error_is_no_answer(string body, bool? mayPass)
    {
        _answer = _ => new AgentResponse(200, body);
        var end = (await SendAsync()).End;

        Assert.True(mayPass switch
        {
            true => end is RunEnd.Later,
            false => end is RunEnd.Failed { ForGood: true },
            _ => end is RunEnd.Failed { ForGood: false },
        });
    }

    private static JsonArray Parts(string text) => [new JsonObject { ["text"] = text }];

    private static JsonObject Task(string state) => new()
    {
        ["task"] = new JsonObject
        {
            ["id"] = "task-1",
            ["contextId"] = "c",
            ["status"] = new JsonObject
            {
                ["state"] = state,
                ["message"] = new JsonObject { ["parts"] = Parts("Which row? PASS") },
            },
            ["artifacts"] = new JsonArray(new JsonObject { ["parts"] = Parts(Judged) }),
        },
    };

    private static AgentResponse Rpc(AgentRequest request, JsonObject result) => new(200, new JsonObject
    {
        ["jsonrpc"] = "2.0",
        ["id"] = JsonNode.Parse(request.Body)!["id"]!.DeepClone(),
        ["result"] = result,
    }.ToJsonString());

    private Task<AdapterAnswer> PostAsync(string? address = null) =>
        new WebhookAdapter(_http, Options.Create(_options), TimeProvider.System)
            .AskAsync(CallOf(AdapterKind.Webhook, address), TestContext.Current.CancellationToken);

    private Task<AdapterAnswer> SendAsync(string? resume = null) =>
        new A2aAdapter(_http, Options.Create(_options), TimeProvider.System)
            .AskAsync(CallOf(AdapterKind.A2a) with { Resume = resume }, TestContext.Current.CancellationToken);

    private AdapterCall CallOf(AdapterKind kind, string? address = null)
    {
        var submission = Sample.Message(MessageKind.Submission, 2);
        var agent = new AgentView
        {
            Id = Sample.Verifier,
            Company = "proveo",
            Roles = ["verifier"],
            Enabled = true,
            Adapter = new AgentAdapter { Kind = kind, Url = address ?? _server.Address },
        };
        var turn = new AgentTurn(Sample.Thread() with { Awaiting = Sample.Verifier }, FakeRun.Brief, submission, [submission]);
        return new AdapterCall(agent, turn, [FakeRun.Brief, submission], "respond:t:2");
    }
}
