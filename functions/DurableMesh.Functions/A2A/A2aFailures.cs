using System.Globalization;
using System.Text.Json.Nodes;
using DurableMesh.Core.A2A;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.A2A;

/// <summary>What goes wrong in a function of A2A, as its bindings tell it.</summary>
internal static class A2aFailures
{
    private static readonly object RpcId = new();

    /// <summary>Whether a function answers with A2A's errors.</summary>
    public static bool Speaks(string function) => function.StartsWith("A2a", StringComparison.Ordinal);

    /// <summary>Notes the id of a call of JSON-RPC, for the answer to what goes wrong with it.</summary>
    public static void Note(HttpContext http, JsonNode? id) => http.Items[RpcId] = id;

    /// <summary>The answer to a failure.</summary>
    /// <param name="http">The request.</param>
    /// <param name="failure">What went wrong.</param>
    /// <param name="otherwise">The API's answer to it.</param>
    public static IResult Answer(HttpContext http, Exception failure, Func<IResult> otherwise)
    {
        if (failure is A2aException known)
        {
            return Answer(http, known.Error);
        }

        return otherwise() is ProblemAnswer problem ? Answer(http, problem.Problem, problem.RetryAfter) : Results.Empty;
    }

    /// <summary>A problem of the API.</summary>
    public static A2aErrorAnswer Answer(HttpContext http, Problem problem, TimeSpan? retryAfter = null)
    {
        var mayTryAgain = problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable;
        var seconds = (int)Math.Ceiling((retryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds);
        return Answer(
            http, A2aError.Of(problem), mayTryAgain ? seconds.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static A2aErrorAnswer Answer(HttpContext http, A2aError error, string? retryAfter = null)
    {
        var isRpc = http.Items.ContainsKey(RpcId) || IsRpc(http.Request);
        return new A2aErrorAnswer(error, isRpc, http.Items[RpcId] as JsonNode) { RetryAfter = retryAfter };
    }

    /// <summary>Before the function ran nobody noted anything: the address says which binding it is.</summary>
    private static bool IsRpc(HttpRequest request) => HttpMethods.IsPost(request.Method)
        && request.Path.Value is { } path
        && path.TrimEnd('/').Split('/') is [.., "agents", _];
}
