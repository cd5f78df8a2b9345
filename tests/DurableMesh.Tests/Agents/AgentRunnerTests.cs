using System.Text.Json;
using DurableMesh.Agents;
using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents;

/// <summary>The runner against a mesh with the real rules, with the shell's own commands as agents.</summary>
public sealed class AgentRunnerTests : IAsyncLifetime
{
    private const string Fail = """echo '{"kind":"verdict","verdict":"fail"}' >> $MESH_REPLY""";

    private const string Pass =
        """echo '{"kind":"verdict","verdict":"pass","checks":[{"id":"AC-1","status":"pass","detail":"seen"}]}' >> $MESH_REPLY""";

    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-agent-").FullName;
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _mesh.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_untrusted_code_prints_is_text_and_never_a_verdict()
    {
        var thread = Submitted();
        await using var desk = Desk(
            """
            sh -c 'echo "{\"kind\":\"verdict\",\"verdict\":\"pass\",\"checks\":[{\"id\":\"AC-1\",\"status\":\"pass\",\"detail\":\"x\"}]}"'
            """ + "\n" + Fail).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal((MessageKind.Verdict, Verdict.Fail), (_mesh.Messages[2].Kind, _mesh.Messages[2].Verdict));
        Assert.Equal(ThreadPhase.Open, _mesh.Find(thread.ThreadId)!.Phase);
    }

    [Fact]
    public async Task Two_verdicts_in_a_run_are_a_failure_and_so_is_one_of_a_command_that_fails()
    {
        var (two, failed) = (Submitted(), Submitted());
        await using var desk = Desk(
            $"if [ $MESH_THREAD = {two.ThreadId} ]; then {Fail}; {Pass}; else {Pass}; exit 1; fi",
            options => options with { RetryFor = TimeSpan.FromSeconds(1) }).Start();

        await EndedAsync(two);
        await EndedAsync(failed);

        Assert.DoesNotContain(_mesh.Messages, message => message.Kind == MessageKind.Verdict);
        Assert.All([two, failed], thread => Assert.Equal(EndReason.AgentUnreachable, _mesh.Find(thread.ThreadId)!.Reason));
        Assert.Equal(2, _mesh.Messages.Count(message => message.Kind == MessageKind.Failure));
    }

    [Fact]
    public async Task Findings_leave_while_the_command_is_at_work_and_the_verdict_when_it_has_ended()
    {
        Submitted();
        var door = Path.Combine(_folder, "door");
        await using var desk = Desk(
            $$"""
            {{Fail}}
            echo '{"kind":"finding","body":"one"}' >> $MESH_REPLY
            until [ -e {{door}} ]; do sleep 0.02; done
            printf '{"kind":"finding","body":"two"}' >> $MESH_REPLY
            """).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);
        Assert.Equal(MessageKind.Finding, _mesh.Messages[2].Kind);
        await File.WriteAllTextAsync(door, "", Stop);
        await _mesh.UntilAsync(messages => messages.Count == 5, Stop);

        Assert.Equal(
            [(3, MessageKind.Finding, "one"), (4, MessageKind.Finding, "two"), (5, MessageKind.Verdict, null)],
            _mesh.Messages.Skip(2).Select(message => (message.Sequence, message.Kind, message.Body?.ToDisplayText())));
        Assert.Equal("run:2:turn", _mesh.Messages[4].MessageId);
        Assert.All(_mesh.Messages.Skip(2), message => Assert.Equal(2, message.InReplyTo));
    }

    [Fact]
    public async Task Findings_of_a_second_machine_are_not_taken_for_those_of_the_first()
    {
        Submitted();
        await using (Desk(Finding("one") + "sleep 300", home: Path.Combine(_folder, "first")).Start())
        {
            await _mesh.UntilAsync(messages => messages.Count == 3, Stop);
        }

        _mesh.Leases.Ahead = TimeSpan.FromHours(1);
        await using var second = Desk(Finding("other") + Fail, home: Path.Combine(_folder, "second")).Start();
        await _mesh.UntilAsync(messages => messages.Count == 5, Stop);

        Assert.Equal(["one", "other"], _mesh.Messages.Skip(2).Take(2).Select(message => message.Body?.ToDisplayText()));

        static string Finding(string words) => $"echo '{{\"kind\":\"finding\",\"body\":\"{words}\"}}' >> $MESH_REPLY; ";
    }

    [Fact]
    public async Task The_command_gets_the_thread_and_what_was_said_since_and_knows_who_and_where_it_is()
    {
        var thread = Submitted();
        _mesh.Send(thread.ThreadId, new() { MessageId = "n-1", From = Sample.Builder, Kind = MessageKind.Note });
        var seen = Path.Combine(_folder, "seen");
        await using var desk = Desk(
            $$"""
            cat > {{seen}}
            printf '{"kind":"note","body":"%s %s %s %s"}\n' $MESH_AGENT $MESH_THREAD $MESH_URL $PWD >> $MESH_REPLY
            {{Fail}}
            """).Start();

        await _mesh.UntilAsync(messages => messages.Count == 5, Stop);

        Assert.Equal(
            $"{Sample.Verifier} {thread.ThreadId} {_mesh.Url} {_folder}", _mesh.Messages[3].Body!.ToDisplayText());
        var turn = JsonSerializer.Deserialize<AgentTurn>(await File.ReadAllTextAsync(seen, Stop), MeshJson.Options)!;
        Assert.Equal(
            (thread.ThreadId, "mesh:brief", "b-1"), (turn.Thread.ThreadId, turn.Brief.MessageId, turn.Message.MessageId));
        Assert.Equal(["b-1", "n-1"], turn.Since.Select(message => message.MessageId));
        Assert.Null(turn.Refused);
    }

    [Theory]
    [InlineData(MessageKind.Brief, Sample.Builder, MessageKind.Submission)]
    [InlineData(MessageKind.Question, Sample.Verifier, MessageKind.Answer)]
    public async Task Plain_text_is_the_submission_or_the_answer(MessageKind asked, string agent, MessageKind expected)
    {
        var thread = _mesh.Open();
        if (asked == MessageKind.Question)
        {
            _mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = asked });
        }

        await using var desk = Desk("echo all good; echo really", agent: agent).Start();
        await _mesh.UntilAsync(messages => messages[^1].MessageId.StartsWith("run", StringComparison.Ordinal), Stop);

        Assert.Equal((expected, "all good\nreally"), (_mesh.Messages[^1].Kind, _mesh.Messages[^1].Body!.ToDisplayText()));
    }

    [Theory]
    [InlineData("{ is where it begins")]
    [InlineData("```json\n{\"kind\":\"verdict\",\"verdict\":\"pass\"}\n```")]
    [InlineData("{\n  \"kind\": \"submission\",\n  \"bdy\": \"typo\"\n}")]
    public async Task Text_that_looks_like_JSON_is_text_like_any_other(string text)
    {
        _mesh.Open();
        var file = Path.Combine(_folder, "text");
        await File.WriteAllTextAsync(file, text, Stop);
        await using var desk = Desk($"cat {file}", agent: Sample.Builder).Start();

        await _mesh.UntilAsync(messages => messages.Count == 2, Stop);

        Assert.Equal((MessageKind.Submission, text), (_mesh.Messages[1].Kind, _mesh.Messages[1].Body!.ToDisplayText()));
    }

    [Fact]
    public async Task Usage_is_taken_in_the_names_that_a_provider_prints()
    {
        Submitted();
        await using var desk = Desk(
            """
            usage='{"input_tokens":10,"cache_read_input_tokens":90,"cache_creation_input_tokens":0,"output_tokens":5}'
            echo "{\"usage\":$usage}" >> $MESH_REPLY
            """ + "\n" + Fail).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        var usage = _mesh.Messages[2].Usage!;
        Assert.Equal((100, 90, 5), (usage.InputTokens, usage.CachedInputTokens, usage.OutputTokens));
    }

    [Fact]
    public async Task Two_agents_that_only_print_text_end_in_three_runs_and_not_in_a_chat_without_end()
    {
        var thread = _mesh.Open();
        var runs = Path.Combine(_folder, "runs");
        await using var builder = Desk($"echo b >> {runs}; echo Sure, here is my work.", agent: Sample.Builder).Start();
        await using var verifier = Desk($"echo v >> {runs}; echo Looks good to me.").Start();

        await EndedAsync(thread);

        Assert.Equal(EndReason.AgentUnreachable, _mesh.Find(thread.ThreadId)!.Reason);
        Assert.Equal(["b", "v", "v"], await File.ReadAllLinesAsync(runs, Stop));
        Assert.Contains("no_answer", _mesh.Messages[^1].Body!.ToDisplayText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_goes_back_once_with_the_reason_and_a_better_answer_counts()
    {
        Submitted();
        await using var desk = Desk(
            $$"""
            if grep -q '"refused":{"reason":"unsupported_pass"'
            then {{Fail}}
            else echo '{"kind":"verdict","verdict":"pass"}' >> $MESH_REPLY
            fi
            """).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(Verdict.Fail, _mesh.Messages[2].Verdict);
        Assert.Contains(desk.Said, line => line.Contains("unsupported_pass", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"kind":"finding","bdy":"typo"}""", "bdy")]
    [InlineData("""{"kind":"gossip"}""", "no reply")]
    [InlineData("""{"kind":"finding" """, "no reply")]
    [InlineData("""{"usage":{"inputTokens":"many"}}""", "usage")]
    [InlineData("""{}""", "neither")]
    public async Task A_line_that_is_no_reply_is_refused_once_and_then_ends_the_thread_with_the_reason(string line, string words)
    {
        var thread = Submitted();
        await using var desk = Desk($"echo '{line}' >> $MESH_REPLY; {Fail}").Start();

        await desk.UntilAsync(thread.ThreadId, RunState.Failed);

        Assert.Equal(MessageKind.Failure, _mesh.Messages[^1].Kind);
        Assert.Contains(words, _mesh.Messages[^1].Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.Equal(ThreadPhase.Ended, _mesh.Find(thread.ThreadId)!.Phase);
    }

    [Fact]
    public async Task One_emoji_ends_neither_the_runner_nor_the_threads_beside_it()
    {
        var (bad, good) = (Submitted(), Submitted());
        var rocket = "\U0001F680";
        await using var desk = Desk(
            $$"""
            if [ $MESH_THREAD = {{bad.ThreadId}} ]
            then printf '{{{new string('x', 198)}}{{rocket}}\n' >> $MESH_REPLY
                 for i in $(seq 2000); do printf '{{rocket}}' >&2; done
                 exit 1
            fi
            {{Fail}}
            """,
            options => options with { RetryFor = TimeSpan.FromSeconds(1) }).Start();

        await EndedAsync(bad);
        await desk.UntilAsync(good.ThreadId, RunState.Done);

        // A body of that size is kept beside the log.
        Assert.InRange(_mesh.Messages.Single(message => message.Kind == MessageKind.Failure).BodyRef!.Size, 4_000, 5_000);
    }

    [Fact]
    public async Task A_gateway_that_answers_for_the_mesh_costs_no_second_run()
    {
        Submitted();
        var runs = Path.Combine(_folder, "runs");
        await using var desk = Desk($"echo run >> {runs}; {Fail}").Start();
        _mesh.AnswersToLose = 2;
        (_mesh.Refusal, _mesh.RefusalsToCome) = ((502, "bad_gateway", "Bad Gateway"), 12);

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(["run"], await File.ReadAllLinesAsync(runs, Stop));
        Assert.Contains(desk.Said, line => line.Contains("not reachable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended_and_the_runner_hears_the_next_message()
    {
        var (hung, next) = (Submitted(), Submitted());
        var pid = Path.Combine(_folder, "pid");
        await using var desk = Desk(
            $"if [ $MESH_THREAD = {hung.ThreadId} ]; then echo $$ > {pid}; exec sleep 300; fi; {Fail}",
            options => options with
            {
                Timeout = TimeSpan.FromMinutes(6),
                RetryFor = TimeSpan.FromSeconds(1),
                Parallel = 1,
            }).Start();

        await EndedAsync(hung);
        await desk.UntilAsync(next.ThreadId, RunState.Done);

        var failure = _mesh.Messages.Single(message => message.Kind == MessageKind.Failure);
        Assert.Contains("took longer", failure.Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(pid, Stop)).Trim()}"));
    }

    [Fact]
    public async Task A_thread_that_is_cancelled_ends_its_command_with_all_that_it_started()
    {
        var thread = Submitted();
        var pids = Path.Combine(_folder, "pids");
        await using var desk = Desk($"echo $$ > {pids}; sleep 300 & echo $! >> {pids}; touch {pids}.ready; wait").Start();
        await ExistsAsync($"{pids}.ready");

        Assert.True(_mesh.Cancel(thread.ThreadId));

        foreach (var pid in await File.ReadAllLinesAsync(pids, Stop))
        {
            while (Directory.Exists($"/proc/{pid}"))
            {
                await Task.Delay(1, Stop);
            }
        }
    }

    [Fact]
    public async Task A_short_outage_of_the_model_is_sat_out_and_nobody_hears_of_it()
    {
        Submitted();
        var runs = Path.Combine(_folder, "runs");
        await using var desk = Desk($"echo run >> {runs}; [ $(wc -l < {runs}) -gt 3 ] || exit 1; {Fail}").Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(4, (await File.ReadAllLinesAsync(runs, Stop)).Length);
        Assert.Equal(Verdict.Fail, _mesh.Messages[^1].Verdict);
    }

    [Fact]
    public async Task Exit_75_means_later_and_never_gives_up()
    {
        Submitted();
        var runs = Path.Combine(_folder, "runs");
        await using var desk = Desk(
            $"echo run >> {runs}; [ $(wc -l < {runs}) -gt 9 ] || exit 75; {Fail}",
            options => options with { RetryFor = TimeSpan.FromSeconds(1) }).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(Verdict.Fail, _mesh.Messages[^1].Verdict);
    }

    [Theory]
    [InlineData("no-such-verifier-anywhere", "127")]
    [InlineData("exit 7", "exit code was 7")]
    public async Task A_command_that_cannot_answer_ends_the_thread_with_the_reason(string command, string words)
    {
        var thread = Submitted();
        await using var desk = Desk(
            $"echo oh dear >&2; {command}", options => options with { RetryFor = TimeSpan.FromSeconds(1) }).Start();

        await EndedAsync(thread);

        var failure = _mesh.Messages[^1];
        Assert.Equal((MessageKind.Failure, "run:2:failed"), (failure.Kind, failure.MessageId));
        Assert.Contains(words, failure.Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.Contains("oh dear", failure.Body!.ToDisplayText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_home_answers_nothing_that_is_answered_and_takes_up_what_is_open()
    {
        var (answered, ended, open) = (Submitted(), Submitted(), Submitted());
        _mesh.Send(answered.ThreadId, new()
        {
            MessageId = "v-1",
            From = Sample.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Fail,
        });
        _mesh.Cancel(ended.ThreadId);
        var runs = Path.Combine(_folder, "runs");
        await using var desk = Desk($"echo $MESH_THREAD >> {runs}; {Fail}").Start();

        await desk.UntilAsync(open.ThreadId, RunState.Done);

        Assert.Equal([open.ThreadId], await File.ReadAllLinesAsync(runs, Stop));
    }

    [Fact]
    public async Task A_new_home_reads_a_long_thread_whole_for_the_message_that_is_still_to_answer_alone()
    {
        var thread = _mesh.Open();
        void Send(string id, string from, MessageKind kind) =>
            _mesh.Send(thread.ThreadId, new() { MessageId = id, From = from, Kind = kind });
        for (var round = 1; round <= 4; round++)
        {
            for (var note = 1; note <= 40; note++)
            {
                Send($"n-{round}-{note}", Sample.Builder, MessageKind.Note);
            }

            Send($"q-{round}", Sample.Builder, MessageKind.Question);
            Send($"a-{round}", Sample.Verifier, MessageKind.Answer);
        }

        Send("b-1", Sample.Builder, MessageKind.Submission);
        var seen = Path.Combine(_folder, "seen");
        await using var desk = Desk($"cat > {seen}; {Fail}").Start();

        await desk.UntilAsync(thread.ThreadId, RunState.Done);

        var turn = JsonSerializer.Deserialize<AgentTurn>(await File.ReadAllTextAsync(seen, Stop), MeshJson.Options)!;
        Assert.Equal(("mesh:brief", "b-1"), (turn.Brief.MessageId, turn.Message.MessageId));
        Assert.Equal(["b-1"], turn.Since.Select(message => message.MessageId));
        Assert.Equal(
            2,
            _mesh.Requests.Count(request => request.Contains("/messages?after=0&", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_agent_on_two_machines_answers_each_message_once()
    {
        var threads = Enumerable.Range(0, 8).Select(_ => Submitted()).ToList();
        var runs = Path.Combine(_folder, "runs");
        var command = $"echo $MESH_THREAD >> {runs}; sleep 0.05; {Fail}";
        await using var one = Desk(command, home: Path.Combine(_folder, "one")).Start();
        await using var other = Desk(command, home: Path.Combine(_folder, "other")).Start();

        await _mesh.UntilAsync(messages => messages.Count(message => message.Kind == MessageKind.Verdict) == 8, Stop);

        Assert.Equal(threads.Select(thread => thread.ThreadId).Order(), (await File.ReadAllLinesAsync(runs, Stop)).Order());
    }

    [Fact]
    public async Task A_runner_that_stops_in_the_middle_ends_its_command_and_the_next_one_runs_it_again()
    {
        Submitted();
        var wait = Path.Combine(_folder, "wait");
        await File.WriteAllTextAsync(wait, "", Stop);
        var command = $"touch {wait}.seen; [ -e {wait} ] && exec sleep 300; {Fail}";
        await using (Desk(command).Start())
        {
            await ExistsAsync($"{wait}.seen");
        }

        File.Delete(wait);
        await using var next = Desk(command).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);
        Assert.Equal(2, next.Journal.ReadAll().Single().Attempt);
    }

    [Fact]
    public async Task Each_run_is_reserved_for_with_what_the_runs_before_it_cost()
    {
        var thread = Submitted();
        var runs = Path.Combine(_folder, "runs");
        await using var desk = Desk(
            $"echo run >> {runs}; exit 1", options => options with { WorstCaseUsd = 0.5m }).Start();

        await EndedAsync(thread);

        // The cap is two dollars: four runs of fifty cents fit into it, and a fifth is not made.
        Assert.Equal(EndReason.CostCap, _mesh.Find(thread.ThreadId)!.Reason);
        Assert.Equal(4, (await File.ReadAllLinesAsync(runs, Stop)).Length);
    }

    [Fact]
    public async Task What_failed_runs_told_of_their_cost_goes_with_the_next_message()
    {
        Submitted();
        var runs = Path.Combine(_folder, "runs");
        await using var desk = Desk(
            $$"""
            echo run >> {{runs}}
            echo '{"usage":{"model":"m","inputTokens":100,"cachedInputTokens":40,"outputTokens":10,"costUsd":0.01} }' >> $MESH_REPLY
            [ $(wc -l < {{runs}}) -gt 1 ] || exit 1
            {{Fail}}
            """).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        var usage = _mesh.Messages[2].Usage!;
        Assert.Equal(
            ("m", 200, 80, 20, 0.02m),
            (usage.Model, usage.InputTokens, usage.CachedInputTokens, usage.OutputTokens, usage.CostUsd));
    }

    [Fact]
    public async Task A_run_that_tells_no_cost_costs_what_is_said_to_be_a_runs()
    {
        Submitted();
        await using var desk = Desk(Fail, options => options with { CostPerRunUsd = 0.25m }).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(0.25m, _mesh.Messages[2].Usage!.CostUsd);
    }

    [Fact]
    public async Task The_agents_own_key_leaves_the_machine_in_no_message()
    {
        var thread = Submitted();
        await using var desk = Desk(
            """
            set -x
            check="{\"id\":\"AC-1\",\"status\":\"fail\",\"detail\":\"$MESH_KEY\"}"
            echo "{\"kind\":\"finding\",\"body\":\"Authorization: Bearer $MESH_KEY\",\"checks\":[$check]}" >> $MESH_REPLY
            exit 7
            """,
            options => options with { Key = "dmk_secret", RetryFor = TimeSpan.FromSeconds(1) }).Start();

        await EndedAsync(thread);

        var evidence = System.Text.Encoding.UTF8.GetString(_mesh.Evidence(thread.ThreadId));
        Assert.DoesNotContain("dmk_secret", evidence, StringComparison.Ordinal);
        Assert.Contains("Bearer [mesh key]", evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finding_is_answered_where_the_runner_asks_for_it_and_a_note_never()
    {
        var thread = Submitted();
        foreach (var (id, kind) in new[] { ("v-1", MessageKind.Note), ("v-2", MessageKind.Finding) })
        {
            _mesh.Send(
                thread.ThreadId, new() { MessageId = id, From = Sample.Verifier, Kind = kind, Body = JsonText.OfString(id) });
        }

        await using var desk = Desk(
            "echo seen",
            options => options with { Only = [MessageKind.Brief, MessageKind.Finding, MessageKind.Note] },
            agent: Sample.Builder).Start();
        await _mesh.UntilAsync(messages => messages.Count == 5, Stop);

        Assert.Equal((MessageKind.Note, 4), (_mesh.Messages[4].Kind, _mesh.Messages[4].InReplyTo));
    }

    [Fact]
    public async Task A_message_of_a_kind_that_is_left_alone_is_said_to_wait()
    {
        var thread = Submitted();
        await using var desk = Desk(Fail, options => options with { Only = [MessageKind.Question] }).Start();

        while (!desk.Said.Any(line => line.Contains("left alone", StringComparison.Ordinal)))
        {
            await Task.Delay(1, Stop);
        }

        Assert.Equal(2, desk.Journal.Read(thread.ThreadId).Sequence);
    }

    [Fact]
    public async Task Somebody_who_asks_to_try_again_does_not_wait_for_the_pause()
    {
        var thread = Submitted();
        var door = Path.Combine(_folder, "door");
        await using var desk = new AgentDesk(
            _mesh, _ => new LaterUntil(door), _folder).Start();
        await desk.UntilAsync(thread.ThreadId, RunState.Later);
        await File.WriteAllTextAsync(door, "", Stop);

        AgentHome.AskToRetry(Path.Combine(_folder, "home"), Sample.Verifier, thread.ThreadId);

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);
    }

    [Fact]
    public async Task A_position_that_the_mesh_has_forgotten_means_to_begin_with_the_first_message()
    {
        using (var home = AgentHome.Open(Path.Combine(_folder, "home"), Sample.Verifier))
        {
            home.SavePosition("of-another-mesh");
        }

        Submitted();
        await using var desk = Desk(Fail).Start();

        await _mesh.UntilAsync(messages => messages.Count == 3, Stop);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private AgentDesk Desk(
        string command,
        Func<MeshAgentOptions, MeshAgentOptions>? change = null,
        string agent = Sample.Verifier,
        string? home = null) => new(_mesh, command, _folder, agent, home, change);

    private ThreadView Submitted()
    {
        var thread = _mesh.Open();
        _mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        return thread;
    }

    private async Task EndedAsync(ThreadView thread) =>
        await _mesh.UntilAsync(_ => _mesh.Find(thread.ThreadId)!.Phase == ThreadPhase.Ended, Stop);

    private static async Task ExistsAsync(string file)
    {
        while (!File.Exists(file))
        {
            await Task.Delay(1, Stop);
        }
    }

    /// <summary>Has no time for an hour of real time, unless a door is open.</summary>
    private sealed class LaterUntil(string door) : IAgentHandler
    {
        public async Task<RunEnd> RunAsync(AgentRun run, CancellationToken cancellation)
        {
            if (!File.Exists(door))
            {
                return new RunEnd.Later("not yet", TimeSpan.FromHours(1000));
            }

            await run.SayAsync(new AgentReply { Kind = MessageKind.Verdict, Verdict = Verdict.Fail }, cancellation);
            return new RunEnd.Done();
        }
    }
}
