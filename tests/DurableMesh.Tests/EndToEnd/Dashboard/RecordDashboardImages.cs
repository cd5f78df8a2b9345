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
        await using MeshHost host = await MeshHost.StartAsync(azurite.ConnectionString, Cancellation);
        string thread = await new SampleCompany(host.Http, Cancellation).LiveAsync();
        await using BrowserProgram program = await BrowserProgram.StartAsync();
        IReadOnlyList<(string Name, string Path)> pages;
        await using (Visitor visitor = await Visitor.ComeAsync(program.Browser, host.Address, null))
        {
            pages = [.. (await visitor.PagesAsync()).Select(path => (path == "/" ? "overview" : path[1..], path)),
                ("thread", $"/threads/{thread}?verify=true")];
        }

        if (Environment.GetEnvironmentVariable("DASHBOARD_IMAGES") is { Length: > 0 } eyes)
        {
            foreach (int width in (int[])[360, 1280, 3840])
            {
                foreach (ColorScheme theme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
                {
                    await TakeAsync(program, host, pages, width, theme, eyes, isWhole: true);
                }
            }
        }
        else
        {
            string docs = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../../docs/images"));
            await TakeAsync(program, host, pages, 1280, ColorScheme.Light, docs, isWhole: false);
            await TakeAsync(program, host, [pages[^1]], 1280, ColorScheme.Dark, docs, isWhole: false);
            await TakeAsync(program, host, [pages[0]], 360, ColorScheme.Light, docs, isWhole: false);
        }

        folder.Delete(recursive: true);
    }

    private static async Task TakeAsync(
        BrowserProgram program,
        MeshHost host,
        IReadOnlyList<(string Name, string Path)> pages,
        int width,
        ColorScheme theme,
        string folder,
        bool isWhole)
    {
        Directory.CreateDirectory(folder);
        await using Visitor visitor = await Visitor.ComeAsync(program.Browser, host.Address, new()
        {
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = 900 },
        });
        foreach ((string name, string path) in pages)
        {
            if (await visitor.GoAsync(path) != 200)
            {
                continue;
            }

            string size = width == 1280 && !isWhole ? "" : string.Create(CultureInfo.InvariantCulture, $"-{width}");
            string file = Path.Combine(folder, $"dashboard-{name}{size}{(theme == ColorScheme.Dark ? "-dark" : "")}.png");
            byte[] picture = await visitor.Page.ScreenshotAsync(new()
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
