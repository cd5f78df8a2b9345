using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Layout;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Dashboard;

/// <summary>What all pages have in common: the frame, the forms' token, and how a problem looks.</summary>
public sealed class DashboardPages
{
    private const string ThemeCookie = "mesh-theme";

    private readonly PageRenderer _renderer;
    private readonly DashboardSessions _sessions;

    internal DashboardPages(PageRenderer renderer, DashboardSessions sessions) => (_renderer, _sessions) = (renderer, sessions);

    /// <summary>A page.</summary>
    /// <typeparam name="TPage">Its component, which has a parameter <c>Page</c> beside the given ones.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="parameters">What it shows.</param>
    public Task<IResult> ShowAsync<TPage>(HttpRequest request, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where TPage : IComponent =>
        ShowAsync<TPage>(request, StatusCodes.Status200OK, AddressOf(request), parameters);

    /// <summary>The page that an answer of the API, a problem, is shown as; the way in, where nobody said who they are.</summary>
    internal async Task<IResult> ShowAsync(HttpContext http, ProblemAnswer answer)
    {
        var request = http.Request;
        var isSwap = request.Headers.ContainsKey("HX-Request");
        if (answer.Problem.Status == StatusCodes.Status401Unauthorized)
        {
            DashboardSessions.Forget(http);
            var way = "/login?to=" + Uri.EscapeDataString(HttpMethods.IsGet(request.Method) ? AddressOf(request) : "/");
            if (!isSwap)
            {
                return Results.Redirect(way);
            }

            http.Response.Headers["HX-Redirect"] = way;
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        var back = HttpMethods.IsGet(request.Method) ? AddressOf(request) : "/";
        return isSwap ? answer : await ShowAsync<ProblemPage>(request, answer.Problem.Status, back, ("Problem", answer.Problem));
    }

    /// <summary>Where a form leads to: a page of this dashboard, whatever it says.</summary>
    internal static string Local(string? to) =>
        to is ['/', ..] && !to.StartsWith("//", StringComparison.Ordinal) && !to.Contains('\\', StringComparison.Ordinal)
            && HiddenCharacters.IndexIn(to) < 0
            ? to
            : "/";

    /// <summary>The theme that was chosen; null for the browser's own.</summary>
    internal static string? ThemeOf(HttpRequest request) =>
        request.Cookies[ThemeCookie] is "light" or "dark" ? request.Cookies[ThemeCookie] : null;

    /// <summary>Keeps the theme that was chosen.</summary>
    internal static void KeepTheme(HttpContext http, string theme) => http.Response.Cookies.Append(
        ThemeCookie,
        theme == "dark" ? "dark" : "light",
        new CookieOptions
        {
            HttpOnly = true,
            MaxAge = TimeSpan.FromDays(365),
            Path = "/",
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
        });

    private Task<IResult> ShowAsync<TPage>(
        HttpRequest request, int status, string path, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where TPage : IComponent
    {
        var shown = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
        {
            shown[name] = value;
        }

        return DrawAsync<TPage>(request, status, path, shown);
    }

    private async Task<IResult> DrawAsync<TPage>(HttpRequest request, int status, string path, Dictionary<string, object?> shown)
        where TPage : IComponent
    {
        var caller = Caller.Find(request);
        var token = await _sessions.FormTokenAsync(request.HttpContext, request.HttpContext.RequestAborted);
        shown["Page"] = new PageFrame(
            path,
            caller?.Subject?.ToString(),
            caller?.May(Scope.Operate) == true,
            token,
            ThemeOf(request));
        return new PageAnswer(await _renderer.RenderAsync<TPage>(shown), status, token);
    }

    private static string AddressOf(HttpRequest request) => request.Path + request.QueryString.ToString();
}
