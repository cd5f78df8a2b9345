using System.Collections.Concurrent;
using DurableMesh.Cli.Agents;
using DurableMesh.Client;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Agents;

/// <summary>The runner against a mesh with the real rules, with the shell's own commands as agents.</summary>
public sealed class AgentRunnerTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ConcurrentQueue<string> _said = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-agent-").FullName;
    private FakeMesh _mesh = null!;
    private AgentProgress _progress = AgentProgress.None;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _mesh.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Each_printed_line_is_sent_as_a_message_in_its_order_and_in_reply_to_what_was_answered()
    {
        var thread = Submitted();

        await RunUntilAsync(
            """
            echo '{"kind":"finding","body":"one"}'
            echo '{"kind":"finding","body":"two"}'
            echo '{"kind":"verdict","verdict":"fail"}'
            """,
            messages => messages.Count == 5);

        Assert.Equal(
            [
                (3, "run:2:1", MessageKind.Finding, 2),
                (4, "run:2:2", MessageKind.Finding, 2),
                (5, "run:2:3", MessageKind.Verdict, 2),
            ],
            _mesh.Messages.Skip(2)
                .Select(message => (message.Sequence, message.MessageId, message.Kind, message.InReplyTo!.Value)));
        Assert.All(_mesh.Messages, message => Assert.Equal(thread.ThreadId, message.ThreadId));
    }

    [Fact]
    public async Task A_command_finds_the_runners_key_in_its_environment()
    {
        Submitted();

        await RunUntilAsync("""echo "$MESH_KEY" """, messages => messages.Count == 3, key: "dmk_x");

        Assert.Equal("\"dmk_x\"", _mesh.Messages[2].Body!.ToString());
    }

    [Fact]
    public async Task The_worst_case_is_reserved_before_the_command_runs_and_a_run_that_does_not_fit_is_not_made()
    {
        var (dear, cheap) = (Submitted(), Submitted());
        _mesh.Send(dear.ThreadId, new()
        {
            MessageId = "b-2",
            From = Sample.Builder,
            Kind = MessageKind.Note,
            Usage = new Usage { CostUsd = 1.75m },
        });

        await RunUntilAsync(
            """echo '{"kind":"verdict","verdict":"fail"}'""", messages => messages[^1].Kind == MessageKind.Verdict, worstCase: 0.5m);

        await _mesh.UntilAsync(_ => _mesh.Find(dear.ThreadId)!.Phase == ThreadPhase.Ended, _stop.Token);
        Assert.Equal(EndReason.CostCap, _mesh.Find(dear.ThreadId)!.Reason);
        Assert.Equal(cheap.ThreadId, Assert.Single(_mesh.Messages, message => message.Kind == MessageKind.Verdict).ThreadId);
        Assert.Contains(_said, line => line.Contains("the command is not run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_finding_leaves_while_the_command_is_still_at_work()
    {
        Submitted();
        var door = Path.Combine(_folder, "door");

        // The command goes on only when the test, having seen the finding, opens the door.
        var running = RunUntilAsync(
            $$"""
            echo '{"kind":"finding","body":"early"}'
            until [ -e {{door}} ]; do sleep 0.02; done
            echo '{"kind":"verdict","verdict":"fail"}'
            """,
            messages => messages.Count == 4);
        await _mesh.UntilAsync(messages => messages.Count == 3, _stop.Token);
        await File.WriteAllTextAsync(door, "", _stop.Token);
        await running;

        Assert.Equal(MessageKind.Verdict, _mesh.Messages[^1].Kind);
    }

    [Fact]
    public async Task The_command_gets_the_thread_and_the_message_and_knows_who_and_where_it_is()
    {
        var thread = Submitted();
        var seen = Path.Combine(_folder, "seen");

        await RunUntilAsync(
            $$"""cat > {{seen}}; echo "{\"kind\":\"note\",\"body\":\"$MESH_AGENT $MESH_THREAD $MESH_URL\"}" """,
            messages => messages.Count == 3);

        Assert.Equal($"{Sample.Verifier} {thread.ThreadId} {_mesh.Url}", _mesh.Messages[^1].Body!.ToDisplayText());
        using var turn = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(seen, _stop.Token));
        Assert.Equal(thread.ThreadId, turn.RootElement.GetProperty("thread").GetProperty("threadId").GetString());
        Assert.Equal("mesh:brief", turn.RootElement.GetProperty("brief").GetProperty("messageId").GetString());
        Assert.Equal("b-1", turn.RootElement.GetProperty("message").GetProperty("messageId").GetString());
    }

    [Theory]
    [InlineData(MessageKind.Question, MessageKind.Answer)]
    [InlineData(MessageKind.Submission, MessageKind.Note)]
    public async Task Plain_text_answers_a_question_and_is_otherwise_no_more_than_a_note(MessageKind asked, MessageKind expected)
    {
        var thread = _mesh.Open();
        _mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = asked });

        await RunUntilAsync("echo all good; echo really", messages => messages.Count == 3);

        var said = _mesh.Messages[^1];
        Assert.Equal((expected, "all good\nreally", "run:2:text"), (said.Kind, said.Body!.ToDisplayText(), said.MessageId));
    }

    [Fact]
    public async Task The_initiator_begins_its_own_thread_with_the_brief()
    {
        _mesh.Open();

        await RunUntilAsync("echo the work", messages => messages.Count == 2, agent: Sample.Builder);

        Assert.Equal((MessageKind.Submission, "run:1:text"), (_mesh.Messages[^1].Kind, _mesh.Messages[^1].MessageId));
    }

    [Fact]
    public async Task A_runner_that_is_killed_in_the_middle_sends_nothing_twice_when_it_starts_again()
    {
        Submitted();
        var wait = Path.Combine(_folder, "wait");
        var command = $$"""
            echo '{"kind":"finding","body":"one"}'
            [ -e {{wait}} ] && exec sleep 60
            echo '{"kind":"verdict","verdict":"fail"}'
            """;
        await File.WriteAllTextAsync(wait, "", _stop.Token);
        await RunUntilAsync(command, messages => messages.Count == 3);
        File.Delete(wait);

        await RunUntilAsync(command, messages => messages.Count == 4);

        Assert.Equal(["run:2:1", "run:2:2"], _mesh.Messages.Skip(2).Select(message => message.MessageId));
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_and_nothing_is_doubled()
    {
        Submitted();
        _mesh.AnswersToLose = 2;

        await RunUntilAsync(
            """
            echo '{"kind":"finding","body":"one"}'
            echo '{"kind":"verdict","verdict":"fail"}'
            """,
            messages => messages.Count == 4);

        Assert.Equal([3, 4], _mesh.Messages.Skip(2).Select(message => message.Sequence));
        Assert.Contains(_said, line => line.Contains("not reachable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_fails_three_times_is_reported_to_the_peer_in_a_note()
    {
        Submitted();

        await RunUntilAsync("echo oh dear >&2; exit 7", messages => messages.Count == 3);

        var note = _mesh.Messages[^1];
        Assert.Equal((MessageKind.Note, "run:2:failed"), (note.Kind, note.MessageId));
        Assert.Contains("exit code was 7", note.Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.Contains("oh dear", note.Body!.ToDisplayText(), StringComparison.Ordinal);
        Assert.Equal(3, _errors.Count(line => line == "oh dear"));
    }

    [Theory]
    [InlineData("""{"kind":"finding","bdy":"typo"}""")]
    [InlineData("""{"kind":"gossip"}""")]
    [InlineData("""{"kind":"finding" """)]
    public async Task A_line_that_is_meant_as_a_message_and_is_none_is_a_failure_of_the_command(string line)
    {
        Submitted();

        await RunUntilAsync($"echo '{line}'", messages => messages.Count == 3);

        Assert.Equal("run:2:failed", _mesh.Messages[^1].MessageId);
    }

    [Fact]
    public async Task What_is_refused_is_said_and_does_not_stop_the_rest()
    {
        Submitted();

        await RunUntilAsync(
            """
            echo '{"kind":"verdict","verdict":"pass"}'
            echo '{"kind":"verdict","verdict":"fail"}'
            """,
            messages => messages.Count == 3);

        Assert.Contains(_said, line => line.Contains("unsupported_pass", StringComparison.Ordinal));
        Assert.Equal(Verdict.Fail, _mesh.Messages[^1].Verdict);
    }

    [Fact]
    public async Task A_command_may_finish_its_work_after_the_word_that_ended_the_thread()
    {
        Submitted();
        var finished = Path.Combine(_folder, "finished");

        await RunUntilAsync(
            $$"""
            echo '{"kind":"verdict","verdict":"blocked"}'
            sleep 0.1
            touch {{finished}}
            """,
            messages => messages.Count == 3);

        Assert.True(File.Exists(finished));
    }

    [Fact]
    public async Task A_command_that_goes_on_talking_after_the_end_is_stopped()
    {
        var thread = Submitted();

        await RunUntilAsync(
            """while :; do echo '{"kind":"note","body":"still here"}'; sleep 0.02; done""",
            messages => messages.Count > 4 && _mesh.Cancel(thread.ThreadId));

        Assert.Contains(_said, line => line.Contains("thread_ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Threads_go_on_side_by_side_and_each_message_is_answered_once()
    {
        var threads = Enumerable.Range(0, 6).Select(_ => Submitted()).ToList();

        await RunUntilAsync("""echo '{"kind":"verdict","verdict":"fail"}'""", messages => messages.Count == 18);

        var byThread = _mesh.Messages.ToLookup(message => message.ThreadId, message => message.Sequence);
        Assert.All(threads, thread => Assert.Equal([1, 2, 3], byThread[thread.ThreadId]));
    }

    [Fact]
    public async Task Threads_that_have_ended_are_left_alone()
    {
        var ended = Submitted();
        await MeshRun.OfAsync(_mesh, "cancel", ended.ThreadId);
        var open = Submitted();

        await RunUntilAsync("echo x", messages => messages.Any(message => message.MessageId == "run:2:text"));

        Assert.Equal(open.ThreadId, _mesh.Messages[^1].ThreadId);
        Assert.Empty(_said);
    }

    [Fact]
    public async Task A_position_that_the_mesh_has_forgotten_means_to_begin_with_the_first_message()
    {
        _progress = new AgentProgress("of-another-mesh", []);
        Submitted();

        await RunUntilAsync("echo x", messages => messages.Count == 3);

        Assert.StartsWith("at-", _progress.After, StringComparison.Ordinal);
    }

    private ThreadView Submitted()
    {
        var thread = _mesh.Open();
        _mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });
        return thread;
    }

    private async Task RunUntilAsync(
        string command, Func<IReadOnlyList<MessageView>, bool> condition, string agent = Sample.Verifier, string? key = null,
        decimal? worstCase = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        IReadOnlyList<MessageKind> only = agent == Sample.Verifier ? [MessageKind.Submission, MessageKind.Question] : [];
        var options = new AgentOptions(agent, command, Parallel: 3, only, key, worstCase);
        var link = new MeshLink(MeshClient.Connect(new Uri(_mesh.Url)), _said.Enqueue, HurriedTime.Instance);
        var conversation = new AgentConversation(options, link, _errors.Enqueue, HurriedTime.Instance);
        var done = new TaskCompletionSource();
        using var runner = new AgentRunner(options, link, conversation, new InboxLedger(_progress, progress =>
        {
            _progress = progress;
            if (progress.After is not null)
            {
                done.TrySetResult();
            }
        }));
        var running = runner.RunAsync(stop.Token);
        await _mesh.UntilAsync(condition, stop.Token).WaitAsync(TimeSpan.FromSeconds(30), stop.Token);
        if (agent == Sample.Verifier && !File.Exists(Path.Combine(_folder, "wait")))
        {
            await done.Task.WaitAsync(stop.Token);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
