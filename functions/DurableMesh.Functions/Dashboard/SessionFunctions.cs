using DurableMesh.Core.Identity;
using DurableMesh.Dashboard.Layout;
using DurableMesh.Dashboard.Sessions;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace DurableMesh.Functions.Dashboard;

/// <summary>The way into the dashboard and out of it, and its files.</summary>
public sealed class SessionFunctions(DashboardPages pages, DashboardForms forms, ISessionKeys keys)
{
    private const string AgentsHaveNone = "That is an agent's key. The dashboard is for people: use an operator's.";
    private const string DoesNotWork = "That key does not work: it is unknown, revoked or expired. The host's log says which.";

    /// <summary><c>GET /login?to=</c>.</summary>
    [Function(PageNames.Login)]
    public Task<IResult> LoginAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "login")] HttpRequest request) =>
        pages.ShowAsync<LoginPage>(request, ("To", DashboardPages.Local(request.Query["to"])));

    /// <summary><c>POST /login</c>.</summary>
    [Function(PageNames.EnterKey)]
    public async Task<IResult> EnterKeyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "login")] HttpRequest request,
        CancellationToken cancellation)
    {
        var form = await forms.ReadAsync(request, cancellation);
        var problem = await keys.EnterAsync(form["key"].ToString().Trim(), request.HttpContext) switch
        {
            null => DoesNotWork,
            { Subject: { IsAgent: true } } => AgentsHaveNone,
            _ => null,
        };
        return problem is null
            ? DashboardForms.Next(DashboardForms.NextOf(form))
            : await pages.ShowAsync<LoginPage>(request, ("To", DashboardForms.NextOf(form)), ("Problem", problem));
    }

    /// <summary><c>POST /logout</c>.</summary>
    [Function(PageNames.Prefix + "Logout")]
    public async Task<IResult> LogoutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "logout")] HttpRequest request,
        CancellationToken cancellation)
    {
        await forms.ReadAsync(request, cancellation);
        await keys.LeaveAsync(request.HttpContext);
        return DashboardForms.Next("/login");
    }

    /// <summary><c>POST /theme</c>.</summary>
    [Function(PageNames.Theme)]
    public async Task<IResult> ThemeAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "theme")] HttpRequest request,
        CancellationToken cancellation)
    {
        var form = await forms.ReadAsync(request, cancellation);
        DashboardPages.KeepTheme(request.HttpContext, form["theme"].ToString());
        return DashboardForms.Next(DashboardForms.NextOf(form));
    }

    /// <summary><c>GET /assets/{name}</c>.</summary>
    [Function(PageNames.Asset)]
    public static IResult Asset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "assets/{name}")] HttpRequest request, string name)
    {
        if (AssetFiles.Find(name) is not { } file)
        {
            return Results.NotFound();
        }

        var response = request.HttpContext.Response;
        PageAnswer.Guard(response);
        response.Headers.CacheControl = request.Query["v"] == file.Version ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.Vary = "Accept-Encoding";
        var isZipped = request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        if (isZipped)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        return Results.Bytes(
            isZipped ? file.Zipped : file.Content,
            file.Type,
            entityTag: new EntityTagHeaderValue(isZipped ? $"\"{file.Version}-gzip\"" : $"\"{file.Version}\""));
    }
}
