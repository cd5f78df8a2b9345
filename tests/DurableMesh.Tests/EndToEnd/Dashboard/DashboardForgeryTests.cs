using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>Pages of others, in the browser of somebody who is logged in, that would steer the mesh.</summary>
[Collection(typeof(DashboardInABrowser))]
public sealed class DashboardForgeryTests(DashboardFixture dashboard)
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_form_of_another_port_or_site_does_nothing(string name)
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync();
        string thread = await dashboard.HoldAsync();
        await visitor.GoAsync($"/threads/{thread}");
        string token = await visitor.Page.Locator("input[name=form-token]").First.InputValueAsync();

        // As bad as can be: it knows even the token, which a page of another origin cannot read.
        await using AnsweringServer evil = DashboardFixture.OtherSite($"""
            <form method="post" action="{visitor.Address}/threads/{thread}/decision">
              <input name="form-token" value="{token}"><input name="why" value="forged"><input name="to" value="/">
              <button name="decision" value="approve">A kitten</button>
            </form>
            """);
        await visitor.Page.GotoAsync(evil.Address.Replace("127.0.0.1", name, StringComparison.Ordinal));
        IResponse refused = await visitor.Page.RunAndWaitForResponseAsync(
            () => visitor.Page.GetByText("A kitten").ClickAsync(),
            response => response.Url.EndsWith("/decision", StringComparison.Ordinal));

        Assert.InRange(refused.Status, 302, 403);
        await AssertIsHeldAsync(thread);
    }

    [Fact]
    public async Task A_form_of_another_port_does_nothing_where_no_key_is_needed()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        await visitor.GoAsync("/");
        string thread = await dashboard.Open.StartThreadAsync(TestContext.Current.CancellationToken);
        await using AnsweringServer evil = DashboardFixture.OtherSite($"""
            <form method="post" action="{visitor.Address}/threads/{thread}/cancel">
              <input name="by" value="nobody"><input name="why" value="forged"><button>A kitten</button>
            </form>
            """);
        await visitor.Page.GotoAsync(evil.Address);
        await visitor.Page.GetByText("A kitten").ClickAsync();

        await visitor.SeesAsync("main", "That form is not this page's.");
        JsonNode view = await dashboard.Open.GetAsync($"/api/threads/{thread}", TestContext.Current.CancellationToken);
        Assert.Equal("open", view["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_form_without_its_token_or_with_that_of_another_session_does_nothing()
    {
        await using Visitor other = await dashboard.VisitAsOperatorAsync();
        string foreign = await other.Page.Locator("input[name=form-token]").First.InputValueAsync();
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync();
        string thread = await dashboard.HoldAsync();
        foreach (string token in (string[])["", foreign])
        {
            Assert.Equal(403, await visitor.PostAsync(
                $"/threads/{thread}/decision", ("form-token", token), ("decision", "approve"), ("why", "forged"), ("to", "/")));
        }

        Assert.Equal(403, await visitor.PostAsync(
            $"/threads/{thread}/decision", ("decision", "approve"), ("why", "forged"), ("to", "/")));

        await AssertIsHeldAsync(thread);
    }

    [Fact]
    public async Task No_page_of_another_site_may_frame_it()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        await using AnsweringServer evil = DashboardFixture.OtherSite(
            $"""<iframe src="{visitor.Address}/"></iframe>""");
        await visitor.Page.GotoAsync(evil.Address, new() { WaitUntil = WaitUntilState.Load });
        Assert.Contains(visitor.Complaints, said => said.Contains("frame-ancestors", StringComparison.Ordinal));
        Assert.Equal(0, await visitor.Page.FrameLocator("iframe").Locator("#main").CountAsync());
    }

    private async Task AssertIsHeldAsync(string thread) =>
        Assert.Equal("held", (await dashboard.Guarded.ThreadAsync(thread))["state"]!.GetValue<string>());
}
