using DurableMesh.Core.Identity;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Tests.Functions.Identity;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SameSiteMode = Microsoft.Net.Http.Headers.SameSiteMode;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class DashboardSessionsTests
{
    private readonly FakeTimeProvider _time = new(SampleThread.Noon);
    private readonly DashboardSessions _sessions;

    public DashboardSessionsTests() => _sessions = BrowserSessions.Over(new MemoryBlobs(), _time);

    [Fact]
    public async Task A_session_names_its_key_for_twelve_hours()
    {
        Browser browser = await new Browser().BeginAsync(_sessions);
        Assert.Equal("k1", (await ReadAsync(browser))?.KeyId);
        Assert.DoesNotContain("k1", browser.Cookie, StringComparison.Ordinal);

        _time.Advance(DashboardSessions.Life - TimeSpan.FromSeconds(1));
        Assert.NotNull(await ReadAsync(browser));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await ReadAsync(browser));
    }

    [Theory]
    [InlineData("http", false)]
    [InlineData("https", true)]
    public async Task No_script_and_no_other_site_gets_the_cookie(string scheme, bool isSecure)
    {
        Browser browser = await new Browser().BeginAsync(_sessions, scheme: scheme);
        Assert.Equal(
            (true, SameSiteMode.Strict, isSecure, "/"),
            (browser.LastSet!.HttpOnly, browser.LastSet.SameSite, browser.LastSet.Secure, browser.LastSet.Path.ToString()));
    }

    [Fact]
    public async Task A_cookie_that_was_changed_anywhere_is_none()
    {
        string cookie = (await new Browser().BeginAsync(_sessions)).Cookie!;
        for (int at = 0; at < cookie.Length; at++)
        {
            char other = cookie[at] == 'A' ? 'B' : 'A';
            var browser = new Browser { Cookie = cookie[..at] + other + cookie[(at + 1)..] };
            Assert.True(await ReadAsync(browser) is null, $"Character {at} may be changed.");
        }
    }

    [Theory]
    [InlineData("A")]
    [InlineData("%00")]
    [InlineData("not base64!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_cookie_that_somebody_made_up_is_none(string cookie) =>
        Assert.Null(await ReadAsync(new Browser { Cookie = cookie }));

    [Fact]
    public async Task A_session_of_another_store_is_none()
    {
        Browser browser = await new Browser().BeginAsync(BrowserSessions.Over(new MemoryBlobs(), _time));
        Assert.Null(await ReadAsync(browser));
    }

    [Fact]
    public async Task Another_host_of_the_store_knows_a_session()
    {
        var blobs = new MemoryBlobs();
        Browser browser = await new Browser().BeginAsync(BrowserSessions.Over(blobs, _time));
        Assert.NotNull(await BrowserSessions.Over(blobs, _time).ReadAsync(browser.Request().Request, default));
    }

    [Fact]
    public async Task Whoever_logs_out_leaves_nothing_to_a_copy_of_the_cookie_on_any_host()
    {
        var blobs = new MemoryBlobs();
        DashboardSessions sessions = BrowserSessions.Over(blobs, _time);
        Browser browser = await new Browser().BeginAsync(sessions);
        Browser another = await new Browser().BeginAsync(sessions);
        var copy = new Browser { Cookie = browser.Cookie };
        string token = await sessions.FormTokenAsync(copy.Request(), default);

        DefaultHttpContext leaving = browser.Request();
        await sessions.EndAsync(leaving, default);
        browser.Keep(leaving);

        Assert.Equal("", browser.Cookie);
        foreach (DashboardSessions host in (DashboardSessions[])[sessions, BrowserSessions.Over(blobs, _time)])
        {
            Assert.Null(await host.ReadAsync(copy.Request().Request, default));
            Assert.False(await host.HoldsAsync(copy.Request().Request, token, default));
            Assert.NotNull(await host.ReadAsync(another.Request().Request, default));
        }

        await sessions.EndAsync(copy.Request(), default);
        await sessions.EndAsync(new Browser().Request(), default);
    }

    [Fact]
    public void A_logout_is_forgotten_when_its_session_would_be_over()
    {
        DateTimeOffset now = _time.GetUtcNow();
        EndedSessions ended = EndedSessions.Empty
            .Apply(new SessionEnded("one", now + TimeSpan.FromHours(1)), now, "k1").State
            .Apply(new SessionEnded("two", now + TimeSpan.FromHours(9)), now, "k1").State;
        Assert.True(ended.Has("one") && ended.Has("two"));

        ended = ended.Apply(new SessionEnded("three", now + TimeSpan.FromHours(9)), now + TimeSpan.FromHours(1), "k1").State;
        Assert.False(ended.Has("one"));
        Assert.True(ended.Has("two") && ended.Has("three"));
        Assert.Equal(2, ended.Count);
    }

    [Fact]
    public async Task A_token_holds_in_its_own_session_only()
    {
        Browser one = await new Browser().BeginAsync(_sessions);
        Browser two = await new Browser().BeginAsync(_sessions);
        string token = await _sessions.FormTokenAsync(one.Request(), default);
        Assert.NotEqual(token, await _sessions.FormTokenAsync(two.Request(), default));
        Assert.True(await HoldsAsync(one, token));
        Assert.False(await HoldsAsync(two, token));
        Assert.False(await HoldsAsync(new Browser(), token));
        Assert.False(await HoldsAsync(one, null));
        Assert.False(await HoldsAsync(one, ""));
        Assert.False(await HoldsAsync(one, token + "A"));

        _time.Advance(DashboardSessions.Life);
        Assert.False(await HoldsAsync(one, token));
    }

    [Fact]
    public async Task A_browser_without_a_session_gets_one_for_its_forms_that_names_nobody()
    {
        var browser = new Browser();
        DefaultHttpContext http = browser.Request();
        string token = await _sessions.FormTokenAsync(http, default);
        Assert.Equal(token, await _sessions.FormTokenAsync(http, default));
        browser.Keep(http);
        Assert.True(await HoldsAsync(browser, token));
        Assert.False((await ReadAsync(browser))!.HasKey);
    }

    [Fact]
    public async Task A_session_of_the_root_key_is_over_when_that_is_another_one()
    {
        await using GuardedMesh mesh = await GuardedMesh.StartAsync();
        var browser = new Browser();
        DefaultHttpContext http = browser.Request();
        Assert.Equal("operator:root", (await ((ISessionKeys)mesh.Callers).EnterAsync(GuardedMesh.Root, http))!.ToString());
        browser.Keep(http);
        Assert.True((await mesh.Callers.CheckAsync(browser.Request(), PageNames.Live)).May(Scope.Operate));

        foreach (string? other in (string?[])["another-root-key-of-more-than-32-characters", null])
        {
            await using GuardedMesh rotated = await GuardedMesh.StartAsync(beside: mesh, rootKey: other);
            await Assert.ThrowsAsync<ProblemException>(
                async () => await rotated.Callers.CheckAsync(browser.Request(), PageNames.Live));
        }
    }

    [Fact]
    public async Task A_session_is_no_key_of_the_API()
    {
        await using GuardedMesh mesh = await GuardedMesh.StartAsync();
        var browser = new Browser();
        DefaultHttpContext http = browser.Request();
        await ((ISessionKeys)mesh.Callers).EnterAsync(GuardedMesh.Root, http);
        browser.Keep(http);
        await Assert.ThrowsAsync<ProblemException>(async () => await mesh.Callers.CheckAsync(browser.Request(), "ListThreads"));
    }

    private ValueTask<DashboardSession?> ReadAsync(Browser browser) => _sessions.ReadAsync(browser.Request().Request, default);

    private ValueTask<bool> HoldsAsync(Browser browser, string? token) =>
        _sessions.HoldsAsync(browser.Request().Request, token, default);
}
