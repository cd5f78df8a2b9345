using System.CommandLine;
using DurableMesh.Cli;
using DurableMesh.Cli.CommandLine;
using DurableMesh.Client;

namespace DurableMesh.Tests.Cli.CommandLine;

public sealed class UsageTests
{
    [Theory]
    [InlineData("There is no command 'stauts'; do you mean 'status'?", "stauts", "t")]
    [InlineData("There is no command 'creat' of 'tasks'; do you mean 'create'?", "tasks", "creat", "T-1")]
    [InlineData("There is no command 'qqqqqq' of 'keys'; the commands of 'keys' are issue, list, rotate, revoke.", "keys", "qqqqqq")]
    [InlineData("There is no option '--subjct'; do you mean '--subject'?", "start", "--subjct=x")]
    [InlineData("There is no option '--ulr'; do you mean '--url'?", "list", "--ulr", "http://x")]
    [InlineData("'words' is one word too many; put a text of several words in quotation marks.", "send", "t", "more", "words")]
    public async Task What_is_not_known_gets_a_suggestion(string expected, params string[] args)
    {
        var run = await MeshRun.OfAsync("", args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Unrecognized", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kind is one of brief, submission, finding, verdict, question, answer, note, failure, acknowledgement, not 'gossip'.",
        "send", "t", "--kind", "gossip")]
    [InlineData("--limit is a whole number, not 'many'.", "list", "--limit", "many")]
    [InlineData("--cost-cap is a number, not 'much'.", "start", "--cost-cap", "much")]
    [InlineData("--state is one of starting, held, open, ended, not 'asleep'.", "list", "--state", "asleep")]
    public async Task A_value_of_another_kind_is_said_in_the_mesh_own_words(string expected, params string[] args)
    {
        var run = await MeshRun.OfAsync("", args);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void No_option_and_no_argument_answers_nonsense_with_a_type_of_NET()
    {
        var root = MeshCommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null, false, false));
        foreach (var (path, symbol) in Symbols(root, []))
        {
            string[] nonsense = symbol is Option option ? [.. path, option.Name, "\u2603=?"] : [.. path, "\u2603=?"];
            var parsed = root.Parse(nonsense, MeshCommandLine.AsGiven);
            var words = string.Join(' ', UsageErrors.Of(parsed));
            if (symbol is Option { ValueType: var type } && (type == typeof(int) || type.IsEnum))
            {
                Assert.NotEqual("", words);
            }

            Assert.DoesNotContain("System.", words, StringComparison.Ordinal);
            Assert.DoesNotContain("DurableMesh.", words, StringComparison.Ordinal);
        }

    }

    [Theory]
    [InlineData("Usage:\n  mesh evidence THREAD [options]\n  mesh evidence COMMAND [options]", "evidence")]
    [InlineData("Usage:\n  mesh evidence verify FILE [options]", "evidence", "verify")]
    [InlineData("Usage:\n  mesh tasks create TASK TITLE [options]", "tasks", "create")]
    [InlineData("Usage:\n  mesh decide THREAD approve|deny [options]", "decide")]
    [InlineData("Usage:\n  mesh send THREAD [BODY] [options]", "send")]
    public async Task The_help_shows_how_a_command_is_really_used(string usage, params string[] path)
    {
        var help = await MeshRun.OfAsync("", [.. path, "--help"]);
        var asked = await MeshRun.OfAsync("", ["help", .. path]);

        Assert.Equal((ExitCode.Done, ExitCode.Done), (help.ExitCode, asked.ExitCode));
        Assert.Contains($"{usage}\n\n", help.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal(help.Out, asked.Out);
    }

    [Fact]
    public async Task The_help_of_the_whole_has_the_exit_codes_and_an_unknown_command_is_said()
    {
        var help = await MeshRun.OfAsync("", ["help"]);
        var unknown = await MeshRun.OfAsync("", ["help", "taks"]);

        Assert.All(
            ExitCode.Meanings, code => Assert.Contains($"  {code.Code,-5}{code.Meaning}", help.Out, StringComparison.Ordinal));
        Assert.Equal(ExitCode.Usage, unknown.ExitCode);
        Assert.Contains("do you mean 'tasks'?", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hints_say_the_program_as_it_was_called()
    {
        await using var mesh = await FakeMesh.StartAsync();
        var thread = mesh.Open();
        Task<MeshRun> Run(params string[] args) => MeshRun.OfAsync(
            "", [.. args, "--url", mesh.Url], name => name == MeshVariables.Command ? "./mesh" : null);

        var usage = await Run("stauts");
        var awaited = await Run("await", thread.ThreadId, "--wait", "0");
        var missing = await Run("status", "nope");
        mesh.LeavesAfter = 0;
        var away = await Run("status", thread.ThreadId);

        Assert.Contains("'./mesh --help' says how it is used", usage.Error, StringComparison.Ordinal);
        Assert.Contains($"more with: ./mesh await {thread.ThreadId} --after 1", awaited.Error, StringComparison.Ordinal);
        Assert.Contains("'./mesh list' shows", missing.Error, StringComparison.Ordinal);
        Assert.Contains("Start it with './mesh up'", away.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_named_in_a_sentence()
    {
        await using var mesh = await FakeMesh.StartAsync();

        var run = await MeshRun.OfAsync(mesh, "status", "nope");

        Assert.Equal(
            "mesh: There is no thread nope. (thread_not_found)\n'mesh list' shows the threads that there are.\n",
            run.Error.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task A_completion_is_a_script_that_asks_mesh(string shell)
    {
        var script = await MeshRun.OfAsync("", ["completion", shell]);

        Assert.Equal(ExitCode.Done, script.ExitCode);
        Assert.Contains("[suggest:", script.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mesh sta", "start", "stats", "status")]
    [InlineData("mesh tasks cr", "create")]
    [InlineData("mesh start --ini", "--initiator")]
    public async Task What_can_follow_is_suggested(string line, params string[] expected)
    {
        var run = await MeshRun.OfAsync("", [$"[suggest:{line.Length}]", line]);

        Assert.Equal(expected, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task The_version_is_said_in_words_and_in_JSON()
    {
        var words = await MeshRun.OfAsync("", ["version"]);
        var json = await MeshRun.OfAsync("", ["version", "--json"]);

        Assert.StartsWith($"mesh {VersionCommand.Version} on .NET ", words.Out, StringComparison.Ordinal);
        Assert.Equal(VersionCommand.Version, json.Json<VersionView>().Version);
    }

    private static IEnumerable<(string[] Path, Symbol Symbol)> Symbols(Command command, string[] path)
    {
        foreach (var symbol in command.Options.Cast<Symbol>().Concat(command.Arguments))
        {
            yield return (path, symbol);
        }

        foreach (var below in command.Subcommands.SelectMany(one => Symbols(one, [.. path, one.Name])))
        {
            yield return below;
        }
    }
}
