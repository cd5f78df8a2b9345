using DurableMesh.Core.Wire;
using DurableMesh.Mcp;
using DurableMesh.Mcp.Tools;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Mcp;

/// <summary>Under a runner nothing is sent from here: the runner's reply channel gets it.</summary>
public sealed class ReplyChannelTests : IAsyncLifetime
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"mesh-reply-{Guid.NewGuid():N}.jsonl");
    private FakeMesh _mesh = null!;
    private McpPeer _verifier = null!;
    private string _thread = null!;

    public async ValueTask InitializeAsync()
    {
        // The runner makes it before the run.
        await File.WriteAllTextAsync(_path, "", TestContext.Current.CancellationToken);
        _mesh = await FakeMesh.StartAsync();
        _thread = _mesh.Open().ThreadId;
        _mesh.Send(_thread, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        _verifier = await McpPeer.JoinAsync(
            _mesh, new McpSettings(Sample.Verifier) { OnlyThread = _thread, ReplyChannel = _path });
    }

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        await _mesh.DisposeAsync();
        File.Delete(_path);
        File.Delete(_path + ".lock");
    }

    [Fact]
    public async Task What_is_said_is_for_the_runner_to_send()
    {
        await _verifier.DoAsync<SaidAnswer>("find", new { body = "row 9 is lost\nand row 11", checkId = "AC-1" });
        var checks = new[] { new { id = "AC-1", status = "fail", detail = "row 9" } };
        var said = await _verifier.DoAsync<SaidAnswer>("judge", new { verdict = "fail", body = "two rows", checks });

        Assert.Equal(SaidOutcome.Recorded, said.Outcome);
        Assert.Equal(2, _mesh.Messages.Count);
        var replies = File.ReadAllLines(_path)
            .Select(line => DurableMesh.Agents.Commands.ReplyChannel.Read(line)!)
            .ToList();
        Assert.Equal([MessageKind.Finding, MessageKind.Verdict], replies.Select(reply => reply.Kind!.Value));
        Assert.Equal("row 9 is lost\nand row 11", replies[0].Body!.ToDisplayText());
        Assert.Equal((Verdict.Fail, "row 9"), (replies[1].Verdict, replies[1].Checks![0].Detail));
        Assert.Equal(MoveOutcome.Said, (await _verifier.DoAsync<MoveAnswer>("wait_for_move", new { })).Outcome);
    }

    [Fact]
    public async Task A_run_has_one_turn()
    {
        await File.WriteAllTextAsync(_path, "not a reply\n", TestContext.Current.CancellationToken);
        var fail = new { verdict = "fail", checks = new[] { new { id = "AC-1", status = "fail" } } };
        await _verifier.DoAsync<SaidAnswer>("judge", fail);

        Assert.Equal(SaidOutcome.Duplicate, (await _verifier.DoAsync<SaidAnswer>("judge", fail)).Outcome);
        Assert.Equal("already_answered", (await _verifier.RefusedAsync(
            "judge", new { verdict = "pass", checks = new[] { new { id = "AC-1", status = "pass", detail = "x" } } })).Reason);
        Assert.Equal(2, File.ReadAllLines(_path).Length);
    }

    [Fact]
    public async Task A_runners_agent_has_no_tools_for_money_and_other_dialogues()
    {
        var tools = (await _verifier.Client.ListToolsAsync()).Select(tool => tool.Name).ToList();

        Assert.DoesNotContain("reserve", tools);
        Assert.DoesNotContain("run_dialogue", tools);
        Assert.Contains("judge", tools);
    }

    [Fact]
    public async Task A_channel_that_cannot_be_written_is_said()
    {
        await using var verifier = await McpPeer.JoinAsync(
            _mesh, new McpSettings(Sample.Verifier) { OnlyThread = _thread, ReplyChannel = "/proc/no/such" });

        Assert.Equal("reply_channel", (await verifier.RefusedAsync("note", new { body = "x" })).Reason);
    }
}
