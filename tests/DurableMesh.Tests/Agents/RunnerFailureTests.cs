using DurableMesh.Agents.Runs;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Cli;

namespace DurableMesh.Tests.Agents;

/// <summary>Commands that fail, hang, or answer in the wrong form; and a mesh that is away.</summary>
public sealed class RunnerFailureTests : RunnerTests
{
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

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(Verdict.Fail, Mesh.Messages[2].Verdict);
        Assert.Contains(desk.Said, line => line.Contains("unsupported_pass", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_refused_after_a_restart_goes_back_too()
    {
        var thread = Submitted();
        var outgoing = new SendMessageRequest
        {
            MessageId = "run:2:turn",
            From = Sample.Verifier,
            Kind = MessageKind.Verdict,
            Verdict = Verdict.Pass,
        };
        using (var home = AgentHome.Open(Path.Combine(Folder, "home"), Sample.Verifier))
        {
            home.Journal.Write(new RunRecord
            {
                ThreadId = thread.ThreadId,
                Sequence = 2,
                State = RunState.Sending,
                Attempt = 1,
                Outgoing = outgoing,
            });
        }

        await using var desk = Desk(
            """if grep -q '"refused":{"reason":"unsupported_pass"' ; then {Fail} ; else exit 1 ; fi""".Replace(
                "{Fail}", Fail, StringComparison.Ordinal)).Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal((MessageKind.Verdict, Verdict.Fail), (Mesh.Messages[2].Kind, Mesh.Messages[2].Verdict));
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

        Assert.Equal(MessageKind.Failure, Mesh.Messages[^1].Kind);
        Assert.Contains(words, Mesh.Messages[^1].Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.Equal(ThreadPhase.Ended, Mesh.Find(thread.ThreadId)!.Phase);
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
        Assert.InRange(Mesh.Messages.Single(message => message.Kind == MessageKind.Failure).BodyRef!.Size, 4_000, 5_000);
    }

    [Fact]
    public async Task A_gateway_that_answers_for_theMesh_costs_no_second_run()
    {
        Submitted();
        var runs = Path.Combine(Folder, "runs");
        await using var desk = Desk($"echo run >> {runs}; {Fail}").Start();
        Mesh.AnswersToLose = 2;
        (Mesh.Refusal, Mesh.RefusalsToCome) = ((502, "bad_gateway", "Bad Gateway"), 12);

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(["run"], await File.ReadAllLinesAsync(runs, Stop));
        Assert.Contains(desk.Said, line => line.Contains("not reachable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended_and_the_runner_hears_the_next_message()
    {
        var (hung, next) = (Submitted(), Submitted());
        var pid = Path.Combine(Folder, "pid");
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

        var failure = Mesh.Messages.Single(message => message.Kind == MessageKind.Failure);
        Assert.Contains("took longer", failure.Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{(await File.ReadAllTextAsync(pid, Stop)).Trim()}"));
    }

    [Fact]
    public async Task A_thread_that_is_cancelled_ends_its_command_with_all_that_it_started()
    {
        var thread = Submitted();
        var pids = Path.Combine(Folder, "pids");
        await using var desk = Desk($"echo $$ > {pids}; sleep 300 & echo $! >> {pids}; touch {pids}.ready; wait").Start();
        await ExistsAsync($"{pids}.ready");

        Assert.True(Mesh.Cancel(thread.ThreadId));

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
        var runs = Path.Combine(Folder, "runs");
        await using var desk = Desk($"echo run >> {runs}; [ $(wc -l < {runs}) -gt 3 ] || exit 1; {Fail}").Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(4, (await File.ReadAllLinesAsync(runs, Stop)).Length);
        Assert.Equal(Verdict.Fail, Mesh.Messages[^1].Verdict);
    }

    [Fact]
    public async Task Exit_75_means_later_and_never_gives_up()
    {
        Submitted();
        var runs = Path.Combine(Folder, "runs");
        await using var desk = Desk(
            $"echo run >> {runs}; [ $(wc -l < {runs}) -gt 9 ] || exit 75; {Fail}",
            options => options with { RetryFor = TimeSpan.FromSeconds(1) }).Start();

        await Mesh.UntilAsync(messages => messages.Count == 3, Stop);

        Assert.Equal(Verdict.Fail, Mesh.Messages[^1].Verdict);
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

        var failure = Mesh.Messages[^1];
        Assert.Equal((MessageKind.Failure, "run:2:failed"), (failure.Kind, failure.MessageId));
        Assert.Contains(words, failure.Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.Contains("oh dear", failure.Body!.ToDisplayText(), StringComparison.Ordinal);
    }
}
