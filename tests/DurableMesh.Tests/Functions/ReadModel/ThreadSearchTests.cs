using DurableMesh.Core.Agents;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.Tests.Functions.Store;

namespace DurableMesh.Tests.Functions.ReadModel;

public sealed class ThreadSearchTests : IAsyncLifetime
{
    private readonly MemoryBlobs _blobs = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-search-").FullName;
    private SearchHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SearchHost.StartAsync(_blobs, _folder);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_thread_is_found_by_words_of_its_subject_its_brief_and_its_messages()
    {
        var (thread, other) = (Thread("Quoted newlines", "A field may hold a line feed."), Thread("Prices", "Round them."));
        await _host.AppendAsync(thread.Open(), other.Open(), thread.Note("n-1", body: "Row 7 is lost"));

        Assert.Equal([thread.Id], await _host.IdsAsync("quoted"));
        Assert.Equal([thread.Id], await _host.IdsAsync("feed LINE"));
        Assert.Equal([thread.Id], await _host.IdsAsync("lost"));
        Assert.Equal([thread.Id], await _host.IdsAsync("\"line feed\""));
        Assert.Equal([thread.Id], await _host.IdsAsync("newl*"));
        Assert.Equal([thread.Id], await _host.IdsAsync("criterion newlines feed"));
        Assert.Empty(await _host.IdsAsync("\"feed line\""));
        Assert.Empty(await _host.IdsAsync("newl"));
        Assert.Empty(await _host.IdsAsync("quoted prices"));
    }

    [Fact]
    public async Task A_message_has_the_words_of_its_threads_subject_too()
    {
        var thread = Thread("Quoted newlines", "Keep them.");
        await _host.AppendAsync(thread.Open(), thread.Note("n-1", body: "Row 7 is lost"));

        Assert.Equal([thread.Id], await _host.IdsAsync("newlines lost"));
        Assert.Empty(await _host.IdsAsync("keep lost"));
    }

    [Fact]
    public async Task A_search_finds_what_was_accepted_before_it()
    {
        var thread = Thread("Subject", "Body");
        await _host.AppendAsync(thread.Open());
        for (var n = 0; n < 20; n++)
        {
            await _host.AppendAsync(thread.Note($"n-{n}", body: $"word{n}"));
            Assert.Equal([thread.Id], await _host.IdsAsync($"word{n}"));
        }
    }

    [Fact]
    public async Task The_answer_has_the_thread_as_it_is_and_where_its_words_are()
    {
        var thread = Thread("Quoted newlines", "Keep newlines.");
        await _host.AppendAsync(
            thread.Open(), thread.Note("n-1", body: "Nothing"), thread.Note("n-2", body: "<b>newlines</b> & so on"));
        var found = await _host.FindAsync("newlines");

        Assert.Equal(thread.State.View(), Assert.Single(found.Threads));
        var hit = Assert.Single(found.Hits);
        Assert.Equal([new TextPart("Quoted "), new TextPart("newlines", Found: true)], hit.Subject);
        Assert.Equal([(1, MessageKind.Brief), (3, MessageKind.Note)], hit.Messages.Select(one => (one.Sequence, one.Kind)));
        Assert.Equal(
            [new TextPart("<b>"), new TextPart("newlines", Found: true), new TextPart("</b> & so on")], hit.Messages[1].Text);
        Assert.Equal((SampleThread.Builder, SampleThread.Noon), (hit.Messages[1].From, hit.Messages[1].At));
    }

    [Fact]
    public async Task Accents_and_case_do_not_matter_and_other_scripts_are_words()
    {
        var thread = Thread("Ängste über Zoë", "ΣΙΣΥΦΟΣ Привет 日本");
        await _host.AppendAsync(thread.Open());

        foreach (var word in new[] { "angste", "ÜBER", "zoe", "σισυφοσ", "привет", "日本" })
        {
            Assert.Equal([thread.Id], await _host.IdsAsync(word));
        }
    }

    [Fact]
    public async Task An_agent_finds_only_the_words_of_its_own_threads()
    {
        var mine = Thread("Mine", "secret");
        var theirs = Thread("Theirs", "secret", builder: "vizu-builder");
        var others = Thread("Others", "secret", "vizu-builder", "other-verifier");
        await _host.AppendAsync(mine.Open(), theirs.Open(), others.Open());

        Assert.Equal([others.Id, theirs.Id, mine.Id], await _host.IdsAsync("secret"));
        Assert.Equal([mine.Id], await _host.IdsAsync("secret", SearchHost.Agent(SampleThread.Builder)));
        Assert.Equal([theirs.Id, mine.Id], await _host.IdsAsync("secret", SearchHost.Agent(SampleThread.Verifier)));
        Assert.Empty(await _host.IdsAsync("secret", SearchHost.Agent("stranger")));
        Assert.Empty(await _host.IdsAsync("secret", SearchHost.Agent("' OR 1 = 1 --")));
        Assert.Equal(
            [others.Id, theirs.Id, mine.Id],
            await _host.IdsAsync("secret", new Caller(Subject.Operator("ann"), [Scope.Read])));
        Assert.Empty(await _host.IdsAsync("secret", new Caller(Subject.Operator("ann"), [Scope.Send])));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(600)]
    public async Task Filters_leave_the_same_threads_however_many_there_are(int others)
    {
        var (open, ended) = (Thread("One", "word"), Thread("Two", "word"));
        var held = Thread("Three", "word", builder: "vizu-builder");
        await _host.AppendAsync(Enumerable.Range(0, others).Select(n => Thread($"Other {n}", "word", "a", "b").Open()));
        await _host.AppendAsync(open.Open(), ended.Open(), ended.Cancel(), held.Open(GateOutcome.Held));

        Assert.Equal([held.Id], await _host.IdsAsync("word", filter: Filter(state: ThreadPhase.Held)));
        Assert.Equal([ended.Id], await _host.IdsAsync("word", filter: Filter(endState: EndState.Blocked)));
        Assert.Equal([ended.Id, open.Id], await _host.IdsAsync("word", filter: Filter(agent: "builder")));
        Assert.Equal([held.Id], await _host.IdsAsync("word", filter: Filter(company: "VIZU")));
        Assert.Empty(await _host.IdsAsync("word", filter: Filter(company: "nobody")));
        Assert.Equal([open.Id], await _host.IdsAsync("word", filter: Filter(idPrefix: open.Id[..30].ToUpperInvariant())));
        Assert.Empty(await _host.IdsAsync("word", filter: Filter(mcTask: "7")));
        Assert.Empty(await _host.IdsAsync("else", filter: Filter(state: ThreadPhase.Held)));
        Assert.Equal(3 + others, (await _host.FindAsync("word", filter: Filter(mcTask: "101959"), limit: 1000)).Threads.Count);
    }

    [Fact]
    public async Task A_search_goes_on_where_its_cursor_says_and_that_is_a_lists_cursor()
    {
        SampleThread[] threads = [.. Enumerable.Range(0, 7).Select(n => Thread($"Thread {n}", n == 3 ? "else" : "word"))];
        await _host.AppendAsync(threads.Select(thread => thread.Open()));
        var ids = new List<string>();
        for (LogPosition? next = null; ;)
        {
            var page = await _host.FindAsync("word", limit: 2, before: next);
            ids.AddRange(page.Threads.Select(thread => thread.ThreadId));
            if ((next = page.Next) is null)
            {
                break;
            }
        }

        Assert.Equal([.. threads.Where((_, n) => n != 3).Reverse().Select(thread => thread.Id)], ids);
        var listed = await _host.Log.ListAsync(_ => true, 2, null, default);
        Assert.Equal(threads[3].Id, (await _host.Log.ListAsync(_ => true, 2, listed.Next, default)).Threads[1].ThreadId);
        Assert.Equal(threads[4].Id, (await _host.FindAsync("word", before: listed.Next)).Threads[0].ThreadId);
        await Assert.ThrowsAsync<UnknownPositionException>(
            () => _host.FindAsync("word", before: listed.Next!.Value with { Offset = 1 }));
        await Assert.ThrowsAsync<UnknownPositionException>(
            () => _host.FindAsync("word", before: listed.Next!.Value with { Store = 1 }));
    }

    [Fact]
    public async Task Of_a_large_body_the_beginning_is_found()
    {
        var thread = Thread("Large", "Small");
        var body = JsonText.OfString("begins " + new string('x', 2 * MessageBody.MaxInlineBytes));
        await _host.Bodies.StoreAsync(ContentHash.Hex(body.ToUtf8()), body.ToUtf8(), default);
        var sent = SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission) with { Body = body };
        await _host.AppendAsync(thread.Open(), thread.Send(sent));

        var hit = Assert.Single((await _host.FindAsync("begins")).Hits);

        Assert.Equal(new TextPart("begins", Found: true), hit.Messages[0].Text[0]);
        Assert.InRange(hit.Messages[0].Text.Sum(part => part.Text.Length), 10, 500);
    }

    [Fact]
    public async Task What_a_check_says_is_found()
    {
        var thread = Thread("Checks", "Body");
        var submission = SampleThread.MessageOf("b-1", SampleThread.Builder, MessageKind.Submission);
        await _host.AppendAsync(thread.Open(), thread.Send(submission), thread.Send(SampleThread.PassOf("v-1")));

        Assert.Equal([thread.Id], await _host.IdsAsync("seen"));
        Assert.Equal(ThreadPhase.Ended, (await _host.FindAsync("seen")).Threads[0].State);
    }

    private static SampleThread Thread(
        string subject, string body, string builder = SampleThread.Builder, string verifier = SampleThread.Verifier)
    {
        var request = SampleThread.RequestOf(builder, verifier);
        return new SampleThread(request: request with
        {
            Brief = new Brief
            {
                Subject = subject,
                Body = JsonText.OfString(body),
                Acceptance = [new AcceptanceCriterion("AC-1", $"criterion of {subject}")],
            },
        });
    }

    private static ThreadFilter Filter(
        ThreadPhase? state = null,
        EndState? endState = null,
        string? agent = null,
        string? company = null,
        string? mcTask = null,
        string? idPrefix = null) => new(SearchHost.Registry, state, endState, agent, company, mcTask, idPrefix);
}
