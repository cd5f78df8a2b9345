using System.Globalization;
using System.Runtime.CompilerServices;
using DurableMesh.LocalHost.Azurite;
using DurableMesh.Tests.LocalHost.Azurite;
using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>
/// No test but the command that takes the pictures of the dashboard for the docs; it runs only when asked for. With
/// <c>DASHBOARD_IMAGES=FOLDER</c> it takes them at three widths and in both themes instead, whole, for eyes.
/// </summary>
public sealed class RecordDashboardImages
{
    private const int MostBytes = 250_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task Take_the_pictures()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("durablemesh-images-");
        await using AzuriteProcess azurite = await AzuriteFixture.StartAsync(Path.Combine(folder.FullName, "azurite"));
        await using var guarded = new GuardedMesh();
        await guarded.InitializeAsync();
        await using var receiver = new AnsweringServer(_ => Task.CompletedTask);
        await using MeshHost host = await MeshHost.StartAsync(
            azurite.ConnectionString, Cancellation, new() { ["Mesh__Webhooks__Allow"] = "127.0.0.1" });
        string thread = await new SampleCompany(host.Http, Cancellation).LiveAsync(receiver.Address);
        await using BrowserProgram program = await BrowserProgram.StartAsync();
        string home = host.Address;
        (string, string) login = ("login", $"{guarded.Address}login");
        (string Name, string Url) star = ("thread", $"{home}/threads/{thread}?verify=true");
        (string, string)[] pages =
            [.. await MainPagesAsync(program, home), .. await SinglePagesAsync(program, home), login, star];
        if (Environment.GetEnvironmentVariable("DASHBOARD_IMAGES") is { Length: > 0 } eyes)
        {
            foreach (int width in (int[])[360, 1280, 3840])
            {
                foreach (ColorScheme theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
                {
                    await TakeAsync(program, pages, width, theme, eyes, isWhole: true);
                }
            }
        }
        else
        {
            string docs = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../../docs/images"));
            await TakeAsync(program, pages, 1280, ColorScheme.Light, docs, isWhole: false);
            await TakeAsync(program, [star], 1280, ColorScheme.Dark, docs, isWhole: false);
            await TakeAsync(program, [pages[0]], 360, ColorScheme.Light, docs, isWhole: false);
        }

        folder.Delete(recursive: true);
    }

    /// <summary>The pages that the navigation names.</summary>
    private static async Task<IEnumerable<(string Name, string Url)>> MainPagesAsync(BrowserProgram program, string home)
    {
        await using Visitor visitor = await Visitor.ComeAsync(program.Browser, home, null);
        return (await visitor.PagesAsync()).Select(path => (path == "/" ? "overview" : path[1..], home + path));
    }

    /// <summary>One page of each kind that a list leads to.</summary>
    private static async Task<IEnumerable<(string Name, string Url)>> SinglePagesAsync(BrowserProgram program, string home)
    {
        await using Visitor visitor = await Visitor.ComeAsync(program.Browser, home, null);
        var found = new List<(string, string)> { ("agent", $"{home}/agents/{MeshHost.Builder}"), ("webhooks", $"{home}/events/webhooks") };
        foreach ((string name, string list) in ((string, string)[])
            [("task", "/tasks"), ("workflow", "/workflows"), ("experiment", "/experiments"), ("webhook", "/events/webhooks")])
        {
            await visitor.GoAsync(list);
            found.Add((name, home + await visitor.Page.Locator($"main a[href^='{list}/']").First.GetAttributeAsync("href")));
        }

        return found;
    }

    private static async Task TakeAsync(
        BrowserProgram program,
        IReadOnlyList<(string Name, string Url)> pages,
        int width,
        ColorScheme theme,
        string folder,
        bool isWhole)
    {
        Directory.CreateDirectory(folder);
        await using IBrowserContext context = await program.Browser.NewContextAsync(new()
        {
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = 900 },
        });
        IPage page = await context.NewPageAsync();
        foreach ((string name, string url) in pages)
        {
            IResponse? response = await page.GotoAsync(url);
            Assert.True(response?.Ok, $"{url} answers {response?.Status}.");
            string size = width == 1280 && !isWhole ? "" : string.Create(CultureInfo.InvariantCulture, $"-{width}");
            string file = Path.Combine(folder, $"dashboard-{name}{size}{(theme == ColorScheme.Dark ? "-dark" : "")}.png");
            byte[] picture = await page.ScreenshotAsync(new()
            {
                Path = file,
                FullPage = isWhole,
                Animations = ScreenshotAnimations.Disabled,
            });
            Assert.True(isWhole || picture.Length <= MostBytes, $"{file} has {picture.Length} bytes.");
        }
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
