using System.Globalization;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Http;

/// <summary>Every problem that the HTTP API knows besides those of the gate, in one place.</summary>
internal static class Problems
{
    /// <summary>The request's body, query or route is wrong; all that is wrong at once.</summary>
    public static Problem InvalidRequest(IReadOnlyList<InputError> errors) =>
        errors.FirstOrDefault(error => error.Code == "body_too_large") is { } tooLarge
            ? BodyTooLarge(tooLarge.Message) with { Errors = errors }
            : new Problem
            {
                Status = StatusCodes.Status400BadRequest,
                Code = errors.Count == 1 ? errors[0].Code : "invalid_request",
                Title = errors.Count == 1 ? "The request has a mistake." : $"The request has {errors.Count} mistakes.",
                Detail = errors.Count == 1 ? errors[0].Message : "Each is listed in errors.",
                Errors = errors,
            };

    public static Problem InvalidRequest(string path, string code, string message) =>
        InvalidRequest([new InputError(path, code, message)]);

    public static Problem NobodyNamed() => InvalidRequest("by", InputError.Missing, "This is missing: who does it?");

    /// <summary>A name that an agent and an operator have.</summary>
    public static Problem AmbiguousName(string name) => InvalidRequest(
        "", "ambiguous_name", $"Both an agent and an operator are called '{name}'; write agent:{name} or operator:{name}.");

    /// <summary>A place to go on from that does not exist here.</summary>
    public static Problem UnknownPosition(string detail) => new()
    {
        Status = StatusCodes.Status400BadRequest,
        Code = "unknown_position",
        Title = "There is nothing to go on from.",
        Detail = detail,
    };

    /// <summary>What followed a cursor is not kept any more.</summary>
    public static Problem EventsExpired(string detail) => new()
    {
        Status = StatusCodes.Status410Gone,
        Code = "events_expired",
        Title = "The events are not kept any more.",
        Detail = detail + " Begin anew: with since= for those that are kept, or without a position for what comes.",
    };

    public static Problem DeadLetterNotFound(string sink, string letter) => NotFound(
        "dead_letter_not_found",
        "There is no such dead letter.",
        $"Webhook {sink} has no dead letter {letter}; it may have been sent already.");

    /// <summary>A sink was told once more, and did not take it.</summary>
    public static Problem NotTaken(string sink, string why) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "not_taken",
        Title = "The receiver did not take it.",
        Detail = $"Webhook {sink}: {why} The dead letter is kept.",
    };

    public static Problem TooManyStreams(int most, string whose) => new()
    {
        Status = StatusCodes.Status429TooManyRequests,
        Code = "too_many_streams",
        Title = "Too many event streams are open.",
        Detail = $"There may be {most} streams of {whose} at once. Close one, or follow several threads in one stream.",
    };

    public static Problem BodyTooLarge(string detail) => new()
    {
        Status = StatusCodes.Status413PayloadTooLarge,
        Code = "body_too_large",
        Title = "The request is too large.",
        Detail = detail,
    };

    public static Problem ExperimentNotFound(string id) => NotFound(
        "experiment_not_found",
        "There is no such experiment.",
        $"No experiment {id} was published. 'mesh experiment publish EVIDENCE' publishes one.");

    public static Problem ThreadNotFound(string threadId) => NotFound(
        "thread_not_found",
        "There is no such thread.",
        $"There is no thread {threadId}.",
        threadId);

    /// <summary>
    /// Nobody can take in what was sent. The thread may have another hub's orchestration, so it is not ended before its time.
    /// </summary>
    public static Problem OrchestrationGone(string threadId) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "orchestration_gone",
        Title = "The thread cannot go on.",
        Detail = "The task hub does not have the thread's orchestration (it was purged, or this host uses another hub). The "
            + "thread ends by itself a minute after its deadline; to end it now, cancel it "
            + "(POST /threads/{id}/cancel, mesh cancel).",
        ThreadId = threadId,
    };

    public static Problem ThreadEnded(ThreadView thread) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "thread_ended",
        Title = "The thread is over.",
        Detail = $"It ended as {thread.EndState?.ToString().ToUpperInvariant()}; nobody need do anything for it any more.",
        ThreadId = thread.ThreadId,
    };

    /// <summary>Another runner of the agent is at work.</summary>
    public static Problem Leased(string threadId, LeaseView lease) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "leased",
        Title = "Another runner of the agent is at work.",
        Detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{lease.Holder}{(lease.Device is null ? "" : $" on {lease.Device}")} has message {lease.Sequence} since "
                + $"{lease.Since:yyyy-MM-dd HH:mm:ss'Z'}, until {lease.ExpiresAt:yyyy-MM-dd HH:mm:ss'Z'} unless it renews its "
                + $"lease. Leave the message to it, and ask again then."),
        ThreadId = threadId,
        Lease = lease,
    };

    /// <summary>A message that nobody gets any more.</summary>
    public static Problem AlreadyDone(string threadId, LeaseView lease, int sequence) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "already_done",
        Title = "A runner of the agent has done with the message.",
        Detail = sequence <= lease.DoneThrough
            ? $"Everything up to message {lease.DoneThrough} is done with; leave message {sequence} alone."
            : $"{lease.Holder} has moved on to message {lease.Sequence}; leave message {sequence} alone.",
        ThreadId = threadId,
        Lease = lease,
    };

    public static Problem EvidenceNotBegun(string threadId) => new()
    {
        Status = StatusCodes.Status404NotFound,
        Code = "evidence_not_begun",
        Title = "There is no evidence yet.",
        Detail = "There is no evidence yet, as the gate has not spoken about the thread. Ask again in a moment.",
        ThreadId = threadId,
    };

    public static Problem ArtifactNotFound(string threadId) => NotFound(
        "artifact_not_found",
        "The thread has no such artifact.",
        "The thread has no file with this SHA-256. What only a message names is kept where its uri says.",
        threadId);

    public static Problem ArtifactTooLarge(int maximum) => new()
    {
        Status = StatusCodes.Status413PayloadTooLarge,
        Code = "artifact_too_large",
        Title = "The artifact is too large.",
        Detail = $"An artifact may have {maximum} bytes. Pack it, take it apart, or put it where the other agent can fetch it.",
    };

    public static Problem TooManyArtifacts(string threadId, int files, long bytes) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "too_many_artifacts",
        Title = "The thread has as many artifacts as it may have.",
        Detail = $"A thread keeps {files} artifacts of {bytes >> 20} MiB together, and nothing is thrown away.",
        ThreadId = threadId,
    };

    /// <summary>In a file that is no text nothing can be looked for, so nothing of it may leave.</summary>
    public static Problem BinaryNotAllowed(string threadId) => new()
    {
        Status = StatusCodes.Status403Forbidden,
        Code = "binary_not_allowed",
        Title = "The trust zones let only text through.",
        Detail = "What this agent says in the thread is redacted, and a file that is no text (UTF-8 without NUL) cannot be. Send "
            + "it as text, or have the policy allow the direction.",
        ThreadId = threadId,
    };

    public static Problem TrustDenied(string threadId) => new()
    {
        Status = StatusCodes.Status403Forbidden,
        Code = "trust_denied",
        Title = "The trust zones do not allow it.",
        Detail = "What this agent has may not reach the other party.",
        ThreadId = threadId,
    };

    /// <summary>The dialogue does not run: not yet, or not any more.</summary>
    public static Problem ThreadNotOpen(ThreadView thread) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = thread.State == ThreadPhase.Ended ? "thread_ended" : "thread_not_open",
        Title = thread.State == ThreadPhase.Ended ? "The thread has ended." : "The thread is not open yet.",
        Detail = thread.State == ThreadPhase.Ended
            ? $"It ended as {thread.EndState?.ToString().ToUpperInvariant()}; what it has can still be read."
            : "The gate, or a person, has not let it in.",
        ThreadId = thread.ThreadId,
    };

    public static Problem AgentNotFound(string agentId) => NotFound(
        "agent_not_found",
        "There is no such agent.",
        $"There is no agent {agentId}, by id or by alias.");

    public static Problem AgentDisabled(string agentId) => new()
    {
        Status = StatusCodes.Status403Forbidden,
        Code = "agent_disabled",
        Title = "The agent is disabled.",
        Detail = $"Agent {agentId} receives nothing until an operator enables it again (mesh agents enable).",
    };

    public static Problem AuthorityVersionNotFound(int version, int newest) => NotFound(
        "version_not_found",
        "There is no such version.",
        $"The authority table has the versions 0 to {newest}, and no {version}.");

    /// <summary>A change that must say which version it was made for, and does not.</summary>
    public static Problem VersionRequired(string what) => new()
    {
        Status = StatusCodes.Status428PreconditionRequired,
        Code = "version_required",
        Title = "The request does not say what it changes.",
        Detail = $"{what} is replaced as a whole: send If-Match with the ETag that GET gave (If-None-Match: * where it gave "
            + "none), so that nobody's change is lost.",
    };

    /// <summary>Every browser sends some types for any page; JSON it sends for its own site's alone.</summary>
    public static Problem NotJson(string? type) => new()
    {
        Status = StatusCodes.Status415UnsupportedMediaType,
        Code = "not_json",
        Title = "The mesh reads JSON only.",
        Detail = $"The request's Content-Type is {type ?? "missing"}; send application/json.",
    };

    public static Problem TypeMissing() => new()
    {
        Status = StatusCodes.Status415UnsupportedMediaType,
        Code = "unsupported_type",
        Title = "The upload does not say what it is.",
        Detail = "Send the bytes with Content-Type: application/octet-stream, or with the file's own type if that is no form's "
            + "and not text/plain.",
    };

    public static Problem KeyMissing() => new()
    {
        Status = StatusCodes.Status401Unauthorized,
        Code = "key_missing",
        Title = "The request has no key.",
        Detail = "Send it with Authorization: Bearer dmk_…; the command line takes the key from --key or MESH_KEY.",
    };

    /// <summary>The same for every reason, so that nobody learns which keys there are; the log has the reason.</summary>
    public static Problem KeyUnknown() => new()
    {
        Status = StatusCodes.Status401Unauthorized,
        Code = "key_unknown",
        Title = "The key does not work.",
        Detail = "It is unknown, revoked or expired, or its agent is gone. "
            + "The host's log says which; an operator can issue another.",
    };

    public static Problem TooManyKeys(int limit) => new()
    {
        Status = StatusCodes.Status429TooManyRequests,
        Code = "too_many_keys",
        Title = "Too many keys did not work.",
        Detail = $"More than {limit} keys from your address failed within a minute. Wait, and send one that works.",
    };

    public static Problem ForeignOrigin() => new()
    {
        Status = StatusCodes.Status403Forbidden,
        Code = "foreign_origin",
        Title = "Without a key the mesh serves this machine only.",
        Detail = "The request's Host or Origin is another machine's, or a page of another site sent it. Ask for 127.0.0.1 or "
            + "localhost, or send a key.",
    };

    public static Problem AccessDenied(AccessDeniedException denied) => new()
    {
        Status = StatusCodes.Status403Forbidden,
        Code = denied.Code,
        Title = "That is not yours to do.",
        Detail = denied.Message,
    };

    public static Problem IdempotencyConflict(string threadId) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "idempotency_conflict",
        Title = "The Idempotency-Key was used for another request.",
        Detail = "A key stands for one request body: send the first body again, or take a new key.",
        ThreadId = threadId,
    };

    /// <summary>What the gate has against a thread, or null when it did not refuse it.</summary>
    public static Problem? OfGate(ThreadView thread)
    {
        var (code, title) = thread.Reason switch
        {
            EndReason.GateDenied => ("gate_denied", "The gate did not let the thread in."),
            EndReason.NotAuthorized => ("not_authorized", "The pair may not use the mesh."),
            EndReason.TrustDenied => ("trust_denied", "The trust zones do not allow the dialogue."),
            _ => ("", ""),
        };
        return code.Length == 0 ? null : new Problem
        {
            Status = StatusCodes.Status403Forbidden,
            Code = code,
            Title = title,
            Detail = thread.Detail,
            ThreadId = thread.ThreadId,
        };
    }

    /// <summary>A change that the state it was meant for did not take.</summary>
    public static Problem OfRefusal(ChangeRefusal refusal)
    {
        var (status, title) = refusal.Kind switch
        {
            RefusalKind.NotFound => (StatusCodes.Status404NotFound, "There is no such thing."),
            RefusalKind.VersionMismatch => (StatusCodes.Status412PreconditionFailed, "Somebody else changed it first."),
            RefusalKind.Conflict => (StatusCodes.Status409Conflict, "Its state does not allow that."),
            RefusalKind.Forbidden => (StatusCodes.Status403Forbidden, "That is not yours to do."),
            _ => (StatusCodes.Status400BadRequest, "The change contradicts itself."),
        };
        return new Problem { Status = status, Code = refusal.Code, Title = title, Detail = refusal.Detail };
    }

    public static Problem NotHeld(string threadId, string detail) => new()
    {
        Status = StatusCodes.Status409Conflict,
        Code = "not_held",
        Title = "The thread does not wait for a decision.",
        Detail = detail,
        ThreadId = threadId,
    };

    public static Problem StorageUnavailable(string detail) => new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Code = "storage_unavailable",
        Title = "The storage does not answer.",
        Detail = detail + " Nothing is half-written: send the same request again.",
    };

    public static Problem SearchUnavailable(string detail) => new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Code = "search_unavailable",
        Title = "Nothing can be looked for now.",
        Detail = detail + " All else goes on: lists without q, too.",
    };

    public static Problem Overloaded(string detail) => new()
    {
        Status = StatusCodes.Status429TooManyRequests,
        Code = "overloaded",
        Title = "The mesh has as much to do as it takes.",
        Detail = detail + " Nothing has happened: send the same request again in a moment.",
    };

    public static Problem Stopping() => new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Code = "stopping",
        Title = "The host is stopping.",
        Detail = "Send the same request again in a moment.",
    };

    public static Problem InternalError(string invocationId) => new()
    {
        Status = StatusCodes.Status500InternalServerError,
        Code = "internal_error",
        Title = "The mesh failed to handle the request.",
        Detail = $"The host's log has the cause under the id {invocationId}.",
    };

    private static Problem NotFound(string code, string title, string detail, string? threadId = null) => new()
    {
        Status = StatusCodes.Status404NotFound,
        Code = code,
        Title = title,
        Detail = detail,
        ThreadId = threadId,
    };
}
