using DurableMesh.Agents.Runs;
using DurableMesh.Cli;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Agents;

public sealed class AgentStatusCommandTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("mesh-status-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Each_open_thread_is_shown_with_what_it_waits_for()
    {
        Write(new RunRecord
        {
            ThreadId = "t-2",
            Sequence = 4,
            State = RunState.Running,
            Since = Sample.Start.AddSeconds(1),
            Attempt = 1,
        });
        Write(Later("t-1"));

        var text = await RunAsync("status", "--as", "a");
        var json = await RunAsync("status", "--as", "a", "--json");

        Assert.Equal(ExitCode.Done, text.ExitCode);
        var lines = text.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Matches("t-1 +2 +later +.* 3 +.* the model is away", lines[1]);
        Assert.Matches("t-2 +4 +running +.* 1 +- +-", lines[2]);
        Assert.Equal(
            ["t-1", "t-2"],
            json.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => System.Text.Json.JsonSerializer.Deserialize<RunRecord>(line, MeshJson.Options)!.ThreadId));
    }

    [Fact]
    public async Task To_ask_after_an_agent_that_never_ran_here_is_no_error_and_leaves_no_trace()
    {
        var run = await RunAsync("status", "--as", "nobody");

        Assert.Equal((ExitCode.Done, "Nothing is open."), (run.ExitCode, run.Out.Trim()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home));
    }

    [Fact]
    public async Task A_thread_that_waits_for_its_next_try_is_tried_now()
    {
        Write(Later("t-1"));
        using var home = AgentHome.Open(Path.Combine(_home, "agents"), "a");

        var run = await RunAsync("retry", "--as", "a", "t-1");

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Contains("message 2", run.Out, StringComparison.Ordinal);
        Assert.True(home.TakeRetry("t-1"));
    }

    [Theory]
    [InlineData("t-9", "does not know the thread")]
    [InlineData("t-2", "has it as running")]
    public async Task A_thread_that_waits_for_nothing_is_not_tried(string thread, string why)
    {
        Write(new RunRecord { ThreadId = "t-2", Sequence = 4, State = RunState.Running });
        using var home = AgentHome.Open(Path.Combine(_home, "agents"), "a");

        var run = await RunAsync("retry", "--as", "a", thread);

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.False(home.TakeRetry(thread));
    }

    private static RunRecord Later(string thread) => new()
    {
        ThreadId = thread,
        Sequence = 2,
        State = RunState.Later,
        Since = Sample.Start,
        Attempt = 3,
        NextTry = Sample.Start.AddMinutes(1),
        Why = "the model is away",
    };

    private void Write(RunRecord record) => AgentHome.JournalOf(Path.Combine(_home, "agents"), "a").Write(record);

    private Task<MeshRun> RunAsync(params string[] args) =>
        MeshRun.OfAsync("", ["agent", .. args], name => name == MeshVariables.Home ? _home : null);
}
