using System.Text;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Wire;
using DurableMesh.TaskHub;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Moq;

namespace DurableMesh.Tests.Functions.Threads;

public sealed class MessageTests : IAsyncDisposable
{
    private const string Nobody = "00000000-0000-4000-8000-000000000000";
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_message_is_accepted_with_its_sequence()
    {
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.SendAsync(id, Submission("b-1"));

        Assert.Equal((200, "accepted"), (answer.Status, answer.Text("receipt")));
        Assert.Equal(("2", "b-1"), (answer.Text("sequence"), answer.Text("messageId")));
    }

    [Fact]
    public async Task The_same_message_sent_a_hundred_times_at_once_is_accepted_once()
    {
        var id = await _mesh.StartedAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(
            _ => Task.Run(() => _mesh.SendAsync(id, Submission("b-1")))));

        Assert.Single(answers, answer => answer.Text("receipt") == "accepted");
        Assert.Equal(99, answers.Count(answer => answer.Text("receipt") == "duplicate"));
        Assert.All(answers, answer => Assert.Equal("2", answer.Text("sequence")));
    }

    [Fact]
    public async Task A_known_message_is_answered_without_asking_the_thread()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.SendAsync(id, Submission("b-1"));

        var duplicate = await _mesh.SendAsync(id, Submission("b-1"));
        var conflict = await _mesh.SendAsync(id, Submission("b-1") with { Body = JsonText.OfString("other") });

        Assert.Equal((200, "duplicate", "2"), (duplicate.Status, duplicate.Text("receipt"), duplicate.Text("sequence")));
        Assert.Equal((409, "message_conflict"), (conflict.Status, conflict.Text("reason")));
        Assert.Equal(1, _mesh.Raised);
    }

    [Fact]
    public async Task After_the_end_only_what_was_accepted_is_known()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.SendAsync(id, Submission("b-1"));
        await _mesh.CancelAsync(id);
        var raised = _mesh.Raised;

        var late = await _mesh.SendAsync(id, Submission("b-2"));
        var duplicate = await _mesh.SendAsync(id, Submission("b-1"));
        var conflict = await _mesh.SendAsync(id, Submission("b-1") with { Body = JsonText.OfString("other") });

        Assert.Equal((409, "thread_ended", "ended"), (late.Status, late.Text("reason"), late.Text("threadState")));
        Assert.Equal((200, "duplicate"), (duplicate.Status, duplicate.Text("receipt")));
        Assert.Equal((409, "thread_ended"), (conflict.Status, conflict.Text("reason")));
        Assert.Equal(raised, _mesh.Raised);
    }

    [Fact]
    public async Task A_message_that_the_thread_never_saw_before_it_ended_is_rejected()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Asleep = true;
        var sent = _mesh.SendAsync(id, Submission("b-1"));
        await Eventually.TrueAsync(() => _mesh.Raised == 1);
        _mesh.Asleep = false;

        await _mesh.CancelAsync(id);

        Assert.Equal((409, "thread_ended"), ((await sent).Status, (await sent).Text("reason")));
    }

    [Theory]
    [InlineData("stranger", MessageKind.Note, "not_a_party")]
    [InlineData(SampleThread.Verifier, MessageKind.Question, "not_your_turn")]
    [InlineData(SampleThread.Verifier, MessageKind.Submission, "wrong_kind")]
    public async Task What_the_rules_refuse_is_a_409_with_the_reason(string from, MessageKind kind, string reason)
    {
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.SendAsync(id, SampleThread.MessageOf("m-1", from, kind));

        Assert.Equal((409, "rejected", reason), (answer.Status, answer.Text("receipt"), answer.Text("reason")));
        Assert.Equal("open", (await _mesh.GetAsync(id)).Text("state"));
    }

    [Fact]
    public async Task A_builder_that_passes_itself_is_refused()
    {
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.SendAsync(id, SampleThread.PassOf("b-1", SampleThread.Builder));

        Assert.Equal((409, "wrong_kind"), (answer.Status, answer.Text("reason")));
    }

    [Fact]
    public async Task An_answer_that_is_not_known_in_time_is_pending_and_says_where_to_look()
    {
        await using var slow = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(500));
        var id = await slow.StartedAsync();
        slow.Asleep = true;

        var answer = await slow.SendAsync(id, Submission("b-1"));

        Assert.Equal((202, "pending"), (answer.Status, answer.Text("receipt")));
        Assert.Equal($"/api/threads/{id}/messages?after=1", answer.Headers.Location);
    }

    [Fact]
    public async Task A_thread_whose_orchestration_was_terminated_ends_when_somebody_writes_to_it()
    {
        await using var slow = new MeshFixture(answerWithin: TimeSpan.FromMilliseconds(500));
        var id = await slow.StartedAsync();
        (slow.Asleep, slow.Status) = (true, OrchestrationRuntimeStatus.Terminated);

        var answer = await slow.SendAsync(id, Submission("b-1"));

        Assert.Equal((409, "thread_ended"), (answer.Status, answer.Text("reason")));
        var thread = await slow.GetAsync(id);
        Assert.Equal(("BLOCKED", "internal_error"), (thread.Text("endState"), thread.Text("reason")));
        Assert.Contains("Terminated", thread.Text("detail"), StringComparison.Ordinal);
        var evidence = EvidenceVerifier.Verify((await slow.EvidenceAsync(id)).Utf8);
        Assert.True(evidence is { Final: true, Holds: true });
    }

    [Theory]
    [InlineData(Nobody, 404, "thread_not_found")]
    [InlineData("not-an-id", 404, "thread_not_found")]
    [InlineData("not\u0007an-id", 400, "malformed_id")]
    [InlineData("0F8FAD5B-D9CB-469F-A165-70867728950E", 404, "thread_not_found")]
    public async Task An_unknown_or_malformed_thread_is_told_apart(string id, int status, string code)
    {
        Assert.Equal((status, code), Of(await _mesh.SendAsync(id, Submission("b-1"))));
        Assert.Equal((status, code), Of(await _mesh.GetAsync(id)));
        Assert.Equal((status, code), Of(await _mesh.MessagesAsync(id)));
        Assert.Equal((status, code), Of(await _mesh.CancelAsync(id)));

        static (int, string) Of(Answer answer) => (answer.Status, answer.Code);
    }

    [Theory]
    [InlineData("{", "malformed_json")]
    [InlineData("""{"messageId":"b-1","from":"codecraft-builder","kind":"note","colour":"red"}""", "unknown_field")]
    [InlineData("""{"messageId":"b-1","from":"codecraft-builder","kind":7}""", "wrong_type")]
    public async Task A_request_that_is_wrong_changes_nothing(string body, string code)
    {
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.SendAsync(id, Encoding.UTF8.GetBytes(body));

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Equal(0, _mesh.Raised);
    }

    [Fact]
    public async Task A_body_over_1_MiB_is_a_413()
    {
        var id = await _mesh.StartedAsync();

        var answer = await _mesh.SendAsync(id, Submission("b-1") with { Body = JsonText.OfString(new string('x', 1024 * 1024)) });

        Assert.Equal((413, "body_too_large"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_large_body_is_stored_once_and_shown_whole()
    {
        var id = await _mesh.StartedAsync();
        var text = new string('x', 100_000);

        await _mesh.SendAsync(id, SampleThread.MessageOf("n-1", SampleThread.Builder, MessageKind.Note, text));
        await _mesh.SendAsync(id, SampleThread.MessageOf("n-2", SampleThread.Builder, MessageKind.Note, text));

        var shown = (await _mesh.MessagesAsync(id, "?after=1")).List("messages").ToList();
        Assert.All(shown, message => Assert.Equal(text, message.GetProperty("body").GetString()));
        Assert.Single(_mesh.Blobs.Text("bodies/00000001").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_page_of_large_bodies_ends_early_and_the_next_one_goes_on()
    {
        var id = await _mesh.StartedAsync();
        for (var n = 1; n <= 6; n++)
        {
            var body = new string((char)('a' + n), 1_000_000);
            var note = SampleThread.MessageOf($"n-{n}", SampleThread.Builder, MessageKind.Note, body);
            Assert.Equal(200, (await _mesh.SendAsync(id, note)).Status);
        }

        var first = await _mesh.MessagesAsync(id);
        var second = await _mesh.MessagesAsync(id, $"?after={first.Text("nextAfter")}");

        Assert.Equal([1, 2, 3, 4, 5, 6], Sequences(first));
        Assert.Equal([7], Sequences(second));
    }

    [Fact]
    public async Task Messages_are_read_after_a_sequence_and_for_one_party()
    {
        var id = await _mesh.StartedAsync();
        await _mesh.SendAsync(id, Submission("b-1"));
        await _mesh.SendAsync(id, SampleThread.MessageOf("v-1", SampleThread.Verifier, MessageKind.Finding));

        var all = await _mesh.MessagesAsync(id);
        var toBuilder = await _mesh.MessagesAsync(id, "?to=builder");
        var toVerifier = await _mesh.MessagesAsync(id, "?to=proveo-verifier&after=1");

        Assert.Equal([1, 2, 3], Sequences(all));
        Assert.Equal([1, 3], Sequences(toBuilder));
        Assert.Equal([2], Sequences(toVerifier));
        Assert.Equal(("3", "3"), (all.Text("nextAfter"), toVerifier.Text("nextAfter")));
    }

    [Fact]
    public async Task A_long_poll_ends_as_soon_as_there_is_a_message_for_the_asker()
    {
        var id = await _mesh.StartedAsync();
        var poll = _mesh.MessagesAsync(id, "?after=1&to=proveo-verifier&wait=PT60S");

        await _mesh.SendAsync(id, SampleThread.MessageOf("v-1", SampleThread.Verifier, MessageKind.Finding));
        Assert.False(poll.IsCompleted);
        await _mesh.SendAsync(id, Submission("b-1"));

        Assert.Equal("3", (await poll).Text("nextAfter"));
    }

    [Fact]
    public async Task A_long_poll_ends_with_the_thread()
    {
        var id = await _mesh.StartedAsync();
        var poll = _mesh.MessagesAsync(id, "?after=1&wait=PT60S");

        await _mesh.CancelAsync(id);

        Assert.Equal("ended", (await poll).Text("threadState"));
    }

    [Fact]
    public async Task A_task_hub_that_is_full_is_a_429_with_a_time_to_come_back()
    {
        var id = await _mesh.StartedAsync();
        _mesh.Client.Setup(one => one.RaiseEventAsync(
                id, It.IsAny<string>(), It.IsAny<object>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new TaskHubOverloadedException("The partition is full."));

        var answer = await _mesh.SendAsync(id, Submission("b-1"));

        Assert.Equal((429, "overloaded"), (answer.Status, answer.Code));
        Assert.Equal("1", answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_long_poll_that_the_host_cuts_short_is_a_503()
    {
        var id = await _mesh.StartedAsync();
        using var stopping = new CancellationTokenSource();
        var poll = _mesh.MessagesAsync(id, "?after=1&wait=PT60S", stopping.Token);

        await stopping.CancelAsync();

        Assert.Equal((503, "stopping"), ((await poll).Status, (await poll).Code));
    }

    [Theory]
    [InlineData("?wait=PT61S&after=-1&colour=red", 3)]
    [InlineData("?wait=10", 1)]
    [InlineData("?after=one", 1)]
    public async Task A_query_that_is_wrong_is_told_all_at_once(string query, int errors)
    {
        var answer = await _mesh.MessagesAsync(await _mesh.StartedAsync(), query);

        Assert.Equal(400, answer.Status);
        Assert.Equal(errors, answer.List("errors").Count());
    }

    [Fact]
    public async Task A_thread_is_cancelled_once_and_every_cancel_is_accepted()
    {
        var id = await _mesh.StartedAsync();

        var first = await _mesh.CancelAsync(id);
        var second = await _mesh.CancelAsync(id);

        Assert.Equal((202, 202), (first.Status, second.Status));
        var thread = await _mesh.GetAsync(id);
        Assert.Equal(("BLOCKED", "cancelled"), (thread.Text("endState"), thread.Text("reason")));
    }

    private static SendMessageRequest Submission(string messageId) =>
        SampleThread.MessageOf(messageId, SampleThread.Builder, MessageKind.Submission);

    private static int[] Sequences(Answer answer) =>
        [.. answer.List("messages").Select(message => message.GetProperty("sequence").GetInt32())];
}
