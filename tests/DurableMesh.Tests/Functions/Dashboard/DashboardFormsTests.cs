using System.Text;
using DurableMesh.Dashboard.Layout;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Http;
using DurableMesh.Tests.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class DashboardFormsTests
{
    private readonly DashboardSessions _sessions = BrowserSessions.Over(new MemoryBlobs(), new FakeTimeProvider(SampleThread.Noon));
    private readonly DashboardForms _forms;

    public DashboardFormsTests() => _forms = new(_sessions);

    [Theory]
    [InlineData("/threads?state=open&agent=a", "/threads?state=open&agent=a")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("threads", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("\\\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData(" /threads", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/\r\nSet-Cookie: a=b", "/")]
    [InlineData("/a\0b", "/")]
    [InlineData("/\u202egro.live", "/")]
    public void A_form_leads_to_a_page_of_this_dashboard_whatever_it_says(string? to, string where) =>
        Assert.Equal(where, DashboardForms.NextOf(new FormCollection(new() { ["to"] = new StringValues(to) })));

    [Theory]
    [InlineData(null)]
    [InlineData("http://127.0.0.1:7171")]
    public async Task A_form_of_this_page_is_read(string? origin)
    {
        (DefaultHttpContext http, _) = await PostAsync("why=because&by=+", origin);
        string next = await _forms.ToJsonAsync(http.Request, ["why", "by", "decision"], default);
        using var reader = new StreamReader(http.Request.Body);
        Assert.Equal(("/", """{"why":"because"}"""), (next, await reader.ReadToEndAsync()));
        Assert.Equal("application/json", http.Request.ContentType!.Split(';')[0]);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7172")]
    [InlineData("https://127.0.0.1:7171")]
    [InlineData("http://localhost:7171")]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task A_form_of_another_origin_is_refused_though_it_knows_the_token(string origin)
    {
        (DefaultHttpContext http, _) = await PostAsync("why=because", origin);
        await AssertIsRefusedAsync("foreign_form", http);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&form-token=")]
    [InlineData("&form-token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_form_without_the_token_of_its_session_is_refused(string token)
    {
        (DefaultHttpContext http, _) = await PostAsync($"why=because{token}", origin: null, withToken: false);
        await AssertIsRefusedAsync("foreign_form", http);
    }

    [Fact]
    public async Task A_form_is_refused_whose_token_is_another_session_s()
    {
        (_, string other) = await PostAsync("", origin: null);
        (DefaultHttpContext http, _) = await PostAsync($"why=because&form-token={other}", origin: null, withToken: false);
        await AssertIsRefusedAsync("foreign_form", http);
    }

    [Fact]
    public async Task What_is_no_form_or_too_large_or_of_no_known_length_is_refused()
    {
        (DefaultHttpContext json, _) = await PostAsync("{}", origin: null);
        json.Request.ContentType = "application/json";
        await AssertIsRefusedAsync(null, json);
        (DefaultHttpContext large, _) = await PostAsync("why=" + new string('x', 64 * 1024), origin: null);
        await AssertIsRefusedAsync(null, large);
        (DefaultHttpContext endless, _) = await PostAsync("why=x", origin: null);
        endless.Request.ContentLength = null;
        await AssertIsRefusedAsync(null, endless);
    }

    private async Task<(DefaultHttpContext Http, string Token)> PostAsync(string fields, string? origin, bool withToken = true)
    {
        Browser browser = await new Browser().BeginAsync(_sessions);
        DefaultHttpContext http = browser.Request();
        string token = await _sessions.FormTokenAsync(http, default);
        byte[] body = Encoding.UTF8.GetBytes(withToken ? $"{fields}&{PageFrame.FormTokenField}={token}" : fields);
        http.Request.Method = "POST";
        http.Request.ContentType = "application/x-www-form-urlencoded";
        (http.Request.Body, http.Request.ContentLength) = (new MemoryStream(body), body.Length);
        if (origin is not null)
        {
            http.Request.Headers.Origin = origin;
        }

        return (http, token);
    }

    private async Task AssertIsRefusedAsync(string? code, DefaultHttpContext http)
    {
        ProblemException refused = await Assert.ThrowsAsync<ProblemException>(() => _forms.ReadAsync(http.Request, default));
        Assert.True(code is null || refused.Problem.Code == code, refused.Problem.Code);
    }
}
