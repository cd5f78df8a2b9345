using System.Text.Json;
using DurableMesh.Cli;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Threads;

public sealed class ThreadCommandTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_thread_is_started_from_options_alone()
    {
        var run = await RunAsync(
            "start", "--task", "7", "--initiator", "a", "--responder", "b", "--subject", "s", "--accept", "AC-1=it works",
            "--ttl", "PT5M", "--max-turns", "6", "--cost-cap", "0.5", "--json");

        var thread = run.Json<ThreadView>();
        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Equal((ThreadPhase.Open, "7", "a", "b"), (thread.State, thread.McTask, thread.Initiator, thread.Responder));
        Assert.Equal((TimeSpan.FromMinutes(5), 6, 0.5m), (thread.Limits.Ttl, thread.Limits.MaxTurns, thread.Limits.CostCapUsd));
    }

    [Theory]
    [InlineData(null, Priority.M)]
    [InlineData("H", Priority.H)]
    [InlineData("L", Priority.L)]
    public async Task A_thread_has_the_priority_that_is_asked_for(string? asked, Priority expected)
    {
        string[] start =
        [
            "start", "--task", "7", "--initiator", "a", "--responder", "b", "--subject", "s", "--accept", "AC-1=it works",
            "--json",
        ];

        var run = await RunAsync(asked is null ? start : [.. start, "--priority", asked]);

        Assert.Equal(expected, run.Json<ThreadView>().Priority);
    }

    [Fact]
    public async Task Options_amend_what_the_file_says()
    {
        using var file = new TemporaryFile(
            """
            {
              "pattern": "advisory", "mcTask": "1", "initiator": "a", "responder": "b",
              "brief": { "subject": "s", "acceptance": [ { "id": "x", "title": "y" } ] }
            }
            """);

        var thread = (await RunAsync("start", "--file", file.Path, "--task", "2", "--json")).Json<ThreadView>();

        Assert.Equal((Pattern.Advisory, "2", "s"), (thread.Pattern, thread.McTask, thread.Subject));
    }

    [Fact]
    public async Task A_request_that_is_wrong_gets_all_errors_of_the_mesh()
    {
        var run = await MeshRun.OfAsync("""{"pattern":"gossip","mcTsk":"1"}""", ["start", "--file", "-", "--url", _mesh.Url]);

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("pattern", run.Error, StringComparison.Ordinal);
        Assert.Contains("mcTsk", run.Error, StringComparison.Ordinal);
        Assert.Contains("initiator", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_thread()
    {
        string[] start =
        [
            "start", "--task", "7", "--initiator", "a", "--responder", "b", "--subject", "s", "--accept", "AC-1=t",
            "--idempotency-key", "k", "--json",
        ];

        Assert.Equal((await RunAsync(start)).Json<ThreadView>().ThreadId, (await RunAsync(start)).Json<ThreadView>().ThreadId);
    }

    [Fact]
    public async Task What_is_sent_arrives_as_it_was_meant()
    {
        var thread = _mesh.Open();
        using var patch = new TemporaryFile("the patch");

        var run = await RunAsync(
            "send", thread.ThreadId, "done", "--as", Sample.Builder, "--kind", "submission", "--artifact", patch.Path,
            "--id", "b-1", "--check", "AC-1=skipped: not yet: later", "--json");

        var message = _mesh.Messages[^1];
        Assert.Equal((ReceiptKind.Accepted, 2), (run.Json<Receipt>().Kind, run.Json<Receipt>().Sequence));
        Assert.Equal(("b-1", MessageKind.Submission, "done"), (message.MessageId, message.Kind, message.Body!.ToDisplayText()));
        Assert.Equal("cb6d53778ee066ce09befdca170120166e1b7b515e264ae03e732b16c8608dd7", message.Artifacts[0].Sha256);
        Assert.Equal((9, Path.GetFileName(patch.Path)), (message.Artifacts[0].Size, message.Artifacts[0].Name));
        Assert.Contains(message.Artifacts[0].Sha256, message.Artifacts[0].Uri, StringComparison.Ordinal);
        var check = Assert.Single(message.Checks);
        Assert.Equal(("AC-1", CheckStatus.Skipped, "not yet: later"), (check.Id, check.Status, check.Detail));
    }

    [Fact]
    public async Task A_body_comes_from_standard_input_or_as_JSON_from_a_file()
    {
        var thread = _mesh.Open();
        using var file = new TemporaryFile("""{"rows":[1,2]}""", ".json");

        await MeshRun.OfAsync(
            "from stdin", ["send", thread.ThreadId, "-", "--as", Sample.Builder, "--kind", "note", "--url", _mesh.Url]);
        await RunAsync("send", thread.ThreadId, "--file", file.Path, "--as", Sample.Builder, "--kind", "note");

        Assert.Equal("\"from stdin\"", _mesh.Messages[^2].Body!.Text);
        Assert.Equal("""{"rows":[1,2]}""", _mesh.Messages[^1].Body!.Text);
    }

    [Fact]
    public async Task A_body_that_begins_with_an_at_sign_is_no_response_file()
    {
        var thread = _mesh.Open();

        await RunAsync("send", thread.ThreadId, "@ada please look", "--as", Sample.Builder, "--kind", "note");

        Assert.Equal("@ada please look", _mesh.Messages[^1].Body!.ToDisplayText());
    }

    [Fact]
    public async Task The_same_id_is_a_duplicate_and_that_is_fine()
    {
        var thread = _mesh.Open();
        string[] send =
            ["send", thread.ThreadId, "done", "--as", Sample.Builder, "--kind", "submission", "--id", "b-1", "--json"];
        await RunAsync(send);

        var again = await RunAsync(send);

        Assert.Equal(ExitCode.Done, again.ExitCode);
        Assert.Equal((ReceiptKind.Duplicate, 2), (again.Json<Receipt>().Kind, again.Json<Receipt>().Sequence));
    }

    [Fact]
    public async Task A_rejected_receipt_is_a_refusal_that_says_why()
    {
        var thread = _mesh.Open();

        var run = await RunAsync("send", thread.ThreadId, "fine", "--as", Sample.Builder, "--verdict", "pass");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("wrong_kind", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_and_nothing_is_doubled()
    {
        var thread = _mesh.Open();
        _mesh.AnswersToLose = 1;

        var run = await RunAsync("send", thread.ThreadId, "done", "--as", Sample.Builder, "--kind", "submission", "--id", "b-1");

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Equal(2, _mesh.Messages.Count);
    }

    [Fact]
    public async Task Respond_knows_who_answers_what_and_with_which_kind()
    {
        var thread = _mesh.Open();

        await RunAsync("respond", thread.ThreadId, "the work");
        await RunAsync("respond", thread.ThreadId, "not yet", "--verdict", "fail", "--check", "AC-1=fail: no");
        await RunAsync("send", thread.ThreadId, "which one?", "--as", Sample.Builder, "--kind", "question");
        await RunAsync("respond", thread.ThreadId, "the second");

        Assert.Equal(
            [
                (Sample.Builder, MessageKind.Submission, 1),
                (Sample.Verifier, MessageKind.Verdict, 2),
                (Sample.Builder, MessageKind.Question, null),
                (Sample.Verifier, MessageKind.Answer, 4),
            ],
            _mesh.Messages.Skip(1).Select(message => (message.From, message.Kind, message.InReplyTo)));
    }

    [Fact]
    public async Task Responding_to_a_submission_asks_for_the_verdict()
    {
        var thread = _mesh.Open();
        await RunAsync("respond", thread.ThreadId, "the work");

        var run = await RunAsync("respond", thread.ThreadId, "looks good");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--verdict", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Await_wakes_up_with_the_message_it_waited_for()
    {
        var thread = _mesh.Open();
        var waiting = RunAsync("await", thread.ThreadId, "--as", Sample.Verifier, "--after", "1", "--json");

        _mesh.Send(thread.ThreadId, new() { MessageId = "b-1", From = Sample.Builder, Kind = MessageKind.Submission });

        var page = (await waiting).Json<MessagesPage>();
        Assert.Equal(("b-1", 2), (Assert.Single(page.Messages).MessageId, page.NextAfter));
    }

    [Fact]
    public async Task Await_without_waiting_answers_what_there_is()
    {
        var thread = _mesh.Open();

        var run = await RunAsync("await", thread.ThreadId, "--after", "1", "--wait", "0", "--json");

        Assert.Empty(run.Json<MessagesPage>().Messages);
    }

    [Fact]
    public async Task Watch_shows_the_dialogue_and_its_end()
    {
        var thread = _mesh.Open();
        _mesh.Play(thread.ThreadId);

        var run = await RunAsync("watch", thread.ThreadId);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Contains("round 1", run.Out, StringComparison.Ordinal);
        Assert.Contains("AC-1 CsvReader.cs:41 line 2 is lost", run.Out, StringComparison.Ordinal);
        Assert.Contains("✗ AC-1", run.Out, StringComparison.Ordinal);
        Assert.Contains("round 2", run.Out, StringComparison.Ordinal);
        Assert.Contains("PASS verified", run.Out, StringComparison.Ordinal);
        Assert.Contains(thread.Evidence.Path, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_in_JSON_is_one_message_a_line_and_then_the_thread()
    {
        var thread = _mesh.Open();
        _mesh.Play(thread.ThreadId);

        var lines = (await RunAsync("watch", thread.ThreadId, "--json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            Enumerable.Range(1, 6),
            lines.SkipLast(1).Select(line => JsonSerializer.Deserialize<MessageView>(line, MeshJson.Options)!.Sequence));
        Assert.Equal(EndState.Pass, JsonSerializer.Deserialize<ThreadView>(lines[^1], MeshJson.Options)!.EndState);
    }

    [Fact]
    public async Task Text_of_an_agent_cannot_steer_the_terminal()
    {
        var thread = _mesh.Open();
        _mesh.Send(thread.ThreadId, new SendMessageRequest
        {
            MessageId = "b-1",
            From = Sample.Builder,
            Kind = MessageKind.Note,
            Body = JsonText.OfString("[red]\u001b[2Jboo[/]"),
        });

        var run = await RunAsync("await", thread.ThreadId, "--after", "1");

        Assert.DoesNotContain('\u001b', run.Out);
        Assert.Contains("[red]·[2Jboo[/]", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_ends_the_thread_with_who_and_why()
    {
        var thread = _mesh.Open();

        var run = await RunAsync("cancel", thread.ThreadId, "--by", "ada", "--why", "not needed", "--json");

        var cancelled = run.Json<ThreadView>();
        Assert.Equal((EndReason.Cancelled, "not needed"), (cancelled.Reason, cancelled.Detail));
    }

    [Fact]
    public async Task Status_shows_who_is_at_work()
    {
        var thread = _mesh.Open();
        var asked = new LeaseRequest(Sample.Builder, "one", 1, TimeSpan.FromMinutes(1), Device: "forge");
        var lease = _mesh.Leases.Decide(thread.ThreadId, asked).Lease;

        var status = (await RunAsync("status", thread.ThreadId)).Out;
        Assert.Contains(
            $"at work   since {lease.Since:yyyy-MM-dd HH:mm:ss}Z: {Sample.Builder} on forge, message 1",
            status,
            StringComparison.Ordinal);

        _mesh.Leases.Decide(thread.ThreadId, asked with { Done = true });
        Assert.Contains("at work   nobody", (await RunAsync("status", thread.ThreadId)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_party_that_cannot_answer_ends_the_thread_with_its_reason()
    {
        var thread = _mesh.Open();

        var run = await RunAsync(
            "send", thread.ThreadId, "The model is away.", "--as", Sample.Builder, "--kind", "failure");

        Assert.Equal(ExitCode.Done, run.ExitCode);
        var status = (await RunAsync("status", thread.ThreadId)).Out;
        Assert.Contains("BLOCKED (agent_unreachable)", status, StringComparison.Ordinal);
        Assert.Contains("The model is away.", status, StringComparison.Ordinal);
        Assert.Contains("✗ failure", (await RunAsync("watch", thread.ThreadId)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_and_status_show_the_thread()
    {
        var thread = _mesh.Open();

        var open = (await RunAsync("list", "--state", "open", "--json")).Json<ThreadsPage>();
        Assert.Equal(thread.ThreadId, Assert.Single(open.Threads).ThreadId);
        Assert.Contains(thread.ThreadId, (await RunAsync("list")).Out, StringComparison.Ordinal);
        Assert.Contains(Sample.Builder, (await RunAsync("status", thread.ThreadId)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_shows_each_thread_with_the_passages_that_have_the_words()
    {
        var thread = _mesh.Open();

        var told = await RunAsync("search", "quoted", "kept newlines", "--limit", "3");
        var page = (await RunAsync("search", "quoted", "--json")).Json<ThreadsPage>();

        Assert.Contains(thread.ThreadId, told.Out, StringComparison.Ordinal);
        Assert.Contains($"1 {Sample.Builder} » brief: the quoted \"kept newlines\"", told.Out, StringComparison.Ordinal);
        Assert.True(Assert.Single(Assert.Single(page.Hits!).Messages).Text[1].Found);
    }

    [Fact]
    public async Task What_is_reserved_stands_beside_what_is_spent()
    {
        var thread = _mesh.Open();
        _mesh.Reserve(thread.ThreadId, Sample.Builder, 0.25m);

        var status = (await RunAsync("status", thread.ThreadId)).Out;

        Assert.Contains("$0.00 of $2.00, $0.25 more reserved", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_thread_says_why_until_when_and_how_it_is_decided()
    {
        _mesh.Hold = "urgent: A person decides.";

        var started = await RunAsync(
            "start", "--task", "7", "--initiator", "a", "--responder", "b", "--subject", "s", "--accept", "AC-1=t");
        var thread = Assert.Single((await RunAsync("list", "--json")).Json<ThreadsPage>().Threads);
        var status = (await RunAsync("status", thread.ThreadId)).Out;

        Assert.Contains(_mesh.Hold, started.Error, StringComparison.Ordinal);
        Assert.Contains(_mesh.Hold, status, StringComparison.Ordinal);
        Assert.Contains($"mesh decide {thread.ThreadId} approve|deny --why REASON", status, StringComparison.Ordinal);
        Assert.Contains($"held until  {thread.Deadline:yyyy-MM-dd HH:mm:ss}Z", status, StringComparison.Ordinal);
    }

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, args);
}
