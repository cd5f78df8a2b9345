using System.Text.Json;
using DurableMesh.Core.Events;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Core.Events;

public sealed class WebhookBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_is_added_paused_resumed_and_removed_is_so_after_the_log_was_read_again()
    {
        WebhookChange[] changes =
        [
            Add("one"), Add("two"), Add("one"), new WebhookPaused("one"),
            new WebhookPaused("two", "It answered 410.", Gone: true),
            new WebhookResumed("one"), new WebhookPaused("tasks"), new WebhookRemoved("tasks"), new WebhookRemoved("three"),
        ];
        var book = WebhookBook.Empty;
        var refusals = new List<string?>();
        foreach (var change in changes)
        {
            var read = JsonSerializer.Deserialize<WebhookChange>(
                JsonSerializer.Serialize(change, MeshJson.Options), MeshJson.Options)!;
            var result = book.Apply(read, Noon, "operator:ann");
            refusals.Add(result.Refusal?.Code);
            book = result.State;
        }

        Assert.Equal(
            [null, null, "webhook_exists", null, null, null, null, "webhook_of_settings", "webhook_not_found"], refusals);
        Assert.Equal(["one", "two"], book.Webhooks.Select(webhook => webhook.Id));
        var one = book.Find("one")!;
        Assert.Equal((Noon, "operator:ann", "whsec_x"), (one.CreatedAt, one.CreatedBy, one.Secret));
        Assert.Null(book.PauseOf("one"));
        Assert.Equal("It answered 410.", book.PauseOf("two")?.Gone);
        Assert.NotNull(book.PauseOf("tasks"));
        Assert.Null(book.Apply(new WebhookRemoved("two"), Noon, "operator:ann").State.PauseOf("two"));
    }

    [Fact]
    public void There_may_be_so_many_and_no_more()
    {
        var book = Enumerable.Range(0, WebhookBook.Most).Aggregate(
            WebhookBook.Empty, (now, n) => now.Apply(Add($"w-{n}"), Noon, "operator:ann").State);

        Assert.Equal("too_many_webhooks", book.Apply(Add("more"), Noon, "operator:ann").Refusal?.Code);
        Assert.Equal("webhook_exists", book.Apply(Add("queue"), Noon, "operator:ann").Refusal?.Code);
    }

    private static WebhookAdded Add(string id) => new(
        id, new Webhook { Id = id, Url = "https://example.org/", Secret = "whsec_x", From = "" });
}
