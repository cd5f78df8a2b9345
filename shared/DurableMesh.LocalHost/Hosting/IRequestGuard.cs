using Microsoft.AspNetCore.Http;

namespace DurableMesh.LocalHost;

/// <summary>
/// Stands in front of every route of a local host: functions, the management API, and what is no route at all. Register one to
/// decide who may pass; without one <see cref="LocalRequest.IsFromHere"/> does.
/// </summary>
public interface IRequestGuard
{
    /// <summary>Looks at a request before anything else does.</summary>
    /// <param name="http">The request.</param>
    /// <param name="isManagement">Whether it is for the management API, which can do anything to any orchestration.</param>
    /// <returns>The answer to a request that may not pass; null where it may.</returns>
    /// <exception cref="IOException">What decides cannot be read now: 503.</exception>
    ValueTask<IResult?> CheckAsync(HttpContext http, bool isManagement);
}
