using Microsoft.AspNetCore.Http;

namespace DurableMesh.LocalHost;

/// <summary>Asks the app's guard about every request, or takes this machine's alone where the app has none.</summary>
internal sealed class FrontDoor(HttpFailures failures, IEnumerable<IRequestGuard> guards)
{
    private readonly IRequestGuard? _guard = guards.LastOrDefault();

    public RequestDelegate InFrontOf(RequestDelegate next) => async http =>
    {
        IResult? refusal;
        try
        {
            refusal = await CheckAsync(http);
        }
        catch (Exception error)
        {
            await failures.AnswerAtStorageAsync(http, error);
            return;
        }

        await (refusal?.ExecuteAsync(http) ?? next(http));
    };

    private ValueTask<IResult?> CheckAsync(HttpContext http) =>
        _guard?.CheckAsync(http, DurableTaskManagement.IsFor(http))
        ?? new(LocalRequest.IsFromHere(http.Request) ? null : Foreign);

    private static IResult Foreign { get; } = new ProblemResult(new Problem(
        StatusCodes.Status403Forbidden,
        "foreign_origin",
        "This host serves this machine only.",
        "The request's Host or Origin is another machine's, or another site's page sent it. Ask for 127.0.0.1 or localhost."));

    private sealed class ProblemResult(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Problem.WriteAsync(httpContext, problem);
    }
}
