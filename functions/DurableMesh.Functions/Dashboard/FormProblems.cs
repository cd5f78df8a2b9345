using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Why a form of a page is not taken.</summary>
internal static class FormProblems
{
    public static Problem NoForm(int most) => new()
    {
        Status = StatusCodes.Status400BadRequest,
        Code = "no_form",
        Title = "That is no form of the dashboard.",
        Detail = $"Send application/x-www-form-urlencoded with a length of at most {most} bytes. Programs use the API under /api.",
    };

    public static Problem ForeignForm() => new()
    {
        Status = StatusCodes.Status403Forbidden,
        Code = "foreign_form",
        Title = "That form is not this page's.",
        Detail = "It was sent by a page of another site, or its session is over. Nothing was done. Open the page anew, and "
            + "send it from there.",
    };
}
