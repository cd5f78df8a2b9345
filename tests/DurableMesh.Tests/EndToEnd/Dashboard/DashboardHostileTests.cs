using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>What agents write to do harm to whoever looks at it, in a browser.</summary>
[Collection(typeof(DashboardInABrowser))]
public sealed class DashboardHostileTests(DashboardFixture dashboard)
{
    private const int MostPageBytes = 300_000;

    private const string Evil =
        "</pre></script><script>window.owned = 1</script><img src=x onerror=\"window.owned = 2\"> <svg onload='window.owned = 3'>"
        + " [a](javascript:window.owned=4) {{window.owned=5}} @{owned} &lt;b&gt; \u001b[31mred\u001b[0m"
        + " \u202eesrever\u202c \u200bzero \u0007";

    private static readonly JsonSerializerOptions AsTheyAre = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Texts_of_agents_are_shown_and_never_executed()
    {
        JsonNode started = await StartAsync(Plain(Evil), Evil);
        string thread = started["threadId"]!.GetValue<string>();
        await SendAsync(thread, MeshHost.Builder, "submission", Evil);
        await SendAsync(thread, MeshHost.Verifier, "finding", Evil, [Check(Plain(Evil), "fail")]);
        await using Visitor visitor = await dashboard.VisitAsync();
        string search = "/threads?q=" + Uri.EscapeDataString("\"><script>window.owned=6</script>");
        foreach (string path in (string[])["/", "/threads", search, $"/threads/{thread}"])
        {
            await visitor.GoAsync(path);
            await visitor.Page.EvaluateAsync("htmx.trigger(document.body, 'news')");
            await visitor.Page.WaitForLoadStateAsync(LoadState.Load);
            Assert.True(await visitor.Page.EvaluateAsync<bool>("window.owned === undefined"), path);
            Assert.Equal(
                0, await visitor.Page.Locator("main :is(script, img, iframe, svg[onload], a[href^='javascript:'])").CountAsync());
            string shown = await visitor.Page.Locator("main").InnerTextAsync();
            Assert.DoesNotContain(shown, one => one is '\u001b' or '\u202e' or '\u202c' or '\u200b' or '\u0007');
        }

        await visitor.SeesAsync("#m2 .body", "<script>window.owned = 1</script>");
        await SendAsync(thread, MeshHost.Verifier, "finding", Evil);
        await Assertions.Expect(visitor.Page.Locator("#m4")).ToBeVisibleAsync();
        Assert.True(await visitor.Page.EvaluateAsync<bool>("window.owned === undefined"));
        Assert.DoesNotContain(visitor.Complaints, said => !said.Contains("400", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_of_a_MiB_and_ten_thousand_checks_make_a_page_that_is_small_and_whole()
    {
        JsonNode started = await StartAsync("Large", "A lot.");
        string thread = started["threadId"]!.GetValue<string>();
        string large = string.Concat(Enumerable.Repeat("Größe <&'> 漢字\n", 60_000))[..500_000];
        await SendAsync(thread, MeshHost.Builder, "submission", large);
        for (int n = 0; n < 20; n++)
        {
            await SendAsync(thread, MeshHost.Verifier, "finding", new string('"', 10_000),
                [.. Enumerable.Range(0, 500).Select(check => Check(
                    string.Create(CultureInfo.InvariantCulture, $"check-{n}-{check}"), "fail", new string('\'', 40)))]);
        }

        await using Visitor visitor = await dashboard.VisitAsync();
        await visitor.WatchAsync($"/threads/{thread}");
        await AssertIsSmallAsync($"/threads/{thread}");
        await Assertions.Expect(visitor.Page.Locator("#m22")).ToBeVisibleAsync();
        await visitor.SeesAsync("#m22", "of 500 checks");

        // Nothing is lost: earlier pages have the rest, down to the brief.
        for (int pages = 0; await visitor.Page.Locator("#m1").CountAsync() == 0; pages++)
        {
            Assert.InRange(pages, 0, 22);
            ILocator earlier = visitor.Page.GetByText("Earlier messages");
            string address = (await earlier.GetAttributeAsync("href"))!;
            await AssertIsSmallAsync(address);
            await earlier.ClickAsync();
            await visitor.Page.WaitForURLAsync("**" + address, new() { WaitUntil = WaitUntilState.Commit });
        }

        await visitor.SeesAsync("#m2 .body", "漢字");
        await visitor.SeesAsync("#m2", "of 500,000 characters");
        Assert.Empty(visitor.Complaints);
    }

    private async Task AssertIsSmallAsync(string path)
    {
        byte[] page = await dashboard.Open.Http.GetByteArrayAsync(new Uri(path, UriKind.Relative), Cancellation);
        Assert.True(page.Length <= MostPageBytes, $"{path} has {page.Length} bytes.");
    }

    private async Task<JsonNode> StartAsync(string subject, string body)
    {
        JsonObject request = JsonSerializer.SerializeToNode(MeshHost.ThreadRequest())!.AsObject();
        (request["brief"]!["subject"], request["brief"]!["body"]) = (subject, body);
        return await dashboard.Open.PostAsync("/api/threads", request, HttpStatusCode.Created, Cancellation);
    }

    private async Task SendAsync(string thread, string from, string kind, string body, params JsonObject[] checks)
    {
        var message = new JsonObject
        {
            ["messageId"] = Guid.NewGuid().ToString("N"),
            ["from"] = from,
            ["kind"] = kind,
            ["body"] = body,
        };
        if (checks.Length > 0)
        {
            message["checks"] = new JsonArray([.. checks]);
        }

        using var content = new StringContent(message.ToJsonString(AsTheyAre), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await dashboard.Open.Http.PostAsync(
            new Uri($"/api/threads/{thread}/messages", UriKind.Relative), content, Cancellation);
        string answer = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.Contains("\"accepted\"", StringComparison.Ordinal), answer);
    }

    private static JsonObject Check(string id, string status, string? detail = null) => new()
    {
        ["id"] = id.Length > 60 ? "check" : id,
        ["title"] = id.Length > 60 ? id[..60] : null,
        ["status"] = status,
        ["detail"] = detail ?? Plain(Evil),
    };

    /// <summary>A text that may stand in one line.</summary>
    private static string Plain(string text) => new([.. text.Where(one => one is >= ' ' and < '\u007f')]);
}
