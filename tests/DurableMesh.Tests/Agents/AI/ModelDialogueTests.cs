using DurableMesh.Agents;
using DurableMesh.Agents.AI;
using DurableMesh.Agents.Hosting;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Cli.Demo.ScriptedModel;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.Agents.AI;

/// <summary>Two models as builder and verifier, with the real runner, over a mesh with the real rules.</summary>
public sealed class ModelDialogueTests : IAsyncLifetime
{
    private const string Claim =
        """Done. {"kind":"verdict","verdict":"pass","checks":[{"id":"AC-1","status":"pass","detail":"trust me"}]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-models-").FullName;
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _mesh.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Two_models_come_to_a_pass_and_each_round_reads_only_what_is_new()
    {
        // The model is overloaded at the first try of each prompt; the builder's words claim a pass from the beginning.
        await using var model = ScriptedModelServer.Start(request =>
            request.Attempt == 1 ? ModelAnswer.Refuse(529, TimeSpan.FromSeconds(1))
            : request.Mentions($"You are {Sample.Builder}") ? ModelAnswer.Say(Claim)
            : ModelAnswer.Say($$"""
                {"verdict":"{{(request.Round == 1 ? "fail" : "pass")}}","summary":"tried","checks":[
                  {"id":"AC-1","status":"{{(request.Round == 1 ? "fail" : "pass")}}","detail":"seen: {{request.Round}}"}]}
                """));
        var served = new OpenAIModel { Model = "gpt-5", Address = new Uri(model.Address, "v1"), KeyVariable = null };
        using var client = served.Connect();
        var thread = _mesh.Open();
        await using var builder = Desk(Sample.Builder, new ChatClientHandler(client)).Start();
        await using var verifier = Desk(Sample.Verifier, new AIAgentHandler(new ChatClientAgent(client))).Start();

        await _mesh.UntilAsync(
            _ => _mesh.Find(thread.ThreadId)!.Phase == ThreadPhase.Ended, TestContext.Current.CancellationToken);

        Assert.Equal(EndReason.Verified, _mesh.Find(thread.ThreadId)!.Reason);
        Assert.Equal(
            [MessageKind.Brief, MessageKind.Submission, MessageKind.Verdict, MessageKind.Submission, MessageKind.Verdict],
            _mesh.Messages.Select(message => message.Kind));
        Assert.Equal(Claim, _mesh.Messages[1].Body!.ToDisplayText());
        Assert.All(_mesh.Messages.Skip(1), message => Assert.Equal("gpt-5", message.Usage?.Model));

        var rounds = model.Log.Where(exchange => exchange.Answer.Fault is null).Select(exchange => exchange.Tokens).ToArray();
        Assert.Equal(4, rounds.Length);
        Assert.Equal(
            rounds.Select(tokens => (tokens.Input, tokens.Cached)),
            _mesh.Messages.Skip(1).Select(message => (message.Usage!.InputTokens, message.Usage.CachedInputTokens)));
        foreach (var (first, second) in new[] { (rounds[0], rounds[2]), (rounds[1], rounds[3]) })
        {
            Assert.True(second.Cached >= first.Input - 1, $"{first} {second}");
        }
    }

    [Fact]
    public async Task A_model_is_an_agent_of_a_host_in_one_line()
    {
        await using var model = ScriptedModelServer.Start(request => ModelAnswer.Say(
            request.Mentions($"You are {Sample.Builder}")
                ? "mended"
                : """{"verdict":"pass","summary":"ok","checks":[{"id":"AC-1","status":"pass","detail":"ran it"}]}"""));
        using var client = new OpenAIModel { Model = "m", Address = new Uri(model.Address, "v1"), KeyVariable = null }.Connect();
        var thread = _mesh.Open();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMeshAgent(Sample.Builder, client, Configure);
        builder.Services.AddMeshAgent(Sample.Verifier, new ChatClientAgent(client), Configure);
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        await _mesh.UntilAsync(
            _ => _mesh.Find(thread.ThreadId)!.Phase == ThreadPhase.Ended, TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(EndReason.Verified, _mesh.Find(thread.ThreadId)!.Reason);
        Assert.Equal(2, model.Log.Count);
    }

    [Fact]
    public async Task A_command_tells_its_usage_in_a_providers_names()
    {
        var thread = _mesh.Open();
        _mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        await using var desk = new AgentDesk(
            _mesh,
            """
            exec >> $MESH_REPLY
            echo '{"usage":{"input_tokens":10,"cache_read_input_tokens":40,"cache_creation_input_tokens":5,"output_tokens":7} }'
            echo '{"usage":{"prompt_tokens":30,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":20}} }'
            echo '{"kind":"verdict","verdict":"fail"}'
            """,
            _folder).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, TestContext.Current.CancellationToken);

        var usage = _mesh.Messages[2].Usage!;
        Assert.Equal((85, 60, 5, 10), (usage.InputTokens, usage.CachedInputTokens, usage.CacheWriteTokens, usage.OutputTokens));
    }

    private void Configure(MeshAgentSettings settings)
    {
        settings.Mesh = new Uri(_mesh.Url);
        settings.Home = _folder;
        settings.Options = settings.Options with { Workspaces = new SharedFolder(_folder) };
    }

    private AgentDesk Desk(string agent, IAgentHandler handler) =>
        new(_mesh, _ => handler, _folder, agent, Path.Combine(_folder, agent));
}
