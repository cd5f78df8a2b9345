using DurableMesh.TaskHub;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DurableMesh.LocalHost;

/// <summary>
/// Lets requests pass where this host owns the task hub. Where another host does, the answer says at once which: a request would
/// only wait here, and what this host knows may be old. What writes passes only once it is certain that no other host does: it
/// waits for that at the start, and behind a time in which this host stood still. What reads is answered meanwhile as well.
/// </summary>
internal sealed class OwnerOnly(ITaskHubStatus hub, IOptions<TaskHubOptions> options, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext http, RequestDelegate run)
    {
        var state = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
            ? hub.State
            : await ConfirmAsync(http.RequestAborted);
        await (state switch
        {
            null => RefuseAsync(http),
            { Role: TaskHubRole.StandingBy } => RefuseAsync(http, state),
            _ => run(http),
        });
    }

    /// <summary>Null where it does not become certain in the time that a request may take.</summary>
    private async Task<TaskHubState?> ConfirmAsync(CancellationToken aborted)
    {
        var confirmation = hub.ConfirmAsync(aborted);
        if (confirmation.IsCompletedSuccessfully)
        {
            return confirmation.Result;
        }

        using var patience = new CancellationTokenSource(options.Value.RequestTimeout, time);
        try
        {
            return await confirmation.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static Task RefuseAsync(HttpContext http) => Problem.WriteAsync(
        http,
        StatusCodes.Status503ServiceUnavailable,
        "storage_unavailable",
        "It is not known yet who owns the task hub.",
        "The storage has not said in time whether this host may write. Nothing was written; send again in a moment.",
        retryAfterSeconds: 1);

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
