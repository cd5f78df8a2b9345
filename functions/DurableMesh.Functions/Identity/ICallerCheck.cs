using DurableMesh.Core.Identity;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Identity;

/// <summary>
/// Looks again who a request comes from: its key may have been revoked, or have expired, while it was answered.
/// </summary>
public interface ICallerCheck
{
    /// <summary>Who the request comes from now.</summary>
    /// <param name="http">The request.</param>
    /// <param name="asked">What it asks for, for the log.</param>
    /// <exception cref="Exception">Its key does not work any more.</exception>
    ValueTask<Caller> CheckAsync(HttpContext http, string asked);
}
