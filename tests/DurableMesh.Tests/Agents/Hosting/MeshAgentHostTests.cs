using DurableMesh.Agents;
using DurableMesh.Agents.Hosting;
using DurableMesh.Agents.Workspaces;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DurableMesh.Tests.Agents.Hosting;

public sealed class MeshAgentHostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-agents-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_agents_of_one_host_hold_a_dialogue_to_its_end()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var mesh = await FakeMesh.StartAsync();
        var thread = mesh.Open();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services
            .AddMeshAgent(
                Sample.Builder,
                (run, _) => Task.FromResult<RunEnd>(new RunEnd.Done($"round {run.Turn.Thread.Round + 1}")),
                settings => Configure(settings, mesh))
            .AddMeshAgent(Sample.Verifier, new SecondTime(), settings => Configure(settings, mesh));
        using var host = builder.Build();

        await host.StartAsync(stop);
        await mesh.UntilAsync(_ => mesh.Find(thread.ThreadId)!.Phase == ThreadPhase.Ended, stop);
        await host.StopAsync(stop);

        Assert.Equal(EndState.Pass, mesh.Find(thread.ThreadId)!.EndState);
        Assert.Equal(
            ["round 1", "not yet", "round 2", "well done"],
            mesh.Messages.Skip(1).Select(message => message.Body!.ToDisplayText()));
    }

    [Fact]
    public void All_that_is_wrong_is_said_when_the_agent_is_added()
    {
        var wrong = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddMeshAgent(
            "a",
            new SecondTime(),
            settings =>
            {
                settings.Mesh = new Uri("ftp://mesh");
                settings.Options = settings.Options with { Parallel = 0, WorstCaseUsd = -1 };
            }));

        Assert.Contains("ftp://mesh", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("Parallel is 0", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("WorstCaseUsd", wrong.Message, StringComparison.Ordinal);
    }

    private void Configure(MeshAgentSettings settings, FakeMesh mesh)
    {
        settings.Mesh = new Uri(mesh.Url);
        settings.Home = _folder;
        settings.Options = settings.Options with { Workspaces = new SharedFolder(_folder) };
    }

    /// <summary>Passes the second submission; it knows by what it kept that it saw the first.</summary>
    private sealed class SecondTime : IAgentHandler
    {
        public async Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
        {
            var passes = run.Session is not null;
            await run.KeepAsync(JsonText.OfString("seen"), cancellation);
            await run.SayAsync(
                AgentReply.Of(MessageKind.Verdict, passes ? "well done" : "not yet") with
                {
                    Verdict = passes ? Verdict.Pass : Verdict.Fail,
                    Checks = [new Check { Id = "AC-1", Status = passes ? CheckStatus.Pass : CheckStatus.Fail, Detail = "seen" }],
                },
                cancellation);
            return new RunEnd.Done();
        }
    }
}
