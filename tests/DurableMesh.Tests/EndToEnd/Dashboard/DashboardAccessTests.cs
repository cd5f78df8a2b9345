using System.Globalization;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>Pages are for everybody: narrow and wide screens, both themes, keyboards, screen readers, no script.</summary>
[Collection(typeof(DashboardInABrowser))]
public sealed class DashboardAccessTests(DashboardFixture dashboard)
{
    private static readonly int[] Widths = [360, 1000, 1920];

    private static readonly AxeRunOptions Rules = new()
    {
        RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
        ResultTypes = [ResultType.Violations],
    };

    private static readonly AxeRunOptions Contrast = new()
    {
        RunOnly = new() { Type = "rule", Values = ["color-contrast"] },
        ResultTypes = [ResultType.Violations],
    };

    // Where the page is wider than the window: what reaches out of it, and lies in nothing that scrolls by itself.
    private const string TooWide = """
        () => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? []
          : ["page", ...[...document.querySelectorAll("body *")]
              .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
                && !one.closest(".scroll, .skip, .unseen"))
              .map(one => one.outerHTML.slice(0, 150))].reverse()
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task No_page_breaks_a_rule_of_WCAG_or_scrolls_sideways_at_any_width(ColorScheme theme)
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync(new() { ColorScheme = theme });
        string[] threads = [await PassAsync(), await dashboard.HoldAsync(), await dashboard.Guarded.OpenAsync()];
        var faults = new List<string>();
        IReadOnlyList<string> pages =
        [
            .. await visitor.PagesAsync(), .. threads.Select(thread => $"/threads/{thread}"),
            $"/threads/{threads[0]}?verify=true", "/threads?state=nothing", "/login",
        ];
        foreach (string path in pages)
        {
            int status = await visitor.GoAsync(path);
            if (status != (path.Contains("nothing", StringComparison.Ordinal) ? 400 : 200))
            {
                faults.Add($"{path}: {status}");
                continue;
            }

            foreach (int width in Widths)
            {
                await visitor.Page.SetViewportSizeAsync(width, 900);
                faults.AddRange((await visitor.Page.EvaluateAsync<string[]>(TooWide)).Take(3).Select(
                    one => $"{path} at {width} px scrolls sideways: {one}"));

                // A page has two layouts, and a theme changes nothing but colours: an audit of each is enough, and takes seconds.
                if (width != Widths[0] && (width != Widths[^1] || theme == ColorScheme.Dark))
                {
                    continue;
                }

                AxeResult found = await visitor.Page.RunAxe(theme == ColorScheme.Light ? Rules : Contrast);
                faults.AddRange(found.Violations.Select(rule => string.Create(CultureInfo.InvariantCulture,
                    $"{path} at {width} px: {rule.Id} ({rule.Impact}): {rule.Help}: {rule.Nodes[0].Html}")));
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.DoesNotContain(visitor.Complaints, said => !said.Contains("400", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_page_works_without_script()
    {
        await using Visitor visitor = await dashboard.VisitAsOperatorAsync(new() { JavaScriptEnabled = false });
        string thread = await dashboard.Guarded.OpenAsync();
        await visitor.GoAsync("/");
        IReadOnlyList<ILocator> links = await visitor.Page.Locator("header nav a").AllAsync();
        string[] pages = [.. await Task.WhenAll(links.Select(async link => (await link.GetAttributeAsync("href"))!))];
        foreach (string path in pages.Append($"/threads/{thread}"))
        {
            Assert.Equal((path, 200), (path, await visitor.GoAsync(path)));
            await Assertions.Expect(visitor.Page.Locator("main h1")).ToHaveCountAsync(1);
            await Assertions.Expect(visitor.Page.Locator("#live")).ToBeHiddenAsync();
        }

        await visitor.GoAsync("/threads");
        await visitor.Page.GetByLabel("State").SelectOptionAsync("open");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator($"a[href='/threads/{thread}']")).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Dark theme" }).ClickAsync();
        await Assertions.Expect(visitor.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task Every_page_is_small_and_asks_nobody_else()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        foreach (string path in await visitor.PagesAsync())
        {
            using HttpResponseMessage page = await dashboard.Open.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
            Assert.True(page.IsSuccessStatusCode, $"{path}: {page.StatusCode}");
            Assert.InRange((await page.Content.ReadAsByteArrayAsync(Cancellation)).Length, 1000, 300_000);
            string policy = page.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            await visitor.GoAsync(path);
        }

        Assert.Empty(visitor.Complaints);
    }

    [Fact]
    public async Task A_keyboard_is_enough()
    {
        await using Visitor visitor = await dashboard.VisitAsync();
        await visitor.GoAsync("/threads");
        await visitor.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(visitor.Page.GetByText("Skip to the content")).ToBeFocusedAsync();
        await Assertions.Expect(visitor.Page.GetByText("Skip to the content")).ToBeInViewportAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visitor.Page.Locator("main")).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("/");
        ILocator search = visitor.Page.Locator("input[type=search]");
        await Assertions.Expect(search).ToBeFocusedAsync();
        await visitor.Page.Keyboard.TypeAsync("a/b");
        await Assertions.Expect(search).ToHaveValueAsync("a/b");

        // All that can be used is reached, in the order in which it is read, and shows that it has the focus.
        string[] reached = await visitor.Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
              .filter(one => one.checkVisibility() && one.tabIndex !== 0).map(one => one.outerHTML)
            """);
        Assert.Empty(reached);
        await visitor.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("solid", await visitor.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        Assert.Empty(visitor.Complaints);
    }

    private async Task<string> PassAsync()
    {
        string thread = await dashboard.Guarded.OpenAsync();
        foreach (System.Text.Json.Nodes.JsonObject message in PassingDialogue.Messages)
        {
            await dashboard.Guarded.SendAsync(
                thread, message["from"]!.GetValue<string>(), message["kind"]!.GetValue<string>(), message);
        }

        await dashboard.Guarded.EndOfAsync(thread);
        return thread;
    }
}
