using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMesh.Agents.Commands;
using DurableMesh.Cli;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Agents;

public sealed class ReplyCommandTests : IDisposable
{
    private readonly ReplyChannel _channel = ReplyChannel.Open();

    public void Dispose() => _channel.Dispose();

    [Theory]
    [InlineData("pass", Verdict.Pass)]
    [InlineData("fail", Verdict.Fail)]
    [InlineData("partial", Verdict.Partial)]
    [InlineData("blocked", Verdict.Blocked)]
    public async Task A_verdict_has_its_checks_and_a_detail_for_those_that_say_nothing(string word, Verdict verdict)
    {
        var reply = await SayAsync(
            "verdict", word, "two checks", "--check", "AC-1=pass", "-c", "AC-2=fail: line 2 is lost",
            "--detail", "ran the tests");

        Assert.Equal((MessageKind.Verdict, verdict, "two checks"), (reply.Kind, reply.Verdict, reply.Body!.ToDisplayText()));
        Assert.Equal(
            [
                new Check { Id = "AC-1", Status = CheckStatus.Pass, Detail = "ran the tests" },
                new Check { Id = "AC-2", Status = CheckStatus.Fail, Detail = "line 2 is lost" },
            ],
            reply.Checks!);
    }

    [Theory]
    [InlineData("submission", MessageKind.Submission)]
    [InlineData("question", MessageKind.Question)]
    [InlineData("answer", MessageKind.Answer)]
    [InlineData("finding", MessageKind.Finding)]
    [InlineData("note", MessageKind.Note)]
    public async Task Words_come_from_the_command_line_or_from_standard_input_with_what_was_made(string word, MessageKind kind)
    {
        const string Artifact = """{"name":"a.patch","size":3,"sha256":"ab","uri":"artifact:ab"}""";

        var given = await SayAsync(word, "one \"line\"\nand another \U0001F680", "--artifact", Artifact);
        var read = await SayAsync("from a pipe\n", [word, "-"]);

        Assert.Equal((kind, "one \"line\"\nand another \U0001F680"), (given.Kind, given.Body!.ToDisplayText()));
        Assert.Equal("a.patch", Assert.Single(given.Artifacts!).Name);
        Assert.Equal((kind, "from a pipe\n"), (read.Kind, read.Body!.ToDisplayText()));
    }

    [Fact]
    public async Task Usage_is_told_in_options_or_as_a_provider_printed_it()
    {
        var told = await SayAsync(
            "usage", "--model", "m", "--input", "10", "--cached", "4", "--cache-write", "2", "--output", "3", "--cost", "0.25");
        var printed = await SayAsync("usage", """{"input_tokens":10,"output_tokens":3}""");

        Assert.Null(told.Kind);
        Assert.Equal(
            new Usage
            {
                Model = "m",
                InputTokens = 10,
                CachedInputTokens = 4,
                CacheWriteTokens = 2,
                OutputTokens = 3,
                CostUsd = 0.25m,
            },
            told.Usage!.Value.Deserialize<Usage>(MeshJson.Options));
        Assert.Equal(10, printed.Usage!.Value.GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once_and_nothing_is_written()
    {
        var run = await RunAsync(
            "", ["finding", "-c", "AC-1", "-c", "AC-2=maybe", "--artifact", "{", "--artifact", """{"size":1}"""]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("\"AC-1\" is not understood", run.Error, StringComparison.Ordinal);
        Assert.Contains("\"AC-2=maybe\" is not understood", run.Error, StringComparison.Ordinal);
        Assert.Contains("--artifact { is no artifact", run.Error, StringComparison.Ordinal);
        Assert.Contains("""--artifact {"size":1} is no artifact""", run.Error, StringComparison.Ordinal);
        Assert.Contains("says nothing", run.Error, StringComparison.Ordinal);
        Assert.Empty(await LinesAsync());
    }

    [Theory]
    [InlineData("verdict", "perhaps")]
    [InlineData("verdict")]
    [InlineData("note")]
    [InlineData("usage", "--input", "-1")]
    [InlineData("usage", "many")]
    [InlineData("usage", "[1]")]
    [InlineData("usage")]
    [InlineData("gossip", "x")]
    public async Task Bad_input_is_a_mistake_of_use(params string[] args)
    {
        Assert.Equal(ExitCode.Usage, (await RunAsync("", args)).ExitCode);
        Assert.Empty(await LinesAsync());
    }

    [Fact]
    public async Task Outside_of_a_run_it_says_what_to_use_instead()
    {
        var run = await MeshRun.OfAsync("", ["reply", "note", "x"], _ => null);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("MESH_REPLY is not set", run.Error, StringComparison.Ordinal);
        Assert.Contains("mesh send", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_said_and_not_made()
    {
        _channel.Dispose();

        var run = await RunAsync("", ["note", "x"]);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(_channel.Path, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_channel.Path));
        Assert.False(File.Exists(_channel.Path + ".lock"));
    }

    [Fact]
    public async Task Twenty_programs_at_once_keep_their_lines_whole()
    {
        var words = Enumerable.Range(0, 20).Select(number => $"{number} {new string('x', 20_000)}").ToList();

        // Each writes several lines, so that their turns meet; two are processes of their own.
        var codes = await Task.WhenAll(words.Select((word, number) => Task.Run(
            async () =>
            {
                var code = number < 2 ? await ProcessAsync(word) : 0;
                for (var line = number < 2 ? 1 : 0; line < 5; line++)
                {
                    code += (await RunAsync("", ["note", word])).ExitCode;
                }

                return code;
            },
            Stop)));

        Assert.All(codes, code => Assert.Equal(0, code));
        Assert.Equal(
            words.SelectMany(word => Enumerable.Repeat(word, 5)).Order(StringComparer.Ordinal),
            (await LinesAsync()).Select(line => JsonNode.Parse(line)!["body"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        _channel.Dispose();
        Assert.False(File.Exists(_channel.Path + ".lock"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<MeshRun> RunAsync(string input, string[] args) => MeshRun.OfAsync(
        input, ["reply", .. args], name => name == MeshVariables.Reply ? _channel.Path : null);

    private Task<AgentReplyLine> SayAsync(params string[] args) => SayAsync("", args);

    private async Task<AgentReplyLine> SayAsync(string input, string[] args)
    {
        var run = await RunAsync(input, args);
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
        return ReplyChannel.Read((await LinesAsync())[^1])!;
    }

    private async Task<string[]> LinesAsync()
    {
        using var reader = new StreamReader(new FileStream(
            _channel.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return (await reader.ReadToEndAsync(Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<int> ProcessAsync(string word)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "mesh.dll"), "reply", "note", word]);
        start.Environment[MeshVariables.Reply] = _channel.Path;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Stop);
        return process.ExitCode;
    }
}
