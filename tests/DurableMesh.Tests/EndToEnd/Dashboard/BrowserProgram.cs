using Microsoft.Playwright;

namespace DurableMesh.Tests.EndToEnd.Dashboard;

/// <summary>The browser of this machine, driven by Playwright. None is downloaded where there is none.</summary>
internal sealed class BrowserProgram : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

    // A sandbox needs rights that a container does not give; the rest keeps it from talking to anybody but the host under test.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server",
    ];

    private readonly IPlaywright _playwright;

    private BrowserProgram(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    /// <summary>The browser.</summary>
    public IBrowser Browser { get; }

    /// <summary>Why there is no browser to test with; null where there is one.</summary>
    public static string? Missing =>
        Find(Names) is null
            ? "No browser: 'apt-get install chromium' brings one."
            : Find(["node"]) is null ? "No Node.js, which Playwright needs to drive a browser." : null;

    /// <summary>Starts the browser without a window.</summary>
    public static async Task<BrowserProgram> StartAsync()
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", Find(["node"]));
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = Find(Names), Args = Flags, Timeout = 120_000 });
        return new BrowserProgram(playwright, browser);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string? Find(string[] names) =>
        (from name in names
         from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
         let file = Path.Combine(folder, name)
         where folder.Length > 0 && File.Exists(file)
         select file).FirstOrDefault();
}
