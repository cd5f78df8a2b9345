using System.Collections.Frozen;
using System.Text.Json;
using DurableMesh.Core.Agents;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Events;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Surfaces;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Backups;
using DurableMesh.Functions.Http;

namespace DurableMesh.Functions.OpenApi;

/// <summary>
/// Every problem that the API answers with, as an example of itself: made by the code that makes the real ones, where there is
/// some.
/// </summary>
internal static class ProblemCatalogue
{
    private const string Thread = "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d";
    private static readonly DateTimeOffset At = new(2026, 11, 24, 9, 30, 0, TimeSpan.Zero);
    private static readonly LeaseView Lease = new("codecraft-builder", "forge:4711:8c1f", 5, At, At.AddMinutes(1), 3, "forge");

    private static readonly (string Path, string Code, string Message)[] Mistakes =
    [
        ("$", InputError.MalformedJson, "This is no JSON from line 1, column 3 on."),
        ("body", InputError.NotInteroperable, "This field stands twice; send it once."),
        ("$", InputError.TooDeep, "At line 1, column 40 this is nested deeper than 32 levels; flatten it."),
        ("?limits", InputError.UnknownField, "There is no parameter limits; there are state, limit, cursor."),
        ("brief.subject", InputError.Missing, "This is missing."),
        ("verdict", InputError.NotAllowed, "Only a message of kind verdict has this; leave it out or change the kind."),
        ("limits", InputError.WrongType, "This must be a JSON object, not a text."),
        ("priority", InputError.InvalidValue, "This must be one of H, M, L."),
        ("?limit", InputError.OutOfRange, "limit must be a whole number from 1 to 500."),
        ("why", InputError.ControlCharacter, "Character 3 is the control character U+001B; leave it out."),
        ("brief.subject", InputError.TooLong, "The text has 501 characters; at most 500 are allowed."),
        ("brief.acceptance[1].id", InputError.DuplicateId, "'AC-1' stands twice in this list; ids are unique."),
        ("artifacts[0].uri", InputError.LocalAddress, "This is a place on your machine, where the other party has nothing."),
        ("", "malformed_request", "The request is no HTTP."),
        ("?state", "unknown_value", "state must be one of starting, held, open, ended."),
        ("?cursor", "malformed_cursor", "cursor must be a cursor that an earlier page gave."),
        ("If-Match", "malformed_precondition", "The header must hold one entity tag as the ETag of an answer gave it."),
        ("Idempotency-Key", "malformed_key", "The header must stand once and hold 1 to 255 characters."),
        ("adapter.url", "address_refused", "The address is one of this machine's own network."),
        ("sequence", "unknown_message", "There is no message 9; the last one is 5."),
        ("rows", "contradictory_rows", "'a' and 'b' contradict each other. Make one narrower or newer."),
        ("steps[0].builder", WorkflowReader.UnknownAgent, "There is no agent 'bilder'; do you mean 'builder'?"),
        ("steps[1].after", WorkflowReader.UnknownStep, "There is no step 'frist'; do you mean 'first'?"),
        ("steps", WorkflowReader.Cycle, "The steps first and second wait for each other."),
        ("steps[0].company", "unknown_company", "There is no company 'Provoe'; do you mean 'Proveo'?"),
        ("cron", "never_fires", "The schedule never fires."),
        ("timeZone", "unknown_time_zone", "There is no time zone Europe/Olso."),
        ("", "no_route", "No company's domain fits the work; name the company or the builder."),
        ("", "ambiguous_route", "The work fits codecraft and vizu alike; name the company or the builder."),
        ("", "no_builder", "The company has no builder that is enabled."),
        ("id", "malformed_id", "A thread's id is a GUID in lower case, like 0f8fad5b-d9cb-469f-a165-70867728950e."),
        ("steps[0].company", "no_responder", "No enabled agent of 'vizu' verifies; name a responder."),
        ("steps[0].limits.costCapUsd", "budget_below_turn", "One turn may cost more than that."),
        ("", "no_verifier", "There is no verifier of another company that is enabled."),
    ];

    /// <summary>The codes that any route may answer with.</summary>
    public static IReadOnlyList<string> OfAll { get; } =
    [
        "key_missing", "key_unknown", "foreign_origin", "missing_scope", "too_many_keys", "overloaded", "internal_error",
        "storage_unavailable", "not_owner", "stopping",
    ];

    /// <summary>The codes of mistakes in a body or a query.</summary>
    public static IReadOnlyList<string> OfInput { get; } =
    [
        "invalid_request", InputError.MalformedJson, InputError.NotInteroperable, InputError.TooDeep, InputError.UnknownField,
        InputError.Missing, InputError.NotAllowed, InputError.WrongType, InputError.InvalidValue, InputError.OutOfRange,
        InputError.ControlCharacter, InputError.TooLong, InputError.DuplicateId, "malformed_request",
    ];

    /// <summary>The codes of evidence that does not hold.</summary>
    public static IReadOnlyList<string> OfEvidence { get; } =
        [.. Enum.GetNames<EvidenceFault>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>The codes of whatever reads a JSON body.</summary>
    public static IReadOnlyList<string> OfBody { get; } = ["body_too_large", "not_json"];

    /// <summary>All, by code.</summary>
    public static FrozenDictionary<string, Problem> All { get; } =
        Own().Concat(OfInputs()).Concat(Refused()).ToFrozenDictionary(problem => problem.Code);

    private static Problem[] Own() =>
    [
        Problems.KeyMissing(),
        Problems.KeyUnknown(),
        Problems.TooManyKeys(30),
        Problems.ForeignOrigin(),
        Denied(AccessDeniedException.MissingScope, "The key of agent:codecraft-builder does not allow to send."),
        Denied(AccessDeniedException.OperatorsOnly, "agent:codecraft-builder is an agent; this is for operators."),
        Denied(AccessDeniedException.ForgedSender, "The key is agent:codecraft-builder's, and speaks as nobody else."),
        Denied(AccessDeniedException.NotAParty, $"agent:codecraft-builder is no party of thread {Thread}."),
        Problems.UnknownPosition("The position is another store's. Begin anew, without a position."),
        Problems.EventsExpired("What followed the cursor is older than what is kept."),
        Problems.DeadLetterNotFound("wh-1a2b3c4d", "000001"),
        Problems.NotTaken("wh-1a2b3c4d", "It answered 500."),
        Problems.TooManyStreams(16, "one caller"),
        Problems.BodyTooLarge($"A request may have {RequestBody.MaximumBytes} bytes."),
        Problems.NotJson("text/plain"),
        Problems.TypeMissing(),
        Problems.ExperimentNotFound("csv-1"),
        Problems.ThreadNotFound(Thread),
        Problems.OrchestrationGone(Thread),
        Problems.Leased(Thread, Lease),
        Problems.AlreadyDone(Thread, Lease, 2),
        Problems.EvidenceNotBegun(Thread),
        Problems.ArtifactNotFound(Thread),
        Problems.ArtifactTooLarge(ArtifactRules.MaxBytes),
        Problems.TooManyArtifacts(Thread, Artifacts.ArtifactKeeper.MaxFiles, Artifacts.ArtifactKeeper.MaxTotalBytes),
        Problems.BinaryNotAllowed(Thread),
        Problems.AgentNotFound("no-such-agent"),
        Problems.AgentDisabled("codecraft-builder"),
        Problems.AuthorityVersionNotFound(7, 3),
        Problems.VersionRequired("The authority table"),
        Problems.IdempotencyConflict(Thread),
        Problems.NotHeld(Thread, "The hold was approved already."),
        Problems.StorageUnavailable("No answer in 10 s."),
        Problems.SearchUnavailable("The disk of the read model is full."),
        Problems.Overloaded("The task hub has 10000 events to take in."),
        Problems.Stopping(),
        BackupProblems.Running(),
        BackupProblems.HubNotHere(),
        Problems.InternalError("0f8fad5b-d9cb-469f-a165-70867728950e"),
        new()
        {
            Status = 409, Code = "thread_ended", Title = "The thread has ended.", ThreadId = Thread,
            Detail = "It ended as PASS; what it has can still be read.",
        },
        new()
        {
            Status = 409, Code = "thread_not_open", Title = "The thread is not open yet.", ThreadId = Thread,
            Detail = "The gate, or a person, has not let it in.",
        },
        OfGate("gate_denied", "The gate did not let the thread in.", "The MC task 101959 does not exist."),
        OfGate("not_authorized", "The pair may not use the mesh.", "No row of the authority table lets the pair use the mesh."),
        OfGate("trust_denied", "The trust zones do not allow the dialogue.", "The zone restricted may not speak to public."),
        new()
        {
            Status = 503, Code = "not_owner", Title = "Another host owns the task hub.",
            Detail = "This host stands by and takes over when the other one is gone.",
        },
    ];

    private static IEnumerable<Problem> OfInputs() => Mistakes
        .Select(error => Problems.InvalidRequest(error.Path, error.Code, error.Message))
        .Concat(OfEvidence.Except(Mistakes.Select(error => error.Code))
            .Select(code => Problems.InvalidRequest("entries[3]", code, "The file does not hold here.")))
        .Append(Problems.AmbiguousName("ann"))
        .Append(Problems.InvalidRequest(
        [
            new InputError("brief.subject", InputError.Missing, "This is missing."),
            new InputError("limits.maxTurn", InputError.UnknownField, "There is no such field; do you mean 'maxTurns'?"),
        ]));

    private static IEnumerable<Problem> Refused() =>
        ((ChangeRefusal[])
        [
            AgentRegistry.CompanyNotFound("no-such-company"),
            WebhookBook.NotFound("wh-1a2b3c4d"),
            TaskBoard.NotFound("101960"),
            SurfaceBoard.NotFound(SurfaceKind.Cron, "nightly"),
            SurfaceBoard.NotFound(SurfaceKind.AgentFactory, "fixer"),
            WorkflowRules.NotFound(Thread),
            new(RefusalKind.VersionMismatch, "version_mismatch", "It is at version 4 by now. Read it again."),
            new(RefusalKind.Invalid, "scope_not_for_agents", "An agent may read and send; to operate is for operators' keys."),
            new(RefusalKind.NotFound, "key_not_found", "There is no key 5d41402a."),
            new(RefusalKind.Conflict, "key_rotated", "Key 5d41402a was rotated already."),
            new(RefusalKind.Conflict, "key_not_usable", "Key 5d41402a is revoked. Issue a new key."),
            new(RefusalKind.Conflict, "key_exists", "There is a key 5d41402a already. Ask for another one."),
            new(RefusalKind.Conflict, "company_in_use", "The company has agents; remove them first."),
            new(RefusalKind.Conflict, "name_taken", "Another agent answers to 'builder'."),
            new(RefusalKind.Conflict, "task_exists", "There is another task 101959."),
            new(RefusalKind.Conflict, "illegal_transition", "Task 101959 is done, which is final. Create another task."),
            new(RefusalKind.Conflict, "evidence_missing", "A task is done with evidence; name a thread that passed."),
            new(RefusalKind.Conflict, "evidence_unknown", "The task has no such evidence."),
            new(RefusalKind.Forbidden, "not_task_owner", "Only the owner may say that the task is done."),
            new(RefusalKind.Conflict, "baseline_full", "The baseline has as many lines as it takes."),
            new(RefusalKind.NotFound, "baseline_not_found", "No line of the file counts."),
            new(RefusalKind.Conflict, "webhook_exists", "There is a webhook wh-1a2b3c4d already."),
            new(RefusalKind.Conflict, "webhook_of_settings", "It is one of the host's settings, and changed there."),
            new(RefusalKind.Conflict, "too_many_webhooks", "There are as many webhooks as there may be."),
            new(RefusalKind.Conflict, "experiments_full", "The mesh keeps 1000 experiments, and has as many."),
            new(RefusalKind.Conflict, "surface_exists", "There is another one called 'fixer'."),
            new(RefusalKind.Conflict, "surface_ended", "It has ended, and starts nothing any more."),
            new(RefusalKind.Conflict, "max_runs", "Agent 'fixer' takes 2 tasks, and has had them all."),
            new(RefusalKind.Conflict, "workflow_not_ended", "The workflow has not ended; there is no result yet."),
            new(RefusalKind.Conflict, "workflow_not_passed", "The workflow ended as BLOCKED; there is nothing to hand over."),
            new(RefusalKind.Conflict, "plumbing_only", "All answers are plumbing; say so with plumbing: true."),
        ])
        .Select(Problems.OfRefusal);

    private static Problem Denied(string code, string detail) => Problems.AccessDenied(new AccessDeniedException(code, detail));

    private static Problem OfGate(string code, string title, string detail) =>
        new() { Status = 403, Code = code, Title = title, Detail = detail, ThreadId = Thread };
}
