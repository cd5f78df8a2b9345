using DurableMesh.Functions.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Dashboard;

/// <summary>Tells a page that there is something new, and not what: the page asks for itself anew.</summary>
public sealed class LiveFunction(EventFunctions events)
{
    /// <summary><c>GET /live?thread=</c>, with the filters of <c>GET /api/events</c>.</summary>
    [Function(PageNames.Live)]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "live")] HttpRequest request, CancellationToken cancellation)
    {
        PageAnswer.Guard(request.HttpContext.Response);
        return events.TellAsync(request, cancellation);
    }
}
