using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>A person steers threads in a browser.</summary>
[Collection(typeof(DashboardInABrowser))]
public sealed class DashboardHoldTests(DashboardFixture dashboard)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hold_is_approved_by_the_operator_and_for_the_reason_that_were_given(bool hasScript)
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync(new() { JavaScriptEnabled = hasScript });
        string thread = await dashboard.HoldAsync("Release 4 of the reader");

        Assert.Equal(200, await visitor.GoAsync("/holds"));
        ILocator hold = HoldOf(visitor.Page, thread);
        await Assertions.Expect(hold).ToContainTextAsync("Release 4 of the reader");
        await Assertions.Expect(hold).ToContainTextAsync("priority");
        await hold.GetByLabel("Why").FillAsync("anna has looked at it");
        await hold.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Assertions.Expect(HoldOf(visitor.Page, thread)).ToHaveCountAsync(0);

        await UntilAsync(thread, view => view["state"]!.GetValue<string>() == "open");
        Assert.Equal(200, await visitor.GoAsync($"/threads/{thread}"));
        await visitor.Page.Locator("section[aria-label=Gate] summary").ClickAsync();
        await visitor.SeesAsync("section[aria-label=Gate]", "anna has looked at it");
        await visitor.SeesAsync("section[aria-label=Gate]", visitor.Name!);
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_hold_is_denied_and_a_thread_cancelled()
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync();
        string denied = await dashboard.HoldAsync();
        await visitor.GoAsync($"/threads/{denied}");
        await visitor.Page.GetByLabel("Why").First.FillAsync("not today");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Deny" }).ClickAsync();
        await visitor.SeesAsync(".head", "gate denied");

        string cancelled = await dashboard.Guarded.OpenAsync();
        await visitor.GoAsync($"/threads/{cancelled}");
        await visitor.Page.GetByText("Cancel this thread").ClickAsync();
        await visitor.Page.GetByLabel("Why").FillAsync("no longer needed");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel it" }).ClickAsync();
        await visitor.SeesAsync(".head", "cancelled");
        await visitor.SeesAsync("#main", "no longer needed");
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_reason_that_is_being_typed_stays_with_its_hold_when_another_one_comes()
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync();
        string first = await dashboard.HoldAsync("The first");
        await visitor.WatchAsync("/holds");
        ILocator reason = HoldOf(visitor.Page, first).GetByLabel("Why");
        await reason.FillAsync("half a sen");

        string second = await dashboard.HoldAsync("The second");
        await Assertions.Expect(HoldOf(visitor.Page, second)).ToBeVisibleAsync();

        await Assertions.Expect(HoldOf(visitor.Page, first).GetByLabel("Why")).ToHaveValueAsync("half a sen");
        await Assertions.Expect(HoldOf(visitor.Page, second).GetByLabel("Why")).ToHaveValueAsync("");
        await Assertions.Expect(HoldOf(visitor.Page, first).GetByLabel("Why")).ToBeFocusedAsync();
        Assert.Equal(
            $"/threads/{first}/decision",
            await visitor.Page.EvaluateAsync<string>("document.activeElement.closest('form').getAttribute('action')"));
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_person_with_a_key_for_reading_sees_no_form_that_changes_anything_and_can_send_none()
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync(null, "read");
        string thread = await dashboard.HoldAsync();
        Assert.Equal(200, await visitor.GoAsync($"/threads/{thread}"));
        await visitor.SeesAsync("#main", "needs a person");
        Assert.Equal(0, await visitor.Page.Locator("main form").CountAsync());

        string token = await visitor.Page.Locator("input[name=form-token]").First.InputValueAsync();
        Assert.Equal(403, await visitor.PostAsync(
            $"/threads/{thread}/decision", ("form-token", token), ("decision", "approve"), ("why", "I like it"), ("to", "/")));
        JsonNode view = await dashboard.Guarded.ThreadAsync(thread);
        Assert.Equal("held", view["state"]!.GetValue<string>());
    }

    private static ILocator HoldOf(IPage page, string thread) =>
        page.Locator("section.card", new() { Has = page.Locator($"h2 a[href='/threads/{thread}']") });

    private async Task UntilAsync(string thread, Func<JsonNode, bool> condition)
    {
        while (!condition(await dashboard.Guarded.ThreadAsync(thread)))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
