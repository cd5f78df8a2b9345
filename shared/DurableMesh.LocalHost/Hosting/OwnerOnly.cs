using DurableMesh.TaskHub;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>
/// Lets requests pass where this host owns the task hub, or will in a moment. Where another host does, the answer says at once
/// which: a request would only wait here, and what this host knows may be old.
/// </summary>
internal sealed class OwnerOnly(ITaskHubStatus hub, IOptions<TaskHubOptions> options)
{
    public Task InvokeAsync(HttpContext http, RequestDelegate run) =>
        hub.State is { Role: TaskHubRole.StandingBy } state ? RefuseAsync(http, state) : run(http);

    private Task RefuseAsync(HttpContext http, TaskHubState state)
    {
        var name = options.Value.HubName;
        var detail = state.Owner is { } owner
            ? $"Task hub '{name}' is owned by process {owner.ProcessId} on {owner.Machine}"
                + (owner.Address is { } address ? $" ({address}): ask there. " : ". ")
            : $"Another host owns task hub '{name}'. ";
        return Problem.WriteAsync(
            http,
            new Problem(
                StatusCodes.Status503ServiceUnavailable,
                "not_owner",
                "This host is standing by.",
                detail + "This host takes over when that one ends.",
                state.Owner?.Address),
            retryAfterSeconds: 1);
    }
}
