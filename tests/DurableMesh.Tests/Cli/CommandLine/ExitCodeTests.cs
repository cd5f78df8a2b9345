using DurableMesh.Cli;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.CommandLine;

public sealed class ExitCodeTests
{
    // Port 9 (discard) of the loopback has no listener on a machine that runs tests.
    private const string Nobody = "http://127.0.0.1:9";

    [Theory]
    [InlineData("sned")]
    [InlineData("status")]
    [InlineData("send", "t", "--kind", "gossip")]
    [InlineData("await", "t", "--wait", "-1")]
    [InlineData("agent", "run", "--as", "a")]
    [InlineData("agent", "run", "--as", "a", "--exec", "true", "--parallel", "0")]
    [InlineData("up", "--port", "70000")]
    [InlineData("list", "--state", "asleep")]
    [InlineData("status", "t", "--url", "ftp://x")]
    [InlineData("status", "t", "--url", "http://192.0.2.1", "--key", "dmk_x")]
    [InlineData("agent", "run", "--as", "a", "--exec", "true", "--lease", "PT11M")]
    public async Task A_wrong_command_line_is_a_usage_error_with_nothing_on_standard_output(params string[] args)
    {
        var run = await MeshRun.OfAsync("", args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.StartsWith("mesh: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_missing_is_said_at_once()
    {
        var run = await MeshRun.OfAsync(
            "", ["send", "t", "words", "--check", "AC-1", "--artifact", "/no/such/file", "--url", Nobody]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--as", run.Error, StringComparison.Ordinal);
        Assert.Contains("--kind", run.Error, StringComparison.Ordinal);
        Assert.Contains("AC-1", run.Error, StringComparison.Ordinal);
        Assert.Contains("/no/such/file", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_that_is_not_there_is_unreachable_and_the_message_says_what_to_do()
    {
        var run = await MeshRun.OfAsync("", ["status", "t", "--url", Nobody]);

        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Contains("mesh up", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_JSON_an_error_is_a_problem_on_standard_output_and_nothing_else()
    {
        var run = await MeshRun.OfAsync("", ["status", "t", "--json", "--url", Nobody]);

        Assert.Equal("unreachable", run.Json<Problem>().Code);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task An_option_that_is_not_given_has_its_default()
    {
        await using var mesh = await FakeMesh.StartAsync();

        // No agent of this name: the inbox answers 404, so that the runner ends by itself.
        var run = await MeshRun.OfAsync(mesh, "agent", "run", "--as", "nobody", "--exec", "true");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("agent_not_found", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_of_the_mesh_is_a_refusal()
    {
        await using var mesh = await FakeMesh.StartAsync();

        var run = await MeshRun.OfAsync(mesh, "status", "nope");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("thread_not_found", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_at_all_gets_the_help()
    {
        var run = await MeshRun.OfAsync("", []);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Contains("start", run.Out, StringComparison.Ordinal);
    }
}
