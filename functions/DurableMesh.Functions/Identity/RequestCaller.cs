using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Identity;

/// <summary>Who a request comes from, as <see cref="IdentityMiddleware"/> found out.</summary>
internal static class RequestCaller
{
    private static readonly object Key = new();

    extension(Caller)
    {
        /// <summary>The caller of a request.</summary>
        /// <exception cref="InvalidOperationException">The middleware did not see the request: nobody is let in by
        /// mistake.</exception>
        public static Caller Of(HttpRequest request) => Caller.Find(request)
            ?? throw new InvalidOperationException("Nobody has asked who this request comes from.");

        /// <summary>The caller of a request; null where nobody was asked, as in front of a page that shows nothing.</summary>
        public static Caller? Find(HttpRequest request) => request.HttpContext.Items[Key] as Caller;
    }

    /// <summary><see cref="Caller.OperatorOf"/>, for what must be somebody's.</summary>
    /// <exception cref="ProblemException">Neither the key nor the request says who it is.</exception>
    public static Subject MustNameOperator(this Caller caller, string? by) =>
        caller.OperatorOf(by) ?? throw new ProblemException(Problems.NobodyNamed());

    /// <summary>
    /// <see cref="Caller.OperatorOf"/>, or what an operator is called of whom neither key nor request says more.
    /// </summary>
    public static string NameOrOperator(this Caller caller, string? by) => caller.OperatorOf(by)?.ToString() ?? "operator";

    /// <summary>Notes who the request comes from.</summary>
    public static void SetCaller(this HttpContext http, Caller caller) => http.Items[Key] = caller;
}
