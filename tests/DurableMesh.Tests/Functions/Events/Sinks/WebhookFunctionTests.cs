using System.Text;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;
using DurableMesh.Functions;
using DurableMesh.Functions.Events;
using DurableMesh.Functions.Events.Sinks;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Webhooks;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.Functions.Events.Sinks;

public sealed class WebhookFunctionTests : IAsyncLifetime
{
    private readonly MemoryBlobs _blobs = new();
    private GuardedMesh _mesh = null!;
    private FeedHost _host = null!;
    private FoldedLog<WebhookBook, WebhookChange> _book = null!;
    private EventSinks _sinks = null!;
    private SinkStore _store = null!;
    private WebhookFunctions _functions = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _mesh = await GuardedMesh.StartAsync();
        _host = new FeedHost(_blobs, new MeshOptions
        {
            Tasks = { WebhookUrl = "http://127.0.0.1:1/hook?token=hidden", WebhookSecret = "a secret of the settings" },
        });
        var changes = new WebhookChanges();
        _book = new(_blobs, "webhooks", TimeSpan.FromSeconds(8), TimeProvider.System, NullLogger.Instance) { Follower = changes };
        _book.Start();
        _store = new SinkStore(_blobs);
        var guard = new AddressGuard(_host.Options);
        _sinks = new EventSinks(
            _book,
            changes,
            _host.Feed,
            _store,
            guard,
            MeshFixture.KnownAgents(),
            new ConfigurationBuilder().Build(),
            _host.Options,
            TimeProvider.System,
            NullLogger<EventSinks>.Instance);
        var services = new ServiceCollection()
            .AddSingleton(_book).AddSingleton(_sinks).AddSingleton(_store).BuildServiceProvider();
        _functions = new WebhookFunctions(_host.Feed, guard, services, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _sinks.StopAsync(Cancellation);
        _sinks.Dispose();
        await _book.DisposeAsync();
        await _host.DisposeAsync();
        await _mesh.DisposeAsync();
    }

    [Fact]
    public async Task A_secret_is_in_the_answer_that_adds_the_webhook_and_in_no_other()
    {
        var added = await AddAsync("""{"id":"ci","url":"https://8.8.8.8/hook?token=hidden","types":["mesh.thread.*"]}""");
        var secret = added.Text("secret");
        Answer[] later =
        [
            await CallAsync("ListWebhooks", "GET", request => _functions.ListAsync(request, default)),
            await CallAsync("GetWebhook", "GET", request => _functions.GetAsync(request, "ci", default)),
            await CallAsync("PauseWebhook", "POST", request => _functions.PauseAsync(request, "ci", default)),
        ];

        Assert.Equal(201, added.Status);
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal("no-store", added.Headers.CacheControl);
        Assert.All(later, answer =>
        {
            var text = Encoding.UTF8.GetString(answer.Utf8);
            Assert.Equal(200, answer.Status);
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain("hidden", text, StringComparison.Ordinal);
            Assert.DoesNotContain("a secret of the settings", text, StringComparison.Ordinal);
        });
        Assert.Equal(["tasks", "ci"], later[0].List("webhooks").Select(one => one.GetProperty("id").GetString()));
        Assert.Equal("paused", later[2].Text("state"));
    }

    [Theory]
    [InlineData("""{"url":"https://127.0.0.1/"}""", "address_refused")]
    [InlineData("""{"url":"http://8.8.8.8/"}""", "address_refused")]
    [InlineData("""{"url":"https://[::ffff:169.254.169.254]/latest"}""", "address_refused")]
    [InlineData("""{"url":"https://user:word@example.org/"}""", "address_refused")]
    [InlineData("""{"url":"hook"}""", "invalid_value")]
    [InlineData("""{"url":"https://8.8.8.8/","types":["mesh.everything"]}""", "invalid_value")]
    [InlineData("""{"url":"https://8.8.8.8/","secret":"mine"}""", "unknown_field")]
    [InlineData("""{"id":"../threads/00000001","url":"https://8.8.8.8/"}""", "invalid_value")]
    [InlineData("""{"id":"..","url":"https://8.8.8.8/"}""", "invalid_value")]
    [InlineData("{}", "missing")]
    public async Task What_may_not_be_a_webhook_is_refused(string body, string code)
    {
        var answer = await AddAsync(body);

        Assert.Equal((400, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_agents_key_neither_adds_nor_sees_webhooks()
    {
        var key = (await _mesh.IssueAsync(SampleThread.Builder)).Text("key");

        var added = await AddAsync("""{"url":"https://8.8.8.8/"}""", key);
        var listed = await CallAsync("ListWebhooks", "GET", request => _functions.ListAsync(request, default), key: key);

        Assert.Equal([403, 403], [added.Status, listed.Status]);
        Assert.Equal("operators_only", listed.Code);
    }

    [Fact]
    public async Task A_webhook_of_the_settings_is_paused_but_not_removed()
    {
        var removed = await CallAsync("RemoveWebhook", "DELETE", request => _functions.RemoveAsync(request, "tasks", default));
        var paused = await CallAsync("PauseWebhook", "POST", request => _functions.PauseAsync(request, "tasks", default));
        var unknown = await CallAsync("PauseWebhook", "POST", request => _functions.PauseAsync(request, "who", default));

        Assert.Equal((409, "webhook_of_settings"), (removed.Status, removed.Code));
        Assert.Equal("paused", paused.Text("state"));
        Assert.Equal((404, "webhook_not_found"), (unknown.Status, unknown.Code));
    }

    [Fact]
    public async Task A_dead_letter_is_seen_and_stays_where_it_is_not_taken_again()
    {
        var record = new SampleThread().Open();
        var happened = ThreadEvents.Of(record.View, record.Entries)[0];
        await _store.BuryAsync("tasks", happened, "It answered 500.", SampleThread.Noon, Cancellation);
        await _store.BuryAsync("tasks", happened, "It answered 500.", SampleThread.Noon, Cancellation);

        var listed = await CallAsync("ListDeadLetters", "GET", request => _functions.ListDeadAsync(request, "tasks", default));
        var letter = Assert.Single(listed.List("letters")).GetProperty("id").GetString()!;
        var again = await CallAsync(
            "ResendDeadLetter", "POST", request => _functions.ResendAsync(request, "tasks", letter, default));
        var unknown = await CallAsync(
            "ResendDeadLetter", "POST", request => _functions.ResendAsync(request, "tasks", "../../webhooks/00000001", default));

        Assert.Equal((409, "not_taken"), (again.Status, again.Code));
        Assert.Equal((404, "dead_letter_not_found"), (unknown.Status, unknown.Code));
        Assert.Single((await _store.ReadDeadAsync("tasks", 10, Cancellation)).Letters);
    }

    [Fact]
    public async Task Only_so_many_dead_letters_are_kept_and_the_oldest_go()
    {
        var record = new SampleThread().Open();
        var happened = ThreadEvents.Of(record.View, record.Entries)[0];
        for (var n = 0; n <= SinkStore.MostDead; n++)
        {
            var one = happened with { Id = $"e-{n}", Time = SampleThread.Noon.AddSeconds(n) };
            await _store.BuryAsync("tasks", one, null, SampleThread.Noon, Cancellation);
        }

        var page = await _store.ReadDeadAsync("tasks", 1, Cancellation);
        Assert.Equal("e-1", Assert.Single(page.Letters).Event.Id);
        Assert.Equal(
            SinkStore.MostDead, _blobs.Names().Count(name => name.StartsWith("dead-letters/", StringComparison.Ordinal)));
    }

    private Task<Answer> AddAsync(string body, string key = GuardedMesh.Root) => _mesh.CallAsync(
        "AddWebhook", "POST", key, request => _functions.AddAsync(request, default), body);

    private Task<Answer> CallAsync(
        string name,
        string method,
        Func<Microsoft.AspNetCore.Http.HttpRequest, Task<Microsoft.AspNetCore.Http.IResult>> function,
        string key = GuardedMesh.Root) => _mesh.CallAsync(name, method, key, function);
}
