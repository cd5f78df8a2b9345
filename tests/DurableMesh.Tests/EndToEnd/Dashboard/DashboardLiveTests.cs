using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>Pages that follow what happens, in a browser.</summary>
[Collection(typeof(DashboardInABrowser))]
public sealed class DashboardLiveTests(DashboardFixture dashboard)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dialogue_is_watched_live_to_PASS_and_its_evidence_holds()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        string thread = await dashboard.Open.StartThreadOfItsOwnAsync("watched", Cancellation);
        await visitor.WatchAsync($"/threads/{thread}");
        await visitor.Page.EvaluateAsync("window.sameDocument = true");

        for (int n = 0; n < PassingDialogue.Messages.Length; n++)
        {
            await SendAsync(thread, PassingDialogue.Messages[n]);
            await Assertions.Expect(visitor.Page.Locator($"#m{n + 2}")).ToBeVisibleAsync();
        }

        await visitor.SeesAsync(".head", "PASS");
        await visitor.SeesAsync("section[aria-label=Limits]", "8 of 50");
        Assert.Equal(3, await visitor.Page.Locator("section[aria-label=Limits] meter").CountAsync());
        Assert.Equal(
            ["✗✓✓", "✗✗✓"],
            (await visitor.Page.Locator("table.matrix tbody tr").EvaluateAllAsync<string[]>(
                "rows => rows.map(row => [...row.querySelectorAll('[aria-hidden]')].map(mark => mark.textContent).join(''))"))
                .Order(StringComparer.Ordinal));
        Assert.True(await visitor.Page.EvaluateAsync<bool>("window.sameDocument === true"), "The page was loaded anew.");

        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Verify here" }).ClickAsync();
        await visitor.SeesAsync(".notice[role=status]", "The evidence holds");
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_new_thread_shows_on_the_overview_and_in_the_list_without_a_reload()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        IPage list = await visitor.Context.NewPageAsync();
        await visitor.WatchAsync("/");
        await list.GotoAsync(visitor.Address + "/threads");
        await Assertions.Expect(list.Locator("#live")).ToHaveTextAsync("live");

        string thread = await dashboard.Open.StartThreadAsync(Cancellation);

        foreach (IPage page in (IPage[])[visitor.Page, list])
        {
            await Assertions.Expect(page.Locator($"a[href='/threads/{thread}']").First).ToBeVisibleAsync();
        }

        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_browser_that_was_offline_catches_up()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        string thread = await dashboard.Open.StartThreadAsync(Cancellation);
        await visitor.WatchAsync($"/threads/{thread}");

        await visitor.Context.SetOfflineAsync(true);
        await Assertions.Expect(visitor.Page.Locator("#live")).ToHaveTextAsync("offline");
        await SendAsync(thread, PassingDialogue.Messages[0]);
        await visitor.Context.SetOfflineAsync(false);

        await Assertions.Expect(visitor.Page.Locator("#m2")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.Page.Locator("#live")).ToHaveTextAsync("live");
    }

    [Fact]
    public async Task A_page_that_was_hidden_listens_to_nothing_meanwhile_and_catches_up()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        string thread = await dashboard.Open.StartThreadAsync(Cancellation);
        await visitor.WatchAsync($"/threads/{thread}");

        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        visitor.Page.RequestFailed += (_, request) => Note(request);
        visitor.Page.RequestFinished += (_, request) => Note(request);
        await HideAsync(visitor.Page, hidden: true);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await SendAsync(thread, PassingDialogue.Messages[0]);
        Assert.Equal(0, await visitor.Page.Locator("#m2").CountAsync());
        await HideAsync(visitor.Page, hidden: false);

        await Assertions.Expect(visitor.Page.Locator("#m2")).ToBeVisibleAsync();
        await SendAsync(thread, PassingDialogue.Messages[1]);
        await Assertions.Expect(visitor.Page.Locator("#m3")).ToBeVisibleAsync();

        void Note(IRequest request)
        {
            if (new Uri(request.Url).AbsolutePath == "/live")
            {
                closed.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_browser_whose_host_was_gone_for_a_while_catches_up()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        string thread = await dashboard.Open.StartThreadAsync(Cancellation);
        await visitor.WatchAsync($"/threads/{thread}");

        await dashboard.Open.KillAsync();
        await Assertions.Expect(visitor.Page.Locator("#live")).ToHaveTextAsync("offline");
        await visitor.SeesAsync("#main", thread);
        await dashboard.Open.StartAsync(Cancellation);
        await SendAsync(thread, PassingDialogue.Messages[0]);

        await Assertions.Expect(visitor.Page.Locator("#m2")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_page_that_two_are_shown_at_once_has_for_each_the_token_of_their_own_session()
    {
        string thread = await dashboard.Open.StartThreadAsync(Cancellation);
        await using Visitor one = await dashboard.VisitAsync();
        await using Visitor two = await dashboard.VisitAsync();
        await Task.WhenAll(one.WatchAsync($"/threads/{thread}"), two.WatchAsync($"/threads/{thread}"));
        await SendAsync(thread, PassingDialogue.Messages[0]);
        var tokens = new List<string>();
        foreach (Visitor visitor in (Visitor[])[one, two])
        {
            await Assertions.Expect(visitor.Page.Locator("#m2")).ToBeVisibleAsync();
            string[] found = await visitor.Page.Locator("input[name=form-token]").EvaluateAllAsync<string[]>(
                "all => all.map(one => one.value)");
            Assert.True(found.Length > 1, "There is no form in the part that was drawn anew.");
            tokens.Add(Assert.Single(found.Distinct()));
        }

        Assert.NotEqual(tokens[0], tokens[1]);
    }

    private Task<JsonNode> SendAsync(string thread, JsonObject message) =>
        dashboard.Open.PostAsync($"/api/threads/{thread}/messages", message, HttpStatusCode.OK, Cancellation);

    /// <summary>A browser without a window has no tab to hide, so the page is told that it is hidden.</summary>
    private static async Task HideAsync(IPage page, bool hidden) => await page.EvaluateAsync(
        """
        hidden => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }
        """,
        hidden);
}
