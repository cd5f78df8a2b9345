using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using DurableMesh.Core.Agents;
using DurableMesh.Dashboard.Layout;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Tests.Core.Agents;
using DurableMesh.Tests.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace DurableMesh.Tests.Functions.Dashboard;

/// <summary>Pages as a browser gets them, and forms as it sends them, behind the app's two middlewares.</summary>
internal sealed partial class PageFixture : IAsyncDisposable
{
    /// <summary>Texts of somebody who means no good: HTML, and characters that turn text around.</summary>
    public const string Hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202Eevil\u0007";

    /// <summary>The longest that a page may be, in bytes.</summary>
    public const int Most = 300 * 1024;

    private PageFixture(GuardedMesh guard)
    {
        Guard = guard;
        var sessions = BrowserSessions.Over(Mesh.Blobs, guard.Time);
        var renderer = new PageRenderer(new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance);
        (Pages, Forms) = (new DashboardPages(renderer, sessions), new DashboardForms(sessions));
    }

    public MeshFixture Mesh { get; } = new();

    public GuardedMesh Guard { get; }

    public DashboardPages Pages { get; }

    public DashboardForms Forms { get; }

    public static async Task<PageFixture> StartAsync(IAgentDirectory? agents = null) =>
        new(await GuardedMesh.StartAsync(agents: agents));

    /// <summary>A directory that says always the same.</summary>
    public static IAgentDirectory DirectoryOf(SeedRegistry seed)
    {
        var (agents, registry) = (new Mock<IAgentDirectory>(), SampleRegistry.Of(seed));
        agents.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>())).ReturnsAsync(registry);
        return agents.Object;
    }

    /// <summary>A key that may read and change nothing.</summary>
    public async Task<string> ReaderKeyAsync() => (await Guard.IssueOperatorAsync("reader", scopes: "\"read\"")).Text("key");

    /// <summary>Asks for a page.</summary>
    public async Task<Page> GetAsync(
        string function, string url, Func<HttpRequest, Task<IResult>> run, string? key = GuardedMesh.Root)
    {
        var answer = await Guard.CallAsync(
            PageNames.Prefix + function, "GET", key, run, change: http => Address(http.Request, url));
        return new Page(answer);
    }

    /// <summary>Sends a form of a page.</summary>
    public Task<Answer> PostAsync(
        Page from,
        string function,
        string url,
        Func<HttpRequest, Task<IResult>> run,
        IEnumerable<(string Name, string Value)>? fields = null,
        string? key = GuardedMesh.Root,
        bool withToken = true)
    {
        var all = (fields ?? []).Append(("to", "/next"))
            .Concat(withToken ? [(PageFrame.FormTokenField, from.FormToken)] : []);
        var body = string.Join('&', all.Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2)}"));
        return Guard.CallAsync(PageNames.Prefix + function, "POST", key, run, body, http =>
        {
            Address(http.Request, url);
            http.Request.ContentType = "application/x-www-form-urlencoded";
            http.Request.ContentLength = Encoding.UTF8.GetByteCount(body);
            http.Request.Headers.Cookie = from.Cookie;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        await Guard.DisposeAsync();
    }

    private static void Address(HttpRequest request, string url)
    {
        var parts = url.Split('?');
        request.Path = parts[0];
        request.QueryString = new QueryString(parts.Length > 1 ? "?" + parts[1] : "");
    }

    /// <summary>A page that came.</summary>
    internal sealed partial record Page(Answer Answer)
    {
        public int Status => Answer.Status;

        public string Html { get; } = Encoding.UTF8.GetString(Answer.Utf8);

        /// <summary>What somebody reads, with one space where there is any.</summary>
        public string Text => Spaces().Replace(WebUtility.HtmlDecode(Tags().Replace(Main, " ")), " ");

        private string Main => Html[Html.IndexOf("<main", StringComparison.Ordinal)..];

        public string FormToken => Token().Match(Html).Groups[1].Value;

        public string Cookie => Answer.Headers.SetCookie.ToString().Split(';')[0];

        /// <summary>What is an address and begins so, by its place on the page.</summary>
        public IReadOnlyList<string> Links(string beginning) =>
        [
            .. Hrefs().Matches(Html).Select(one => WebUtility.HtmlDecode(one.Groups[1].Value))
                .Where(link => link.StartsWith(beginning, StringComparison.Ordinal)),
        ];

        /// <summary>It is a page, short enough, and nobody's text became markup or turns the page around.</summary>
        public Page MustBeFine()
        {
            Assert.Equal(200, Status);
            Assert.InRange(Answer.Utf8.Length, 1, Most);
            Assert.DoesNotContain("<script>alert", Html, StringComparison.Ordinal);
            Assert.DoesNotContain("<img src=x", Html, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202E', Html);
            Assert.DoesNotContain('\u0007', Html);
            Assert.DoesNotContain(" style=", Html, StringComparison.Ordinal);
            return this;
        }

        /// <summary>No form that changes anything but the theme and the session.</summary>
        public Page MustHaveNoForm()
        {
            var actions = Actions().Matches(Html).Select(one => one.Groups[1].Value).Except(["/theme", "/logout"]);
            Assert.Empty(actions);
            return this;
        }

        [GeneratedRegex("<[^>]*>")]
        private static partial Regex Tags();

        [GeneratedRegex(@"\s+")]
        private static partial Regex Spaces();

        [GeneratedRegex("name=\"form-token\" value=\"([^\"]+)\"")]
        private static partial Regex Token();

        [GeneratedRegex("href=\"([^\"]+)\"")]
        private static partial Regex Hrefs();

        [GeneratedRegex("method=\"post\" action=\"([^\"]+)\"")]
        private static partial Regex Actions();
    }
}
