using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>The way into the dashboard and out of it, in a browser.</summary>
[Collection(typeof(DashboardInABrowser))]
public sealed class DashboardSessionTests(DashboardFixture dashboard)
{
    // A live page goes on loading by itself, so nobody waits for the end of that.
    private static readonly PageWaitForURLOptions Committed = new() { WaitUntil = WaitUntilState.Commit };

    [Fact]
    public async Task Without_a_key_every_page_leads_to_the_login_and_from_there_to_where_one_wanted_to_go()
    {
        await using Visitor visitor = await dashboard.VisitGuardedAsync();
        await visitor.GoAsync("/threads?state=open");
        Assert.Equal("/login", new Uri(visitor.Page.Url).AbsolutePath);

        await visitor.EnterAsync("dmk_0123456789abcdef_nobody");
        await visitor.SeesAsync("[role=alert]", "does not work");
        await visitor.EnterAsync(dashboard.Guarded.KeyOf(MeshHost.Builder));
        await visitor.SeesAsync("[role=alert]", "an agent's key");
        await visitor.EnterAsync((await dashboard.IssueAsync()).Key);
        await visitor.Page.WaitForURLAsync("**/threads?state=open", Committed);

        BrowserContextCookiesResult cookie = Assert.Single(
            await visitor.Context.CookiesAsync(), one => one.Name == "mesh-session");
        Assert.True(cookie.HttpOnly);
        Assert.Equal(SameSiteAttribute.Strict, cookie.SameSite);
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds((long)cookie.Expires) - DateTimeOffset.UtcNow,
            TimeSpan.FromHours(11), TimeSpan.FromHours(13));
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task The_root_key_opens_it_and_a_logout_closes_it()
    {
        await using Visitor visitor = await dashboard.VisitGuardedAsync();
        await visitor.LogInAsync(dashboard.Guarded.KeyOf(GuardedMesh.Operator));
        await visitor.SeesAsync(".who", "root");
        BrowserContextCookiesResult copied = (await visitor.Context.CookiesAsync()).Single(one => one.Name == "mesh-session");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await visitor.Page.WaitForURLAsync("**/login", Committed);
        await visitor.GoAsync("/holds");
        Assert.Equal("/login", new Uri(visitor.Page.Url).AbsolutePath);
        Assert.DoesNotContain(await visitor.Context.CookiesAsync(), one => one.Name == "mesh-session" && one.Value.Length > 200);

        // Nor does it open for whoever copied the cookie before.
        await visitor.Context.AddCookiesAsync([new() { Name = copied.Name, Value = copied.Value, Url = visitor.Address }]);
        await visitor.GoAsync("/holds");
        Assert.Equal("/login", new Uri(visitor.Page.Url).AbsolutePath);
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_page_that_is_watched_leads_to_the_login_when_the_key_is_revoked()
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync();
        string thread = await dashboard.Guarded.OpenAsync();
        await visitor.WatchAsync($"/threads/{thread}");
        (int status, _) = await dashboard.Guarded.AskAsync(
            GuardedMesh.Operator, "DELETE", $"/api/keys/{visitor.KeyId}", null);
        Assert.InRange(status, 200, 204);

        await visitor.Page.WaitForURLAsync("**/login?to=**", Committed);
        await visitor.EnterAsync((await dashboard.IssueAsync()).Key);
        await visitor.Page.WaitForURLAsync($"**/threads/{thread}", Committed);
    }

    [Fact]
    public async Task The_theme_that_was_chosen_is_kept()
    {
        await using Visitor visitor = await dashboard.VisitAsync(new() { ColorScheme = ColorScheme.Light });
        await visitor.GoAsync("/threads");
        string light = await BackgroundAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Dark theme" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await visitor.GoAsync("/holds");
        Assert.NotEqual(light, await BackgroundAsync());
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Light theme" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        Assert.Equal(light, await BackgroundAsync());
        Assert.Empty(visitor.Complaints);

        Task<string> BackgroundAsync() =>
            visitor.Page.EvaluateAsync<string>("getComputedStyle(document.documentElement).backgroundColor");
    }
}
