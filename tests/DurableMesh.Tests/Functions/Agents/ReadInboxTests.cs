using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Agents;

public sealed class ReadInboxTests : IAsyncDisposable
{
    private readonly MeshFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task An_inbox_holds_all_threads_messages_to_one_agent_and_its_cursor_goes_on()
    {
        var (one, two) = (await _mesh.StartedAsync(), await _mesh.StartedAsync());
        await _mesh.SendAsync(two, Submission("b-1"));

        var first = await _mesh.InboxAsync("verifier");
        await _mesh.SendAsync(one, Submission("b-2"));
        var second = await _mesh.InboxAsync(SampleThread.Verifier, $"?after={first.Text("nextAfter")}");
        var nothing = await _mesh.InboxAsync(SampleThread.Verifier, $"?after={second.Text("nextAfter")}");

        Assert.Equal([(one, "mesh:brief"), (two, "mesh:brief"), (two, "b-1")], Of(first));
        Assert.Equal([(one, "b-2")], Of(second));
        Assert.Empty(Of(nothing));
        Assert.Equal(second.Text("nextAfter"), nothing.Text("nextAfter"));
    }

    [Fact]
    public async Task A_waiting_inbox_wakes_with_the_first_message()
    {
        var poll = _mesh.InboxAsync(SampleThread.Builder, "?wait=PT60S");

        var id = await _mesh.StartedAsync();

        Assert.Equal([(id, "mesh:brief")], Of(await poll));
    }

    [Fact]
    public async Task An_agent_that_nobody_registered_is_a_404()
    {
        var answer = await _mesh.InboxAsync("nobody");

        Assert.Equal((404, "agent_not_found"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_agent_that_is_disabled_receives_nothing()
    {
        await DisableAsync(SampleThread.Verifier);
        await _mesh.StartedAsync();

        var answer = await _mesh.InboxAsync("verifier");

        Assert.Equal((403, "agent_disabled"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_agent_that_is_disabled_while_it_waits_receives_nothing()
    {
        var poll = _mesh.InboxAsync(SampleThread.Builder, "?wait=PT60S");
        await Eventually.TrueAsync(() => _mesh.IsReachable(SampleThread.Builder));
        await DisableAsync(SampleThread.Builder);

        await _mesh.StartedAsync();

        Assert.Equal((403, "agent_disabled"), ((await poll).Status, (await poll).Code));
    }

    [Fact]
    public async Task A_cursor_that_no_page_gave_is_refused()
    {
        var answer = await _mesh.InboxAsync(SampleThread.Builder, "?after=yesterday");

        Assert.Equal((400, "malformed_cursor"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_position_that_this_store_never_gave_is_refused()
    {
        await using var other = new MeshFixture();
        await _mesh.StartedAsync();
        await other.StartedAsync();
        var ours = (await _mesh.InboxAsync(SampleThread.Builder)).Text("nextAfter");
        var theirs = (await other.InboxAsync(SampleThread.Builder)).Text("nextAfter");
        var parts = ours.Split('-', 2);
        var (store, place) = (parts[0], parts[1]);

        Assert.Equal(200, (await _mesh.InboxAsync(SampleThread.Builder, $"?after={ours}")).Status);
        foreach (var unknown in (string[])[theirs, place, $"0-{place}", $"{store}-7-0-0", $"{store}-1-ffff-0"])
        {
            var answer = await _mesh.InboxAsync(SampleThread.Builder, $"?after={unknown}&wait=PT60S");
            Assert.Equal((400, "unknown_position"), (answer.Status, answer.Code));
            Assert.Contains("Begin anew", answer.Text("detail"), StringComparison.Ordinal);
            var list = await _mesh.ListAsync($"?cursor={unknown}");
            Assert.Equal((400, "unknown_position"), (list.Status, list.Code));
        }

        Assert.Equal("unknown_position", (await _mesh.InboxAsync("vizu-builder", $"?after={ours}")).Code);
    }

    [Fact]
    public async Task A_sequence_that_a_thread_has_not_reached_is_refused()
    {
        var id = await _mesh.StartedAsync();

        Assert.Equal(200, (await _mesh.MessagesAsync(id, "?after=1")).Status);
        var answer = await _mesh.MessagesAsync(id, "?after=2&wait=PT60S");
        Assert.Equal((400, "unknown_position"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Threads_are_listed_by_agent_company_state_and_end()
    {
        var open = await _mesh.StartedAsync();
        var ended = await _mesh.StartedAsync();
        var other = (await _mesh.StartAsync(SampleThread.RequestOf("vizu-builder", SampleThread.Verifier))).Text("threadId");
        await _mesh.CancelAsync(ended);

        Assert.Equal([other, ended, open], await ListAsync(""));
        Assert.Equal([ended], await ListAsync("?state=ended"));
        Assert.Equal([ended], await ListAsync("?endState=BLOCKED"));
        Assert.Equal([ended, open], await ListAsync("?agent=builder"));
        Assert.Equal([other], await ListAsync("?company=vizu"));
        Assert.Equal([other, open], await ListAsync("?state=open&mcTask=101959"));
        Assert.Empty(await ListAsync("?mcTask=7"));
        Assert.Equal(400, (await _mesh.ListAsync("?state=asleep&limit=0&sort=up")).Status);
    }

    [Fact]
    public async Task A_list_goes_on_where_its_cursor_says()
    {
        var ids = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            ids.Insert(0, await _mesh.StartedAsync());
        }

        var first = await _mesh.ListAsync("?limit=2");
        var rest = await _mesh.ListAsync($"?limit=3&cursor={first.Text("nextCursor")}");

        Assert.Equal(ids[..2], Ids(first));
        Assert.Equal(ids[2..], Ids(rest));
        Assert.Equal("", rest.Text("nextCursor"));
    }

    private static SendMessageRequest Submission(string messageId) =>
        SampleThread.MessageOf(messageId, SampleThread.Builder, MessageKind.Submission);

    private static IEnumerable<(string, string)> Of(Answer inbox) => inbox.List("messages").Select(message =>
        (message.GetProperty("threadId").GetString()!, message.GetProperty("messageId").GetString()!));

    private static IEnumerable<string> Ids(Answer list) =>
        list.List("threads").Select(thread => thread.GetProperty("threadId").GetString()!);

    private async Task DisableAsync(string id)
    {
        var agent = (await _mesh.Agents.ReadAsync(default)).Find(id)!;
        var change = new PutAgent(agent with { Enabled = false }, agent.Version);
        Assert.Null((await _mesh.Agents.ChangeAsync(change, "test", default)).Refusal);
    }

    private async Task<IEnumerable<string>> ListAsync(string query) => Ids(await _mesh.ListAsync(query));
}
