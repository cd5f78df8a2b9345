using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Tests.Functions.Identity;

/// <summary>Who may pass the front door of a local host, where no function asks: the management API above all.</summary>
public sealed class RequestGuardTests
{
    [Fact]
    public async Task The_management_API_wants_an_operators_key_where_keys_are_wanted()
    {
        await using var mesh = await GuardedMesh.StartAsync();
        var agent = (await mesh.IssueAsync("builder")).Text("key");
        var reader = (await mesh.IssueOperatorAsync("eve", scopes: "\"read\"")).Text("key");
        var operatorKey = (await mesh.IssueOperatorAsync("ann")).Text("key");

        Assert.Equal((401, "key_missing"), Of(await mesh.GuardAsync("GET", isManagement: true, key: null)));
        Assert.Equal((401, "key_unknown"), Of(await mesh.GuardAsync("POST", isManagement: true, "dmk_nobody")));
        Assert.Equal((403, "operators_only"), Of(await mesh.GuardAsync("GET", isManagement: true, agent)));
        Assert.Equal(403, (await mesh.GuardAsync("POST", isManagement: true, agent)).Status);
        Assert.Equal(204, (await mesh.GuardAsync("GET", isManagement: true, reader)).Status);
        Assert.Equal((403, "missing_scope"), Of(await mesh.GuardAsync("POST", isManagement: true, reader)));
        Assert.Equal((403, "missing_scope"), Of(await mesh.GuardAsync("DELETE", isManagement: true, reader)));
        Assert.Equal(204, (await mesh.GuardAsync("POST", isManagement: true, operatorKey)).Status);
        Assert.Equal(204, (await mesh.GuardAsync("DELETE", isManagement: true, GuardedMesh.Root)).Status);
    }

    [Theory]
    [InlineData("mesh.example.org", null, null)]
    [InlineData("127.0.0.1:7071", "https://example.org", null)]
    [InlineData("127.0.0.1:7071", "null", null)]
    [InlineData("127.0.0.1:7071", null, "cross-site")]
    [InlineData("127.0.0.1:7071", "http://localhost:3000", "cross-site")]
    public async Task An_open_mesh_shows_no_route_to_another_sites_page(string host, string? origin, string? site)
    {
        await using var mesh = await GuardedMesh.StartAsync(IdentityMode.Open);

        foreach (var isManagement in new[] { true, false })
        {
            Assert.Equal((403, "foreign_origin"), Of(await mesh.GuardAsync("POST", isManagement, key: null, From)));
            Assert.Equal(204, (await mesh.GuardAsync("POST", isManagement, key: null)).Status);
        }

        Assert.Equal(403, (await mesh.AskAsync(null, From)).Status);

        void From(HttpContext http)
        {
            http.Request.Host = new HostString(host);
            http.Request.Headers.Origin = origin;
            http.Request.Headers["Sec-Fetch-Site"] = site;
        }
    }

    [Theory]
    [InlineData(IdentityMode.Open)]
    [InlineData(IdentityMode.Keys)]
    public async Task No_key_helps_a_page_of_another_site(object mode)
    {
        await using var mesh = await GuardedMesh.StartAsync((IdentityMode)mode);

        Assert.Equal((403, "foreign_origin"), Of(await mesh.GuardAsync("GET", isManagement: false, GuardedMesh.Root, CrossSite)));
        Assert.Equal((403, "foreign_origin"), Of(await mesh.GuardAsync("GET", isManagement: true, GuardedMesh.Root, CrossSite)));
        Assert.Equal((403, "foreign_origin"), Of(await mesh.AskAsync(GuardedMesh.Root, CrossSite)));

        static void CrossSite(HttpContext http) => http.Request.Headers["Sec-Fetch-Site"] = "cross-site";
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("expired")]
    public async Task A_key_that_ends_during_a_long_poll_brings_no_answer(string how)
    {
        await using var mesh = await GuardedMesh.StartAsync();
        var issued = await mesh.IssueAsync("builder", body: """{"lifetime":"PT1H"}""");

        var answer = await mesh.CallAsync("ReadInbox", "GET", issued.Text("key"), WaitAsync, change: http =>
            http.Request.QueryString = new QueryString("?wait=PT60S"));

        Assert.Equal((401, "key_unknown"), Of(answer));

        async Task<IResult> WaitAsync(HttpRequest request)
        {
            if (how == "revoked")
            {
                await mesh.RevokeAsync(issued.Text("id"));
            }
            else
            {
                mesh.Time.Advance(TimeSpan.FromHours(2));
            }

            return Results.Text("a later message");
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData(null)]
    public async Task What_a_page_may_send_without_asking_first_is_no_JSON(string? type)
    {
        await using var mesh = await GuardedMesh.StartAsync();
        var builder = (await mesh.IssueAsync("builder")).Text("key");

        var answer = await mesh.CallAsync(
            "StartThread",
            "POST",
            builder,
            async request =>
            {
                await RequestBody.ReadAsync(request, DurableMesh.Core.Wire.RequestReader.ReadCancel, default);
                return Results.NoContent();
            },
            """{"by":"ann","why":"enough"}""",
            http => http.Request.ContentType = type);

        Assert.Equal((415, "not_json"), Of(answer));
    }

    private static (int, string) Of(Answer answer) => (answer.Status, answer.Code);
}
