using DurableMesh.Agents;
using DurableMesh.Agents.Presets;
using DurableMesh.Agents.Processes;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents.Presets;

public sealed class CodingAgentHandlerTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("mesh-coding-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task The_session_is_kept_before_the_program_starts()
    {
        var run = Run(Sample.Builder, FakeRun.Begin());
        CodingSession? known = null;
        var programs = new Interrupting(() => known = CodingSession.Read(run.Session, "pi"));

        await Assert.ThrowsAsync<OperationCanceledException>(() => Handler(programs).RunAsync(run, CancellationToken.None));

        Assert.True(known is { IsBegun: true, Id: not null, Told: 1, Known: 0 });
    }

    [Fact]
    public async Task A_run_that_was_broken_off_goes_on_in_its_session_and_says_so()
    {
        var programs = new FakePrograms((0, ClaudeSays("done"), ""));
        var session = new CodingSession
        {
            Preset = "claude-code",
            Flags = Flags(),
            Id = SessionId,
            IsBegun = true,
            Told = 1,
        };
        var run = Run(Sample.Builder, FakeRun.Begin(), session.ToJson());
        await new CodingAgentHandler(new ClaudeCode(), Options(programs)).RunAsync(run, CancellationToken.None);

        Assert.Contains(session.Id, programs.Started[0].Arguments);
        Assert.Contains("--resume", programs.Started[0].Arguments);
        Assert.StartsWith("Your last run was broken off.", programs.Started[0].Input);
    }

    [Fact]
    public async Task What_stands_before_the_conversation_stays_as_it_was()
    {
        var programs = new FakePrograms((0, ClaudeSays("one"), ""), (0, ClaudeSays("two"), ""));
        var first = Run(Sample.Builder, FakeRun.Begin());
        var options = Options(programs) with { Model = "claude-x-1", Allow = ["make *"], MaxTurns = 7 };
        await new CodingAgentHandler(new ClaudeCode(), options).RunAsync(first, CancellationToken.None);
        var second = Run(Sample.Builder, FakeRun.Rejected(), first.Session);
        var others = options with { Model = "claude-x-2", Allow = ["rm *"], MaxTurns = 9 };
        await new CodingAgentHandler(new ClaudeCode(), others).RunAsync(second, CancellationToken.None);

        string[] Frozen(int number) =>
            [.. programs.Started[number].Arguments.TakeWhile(argument => argument is not ("--session-id" or "--resume"))];
        Assert.Equal(Frozen(0), Frozen(1));
        Assert.Contains("--allowedTools=Read,Edit,Write,Glob,Grep,Bash(make *)", Frozen(1));
        Assert.StartsWith("News from proveo-verifier:", programs.Started[1].Input);
        Assert.DoesNotContain("Make add.py add.", programs.Started[1].Input);
    }

    [Fact]
    public async Task A_session_of_another_preset_is_not_resumed()
    {
        var programs = new FakePrograms((0, Says("done"), ""));
        var other = new CodingSession { Preset = "codex", Flags = Flags(), Id = "t-1", IsBegun = true };
        var run = Run(Sample.Builder, FakeRun.Begin(), other.ToJson());
        await Handler(programs).RunAsync(run, CancellationToken.None);

        Assert.DoesNotContain("t-1", programs.Started[0].Arguments);
        Assert.StartsWith("You are codecraft-builder", programs.Started[0].Input);
    }

    [Fact]
    public async Task A_session_that_is_lost_twice_is_no_endless_loop()
    {
        const string Lost = "No conversation found with session ID: 1";
        var programs = new FakePrograms((1, "", Lost), (1, "", Lost), (0, "", ""));
        var session = new CodingSession { Preset = "claude-code", Flags = Flags(), Id = "1", IsBegun = true };
        var end = await new CodingAgentHandler(new ClaudeCode(), Options(programs))
            .RunAsync(Run(Sample.Builder, FakeRun.Begin(), session.ToJson()), CancellationToken.None);

        Assert.IsType<RunEnd.Failed>(end);
        Assert.Equal(2, programs.Started.Count);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_said_with_how_to_get_it()
    {
        var end = await Handler(new FakePrograms((127, "", "setsid: failed to execute pi"))).RunAsync(
            Run(Sample.Builder, FakeRun.Begin()), CancellationToken.None);

        var failed = Assert.IsType<RunEnd.Failed>(end);
        Assert.True(failed.ForGood);
        Assert.Contains("npm install -g @mariozechner/pi-coding-agent", failed.Why);
    }

    [Fact]
    public async Task A_failure_is_paid_for_and_says_nothing_to_the_peer()
    {
        var run = Run(Sample.Builder, FakeRun.Begin());
        var programs = new FakePrograms((0, Says("half", "error", "529 overloaded_error"), ""));
        var end = await Handler(programs).RunAsync(run, CancellationToken.None);

        Assert.IsType<RunEnd.Later>(end);
        Assert.Equal(160, Assert.Single(run.Usages).InputTokens);
        Assert.Empty(run.Said);
    }

    [Fact]
    public async Task A_pause_grows_with_the_attempts()
    {
        var run = new FakeRun(Sample.Builder, FakeRun.Begin(), _root) { AttemptNumber = 3 };
        var programs = new FakePrograms((0, Says("", "error", "429 rate limit"), ""));
        var end = await Handler(programs).RunAsync(run, CancellationToken.None);

        Assert.Equal(TimeSpan.FromMinutes(8), Assert.IsType<RunEnd.Later>(end).After);
    }

    [Fact]
    public async Task A_cost_of_nothing_is_no_cost_but_an_unknown_one()
    {
        var known = Run(Sample.Builder, FakeRun.Begin());
        await Handler(new FakePrograms((0, Says("done"), ""))).RunAsync(known, CancellationToken.None);
        var unknown = Run(Sample.Builder, FakeRun.Begin());
        var free = Says("done").Replace("0.5", "0", StringComparison.Ordinal);
        await Handler(new FakePrograms((0, free, ""))).RunAsync(unknown, CancellationToken.None);

        Assert.Equal(0.5m, Assert.Single(known.Usages).CostUsd);
        Assert.Null(Assert.Single(unknown.Usages).CostUsd);
    }

    [Fact]
    public async Task Without_sessions_every_message_begins_a_new_one()
    {
        var programs = new FakePrograms((0, ClaudeSays("one"), ""), (0, ClaudeSays("two"), ""));
        var handler = new CodingAgentHandler(new ClaudeCode(), Options(programs) with { IsFresh = true });
        var first = Run(Sample.Builder, FakeRun.Begin());
        await handler.RunAsync(first, CancellationToken.None);
        await handler.RunAsync(Run(Sample.Builder, FakeRun.Rejected(), first.Session), CancellationToken.None);

        Assert.DoesNotContain("--resume", programs.Started[1].Arguments);
        Assert.Contains("Make add.py add.", programs.Started[1].Input);
        Assert.Contains("your last answer]]\none\n", programs.Started[1].Input);
    }

    [Fact]
    public async Task A_run_that_spends_too_much_is_stopped_for_good()
    {
        var run = Run(Sample.Builder, FakeRun.Begin());
        var end = await new CodingAgentHandler(new Pi(), Options(new FakePrograms((0, Says("done"), ""))) with { MaxUsd = 0.4m })
            .RunAsync(run, CancellationToken.None);

        Assert.True(end is RunEnd.Failed { ForGood: true }, end.ToString());
        Assert.Single(run.Usages);
    }

    [Fact]
    public async Task A_verdict_of_the_wrong_form_goes_back_with_what_to_do()
    {
        var run = Run(Sample.Verifier, FakeRun.Submitted());
        var mended = Says("Sorry.\\n```json\\n" + Escaped(Verdicts) + "\\n```");
        var programs = new FakePrograms((0, Says("PASS"), ""), (0, mended, ""));
        var refused = Assert.IsType<RunEnd.Refused>(await Handler(programs).RunAsync(run, CancellationToken.None));
        File.WriteAllText(CodingSession.Read(run.Session, "pi")!.Id!, "{}");
        var again = Run(
            Sample.Verifier, FakeRun.Submitted() with { Refused = new Refusal(refused.Reason, refused.Detail) }, run.Session);
        var end = await Handler(programs).RunAsync(again, CancellationToken.None);

        Assert.Empty(run.Said);
        Assert.StartsWith("The answer that you gave last was not taken (bad_verdict):", programs.Started[1].Input);
        Assert.Contains("one check for each of AC-1, AC-2", programs.Started[1].Input);
        Assert.Equal(new RunEnd.Done(), end);
        Assert.Equal(Verdict.Fail, Assert.Single(again.Said).Verdict);
    }

    [Fact]
    public async Task A_verifier_answers_a_question_in_words()
    {
        var question = Sample.Message(MessageKind.Question, 3, Sample.Builder);
        var turn = new AgentTurn(Sample.Thread(), FakeRun.Brief, question, [question]);
        var run = Run(Sample.Verifier, turn);

        var programs = new FakePrograms((0, Says("row 7"), ""));

        Assert.Equal(new RunEnd.Done("row 7"), await Handler(programs).RunAsync(run, CancellationToken.None));
    }

    [Fact]
    public async Task A_submission_brings_what_git_sees_and_leaves_the_index_alone()
    {
        var programs = new FakePrograms((0, Says("mended"), ""));
        var work = await RepositoryAsync(programs, "work");
        string? patch = null;
        var run = new FakeRun(Sample.Builder, FakeRun.Begin(), work);
        var options = Options(new Working(programs, () =>
        {
            File.WriteAllText(Path.Combine(work, "add.py"), "x = 2\n");
            File.WriteAllText(Path.Combine(work, "new.py"), "y = 1\n");
            File.WriteAllText(Path.Combine(work, "noise.log"), "noise\n");
        }));
        var artifact = new Artifact { Name = "changes.patch", Sha256 = new string('0', 64) };
        var end = await new CodingAgentHandler(new Pi(), options with
        {
            Attach = (_, files, _) =>
            {
                patch = File.ReadAllText(Assert.Single(files));
                return Task.FromResult<IReadOnlyList<Artifact>>([artifact]);
            },
        }).RunAsync(run, CancellationToken.None);
        var staged = await programs.RunAsync(
            new ProgramStart { FileName = "git", Arguments = ["diff", "--cached", "--name-only"], Folder = work },
            CancellationToken.None);

        Assert.Equal(new RunEnd.Done(), end);
        Assert.Equal([artifact], Assert.Single(run.Said).Artifacts);
        Assert.Contains("-x = 1\n+x = 2\n", patch);
        Assert.Contains("+y = 1\n", patch);
        Assert.DoesNotContain("noise", patch);
        Assert.Equal("", staged.Output);
    }

    [Fact]
    public async Task A_verifier_sees_what_was_submitted_in_its_own_working_copy()
    {
        var programs = new FakePrograms((0, Says("PASS"), ""));
        var mine = await RepositoryAsync(programs, "mine");
        File.WriteAllText(Path.Combine(mine, "leftover.py"), "of an earlier round\n");
        const string Patch =
            "diff --git a/add.py b/add.py\n--- a/add.py\n+++ b/add.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n";
        var turn = FakeRun.Submitted();
        var artifact = new Artifact { Name = "changes.patch", Sha256 = new string('0', 64) };
        var submission = turn.Message with { Artifacts = [artifact] };
        var run = new FakeRun(Sample.Verifier, turn with { Message = submission }, mine);
        var options = Options(programs) with { Fetch = (_, _, _) => Task.FromResult(System.Text.Encoding.UTF8.GetBytes(Patch)) };
        await new CodingAgentHandler(new Pi(), options).RunAsync(run, CancellationToken.None);

        Assert.Equal("x = 2\n", File.ReadAllText(Path.Combine(mine, "add.py")));
        Assert.False(File.Exists(Path.Combine(mine, "leftover.py")));
    }

    [Fact]
    public async Task The_runners_key_is_not_in_the_agents_environment()
    {
        var programs = new FakePrograms((0, Says("done"), ""));
        await Handler(programs).RunAsync(Run(Sample.Builder, FakeRun.Begin()), CancellationToken.None);

        Assert.Null(programs.Started[0].Environment["MESH_KEY"]);
    }

    private const string SessionId = "11111111-1111-1111-1111-111111111111";

    private const string Verdicts =
        """{"verdict":"fail","summary":"s","checks":[{"id":"AC-1","status":"fail","detail":"d","location":null},""" +
        """{"id":"AC-2","status":"pass","detail":"d","location":null}]}""";

    private async Task<string> RepositoryAsync(FakePrograms programs, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "add.py"), "x = 1\n");
        File.WriteAllText(Path.Combine(folder, ".gitignore"), "*.log\n");
        foreach (var arguments in (string[][])[["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "start"]])
        {
            var git = await programs.RunAsync(
                new ProgramStart
                {
                    FileName = "git",
                    Folder = folder,
                    Arguments = ["-c", "user.name=t", "-c", "user.email=t@t", .. arguments],
                },
                CancellationToken.None);
            Assert.Equal(0, git.ExitCode);
        }

        return folder;
    }

    private static string Escaped(string json) => json.Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Says(string text, string stopReason = "stop", string? error = null) =>
        "{\"type\":\"session\",\"version\":3,\"id\":\"s\"}\n" +
        "{\"type\":\"message_end\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"" +
        text + "\"}],\"model\":\"m-1\",\"usage\":{\"input\":10,\"output\":5,\"cacheRead\":100,\"cacheWrite\":50," +
        "\"cost\":{\"total\":0.5}}," +
        "\"stopReason\":\"" + stopReason + "\"" + (error is null ? "" : ",\"errorMessage\":\"" + error + "\"") + "}}";

    private static string ClaudeSays(string text) =>
        $$"""{"type":"result","subtype":"success","is_error":false,"result":"{{text}}","session_id":"{{SessionId}}"}""";

    private static CodingFlags Flags() => new() { Role = CodingRole.Builder };

    private FakeRun Run(string agent, AgentTurn turn, JsonText? session = null) => new(agent, turn, _root, session);

    private CodingAgentOptions Options(IProgramRunner programs) =>
        new() { Home = Path.Combine(_root, "home"), Programs = programs };

    private CodingAgentHandler Handler(IProgramRunner programs) => new(new Pi(), Options(programs));

    private sealed class Interrupting(Action look) : IProgramRunner
    {
        private readonly FakePrograms _git = new();

        public Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation)
        {
            if (start.FileName == "git")
            {
                return _git.RunAsync(start, cancellation);
            }

            look();
            throw new OperationCanceledException();
        }
    }

    private sealed class Working(IProgramRunner programs, Action work) : IProgramRunner
    {
        public Task<ProgramEnd> RunAsync(ProgramStart start, CancellationToken cancellation)
        {
            if (start.FileName != "git")
            {
                work();
            }

            return programs.RunAsync(start, cancellation);
        }
    }
}
