using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>Somebody who looks at the dashboard in a browser of their own, and notes what is wrong with it.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();

    private Visitor(IBrowserContext context, IPage page, string address)
    {
        (Context, Page, Address) = (context, page, address);
        context.Console += (_, said) =>
        {
            if (said.Type is "error" or "warning")
            {
                _complaints.Enqueue($"{said.Type}: {said.Text}");
            }
        };
        context.WebError += (_, error) => _complaints.Enqueue($"exception: {error.Error}");
        context.Dialog += (_, dialog) =>
        {
            _complaints.Enqueue($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address + "/", StringComparison.Ordinal))
            {
                _complaints.Enqueue($"request to {request.Url}");
            }
        };
    }

    /// <summary>The browser's profile.</summary>
    public IBrowserContext Context { get; }

    /// <summary>The window.</summary>
    public IPage Page { get; }

    /// <summary>Where the host answers, without a slash at the end.</summary>
    public string Address { get; }

    /// <summary>The operator's name, where a key was entered.</summary>
    public string? Name { get; set; }

    /// <summary>The key's id, where one was entered.</summary>
    public string? KeyId { get; set; }

    /// <summary>Errors and warnings of the console, exceptions, dialogs and requests to elsewhere.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Opens a window.</summary>
    public static async Task<Visitor> ComeAsync(IBrowser browser, string address, BrowserNewContextOptions? options)
    {
        IBrowserContext context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(30_000);
        return new Visitor(context, await context.NewPageAsync(), address);
    }

    /// <summary>Opens a page, and answers its status.</summary>
    public async Task<int> GoAsync(string path)
    {
        IResponse? response = await Page.GotoAsync(Address + path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        return response!.Status;
    }

    /// <summary>Opens a page, and returns when it hears of news.</summary>
    public async Task WatchAsync(string path)
    {
        Assert.Equal(200, await GoAsync(path));
        await Assertions.Expect(Page.Locator("#live")).ToHaveTextAsync("live");
    }

    /// <summary>Enters a key.</summary>
    public async Task LogInAsync(string key)
    {
        await GoAsync("/login");
        await EnterAsync(key);
        await Assertions.Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Log out" })).ToBeVisibleAsync();
    }

    /// <summary>Enters a key in the form that is shown.</summary>
    public async Task EnterAsync(string key)
    {
        await Page.GetByLabel("Key").FillAsync(key);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
    }

    /// <summary>The addresses of all pages that the navigation names.</summary>
    public async Task<IReadOnlyList<string>> PagesAsync()
    {
        Assert.Equal(200, await GoAsync("/"));
        return await Page.Locator("header nav a").EvaluateAllAsync<string[]>("all => all.map(one => one.getAttribute('href'))");
    }

    /// <summary>Asserts that there is something on the page.</summary>
    public Task SeesAsync(string selector, string text) =>
        Assertions.Expect(Page.Locator(selector)).ToContainTextAsync(text);

    /// <summary>Posts a form from within the page, as a script of it could, and answers the status.</summary>
    public Task<int> PostAsync(string path, params (string Name, string Value)[] fields) => Page.EvaluateAsync<int>(
        """
        async ([path, fields]) =>
          (await fetch(path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" })).status
        """,
        new object[] { path, fields.Select(field => new[] { field.Name, field.Value }).ToArray() });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(Context.CloseAsync());
}
