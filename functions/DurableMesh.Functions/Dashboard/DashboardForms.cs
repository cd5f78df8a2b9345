using System.Text.Json;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Layout;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Dashboard;

/// <summary>
/// Forms of pages. A form is a call of the API: what it says becomes the JSON that the API reads, so that there is one way to
/// do a thing, with one set of rules.
/// </summary>
public sealed class DashboardForms
{
    private const int MostBytes = 64 * 1024;
    private const string To = "to";

    private readonly DashboardSessions _sessions;

    internal DashboardForms(DashboardSessions sessions) => _sessions = sessions;

    /// <summary>Reads a form that this dashboard gave to this browser.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ProblemException">It is another site's, or of a session that is over, or no form.</exception>
    public async Task<IFormCollection> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!request.HasFormContentType || request.ContentLength is not <= MostBytes)
        {
            throw new ProblemException(FormProblems.NoForm(MostBytes));
        }

        var form = await request.ReadFormAsync(cancellation);
        var origin = request.Headers.Origin.ToString();
        if ((origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}")
            || !await _sessions.HoldsAsync(request, form[PageFrame.FormTokenField], cancellation))
        {
            throw new ProblemException(FormProblems.ForeignForm());
        }

        return form;
    }

    /// <summary>Makes the request what the API expects: a JSON object of the form's fields.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fields">The fields that are texts; one that is empty is left out.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The page that follows.</returns>
    public async Task<string> ToJsonAsync(
        HttpRequest request, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        var form = await ReadAsync(request, cancellation);
        var said = new Dictionary<string, string>();
        foreach (var field in fields)
        {
            if (form[field].ToString().Trim() is { Length: > 0 } text)
            {
                said[field] = text;
            }
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(said, AppJson.TypeInfo<Dictionary<string, string>>());
        (request.Body, request.ContentLength, request.ContentType) = (new MemoryStream(body), body.Length, JsonBody.MediaType);
        return DashboardPages.Local(form[To]);
    }

    /// <summary>Has the API do what a form says, and leads to the page that follows.</summary>
    /// <param name="request">The request.</param>
    /// <param name="fields">The fields of <see cref="ToJsonAsync"/>.</param>
    /// <param name="call">The API's function.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async Task<IResult> CallAsync(
        HttpRequest request, IReadOnlyList<string> fields, Func<Task<IResult>> call, CancellationToken cancellation)
    {
        var next = await ToJsonAsync(request, fields, cancellation);
        await call();
        return Next(next);
    }

    /// <summary>Where a form leads to that says so itself.</summary>
    /// <param name="form">The form.</param>
    public static string NextOf(IFormCollection form) => DashboardPages.Local(form[To]);

    /// <summary>What a browser is told after a form: to look at a page, which a reload does not send again.</summary>
    /// <param name="to">The page.</param>
    public static IResult Next(string to) => new SeeOther(to);

    private sealed class SeeOther(string to) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = to;
            return Task.CompletedTask;
        }
    }
}
