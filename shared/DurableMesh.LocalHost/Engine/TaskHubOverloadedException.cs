using Microsoft.AspNetCore.Http;

namespace DurableMesh.LocalHost.Engine;

/// <summary>
/// The partition has as much to do as it may take in, or one instance has more than its share. Nothing of the request happened:
/// come back later. It carries the HTTP status 429, so that an app can tell it from an outage without knowing this host.
/// </summary>
internal sealed class TaskHubOverloadedException(string message)
    : BadHttpRequestException(message, StatusCodes.Status429TooManyRequests);
