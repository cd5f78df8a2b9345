using System.Diagnostics;
using DurableMesh.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Adapters;
using DurableMesh.Functions.Webhooks;
using DurableMesh.Tests.Agents.AI;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.Options;

namespace DurableMesh.Tests.EndToEnd;

/// <summary>An agent that the official JavaScript SDK serves (tests/web/a2a/agent.mjs), asked by the mesh's adapter.</summary>
public sealed class A2aAgentTests : IAsyncLifetime
{
    private const string Pass =
        """{"verdict":"pass","summary":"All holds.","checks":[{"id":"AC-1","status":"pass","detail":"ran it"}]}""";

    private readonly IOptions<MeshOptions> _options = Options.Create(new MeshOptions { Webhooks = { AllowPrivate = true } });
    private Process? _agent;
    private string _address = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        TestTools.MustHave("@a2a-js/sdk", "express");
        _agent = Process.Start(new ProcessStartInfo("node", ["a2a/agent.mjs", Pass])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = TestTools.Folder,
        })!;
        _address = await _agent.StandardOutput.ReadLineAsync(Cancellation) ?? "";
    }

    public ValueTask DisposeAsync()
    {
        _agent?.Kill(entireProcessTree: true);
        _agent?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_task_that_takes_its_time_is_looked_after_until_its_verdict()
    {
        AdapterAnswer answer = await AskAsync("judge it");

        Assert.Equal((MessageKind.Verdict, Verdict.Pass), (answer.Reply!.Kind, answer.Reply.Verdict));
    }

    [Fact]
    public async Task A_task_that_wants_input_becomes_a_question()
    {
        AdapterAnswer answer = await AskAsync("ask me");

        Assert.Equal(MessageKind.Question, answer.Reply!.Kind);
    }

    private async Task<AdapterAnswer> AskAsync(string words)
    {
        MessageView submission = Sample.Message(MessageKind.Submission, 2) with { Body = JsonText.OfString(words) };
        var agent = new AgentView
        {
            Id = Sample.Verifier,
            Company = "proveo",
            Roles = ["verifier"],
            Enabled = true,
            Adapter = new AgentAdapter { Kind = AdapterKind.A2a, Url = _address },
        };
        var turn = new AgentTurn(Sample.Thread() with { Awaiting = Sample.Verifier }, FakeRun.Brief, submission, [submission]);
        using var http = new AgentHttp(new AddressGuard(_options), TimeProvider.System);
        return await new A2aAdapter(http, _options, TimeProvider.System).AskAsync(
            new AdapterCall(agent, turn, [FakeRun.Brief, submission], "respond:t:2"), Cancellation);
    }
}
