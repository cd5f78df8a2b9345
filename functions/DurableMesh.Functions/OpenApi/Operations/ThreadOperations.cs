using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using static DurableMesh.Functions.OpenApi.ApiAnswer;
using static DurableMesh.Functions.OpenApi.ApiParameter;

namespace DurableMesh.Functions.OpenApi.Operations;

/// <summary>The routes of threads, described.</summary>
internal static class ThreadOperations
{
    public static ApiGroup Group { get; } = new(
        "Threads",
        "A thread is one bounded dialogue between an initiator and a responder about one MC task.",
        [
            new("StartThread", "Start a thread")
            {
                Remarks = "The gate lets it in, denies it or holds it for a person. A thread that is denied exists, has ended as "
                    + "BLOCKED, and has evidence: the problem names it in threadId.",
                Headers = [IdempotencyKey],
                Body = ApiBody.Of(RequestReader.ReadStartThread),
                Answers =
                [
                    Of<ThreadView>(201, "The thread is open.", "Location"),
                    Ok<ThreadView>("The key was used before: the thread that it started.", "Location"),
                    Of<ThreadView>(202, "It is held for a person, or the gate has not spoken in time.", "Location"),
                ],
                Problems =
                [
                    "gate_denied", "not_authorized", "trust_denied", "forged_sender", "idempotency_conflict", "malformed_key",
                    "not_a_party",
                ],
            },
            new("ListThreads", "List threads, newest first")
            {
                Query =
                [
                    Text("q", "Only threads with a message that has all these words; \"phrases\" and beginnings* too."),
                    OneOf<ThreadPhase>("state", "Only threads that are there."),
                    OneOf<EndState>("endState", "Only threads that ended so."),
                    Text("agent", "Only an agent's threads, by id or alias."),
                    Text("company", "Only threads of a company's agents, by its id."),
                    Text("mcTask", "Only threads about an MC task."),
                    Text("idPrefix", "Only threads whose id begins so."),
                    Number("limit", "The most threads of a page.", 1, 500, 50),
                    Text("cursor", "The nextCursor of the page before."),
                ],
                Answers = [Ok<ThreadsPage>("A page of them.")],
                Problems = ["unknown_value", "invalid_value", "malformed_cursor", "unknown_position", "search_unavailable"],
            },
            new("GetThread", "Get a thread")
            {
                Remarks = "Where it is, whose move it is, and who is at work on it.",
                IsOfThread = true,
                Answers = [Ok<ThreadView>("The thread.")],
            },
            new("SendMessage", "Send a message")
            {
                Remarks = "The same messageId with the same content is accepted once, however often it is sent.",
                IsOfThread = true,
                Body = ApiBody.Of(RequestReader.ReadSendMessage),
                Answers =
                [
                    Ok<Receipt>("Accepted and durable; or a duplicate, with the sequence of the first one."),
                    Of<Receipt>(202, "Not decided in time; the transcript tells, at Location.", "Location"),
                    Of<Receipt>(409, "Rejected; reason says why."),
                ],
                Problems = ["forged_sender", "orchestration_gone", InputError.LocalAddress],
            },
            new("ReadMessages", "Await a thread's messages")
            {
                IsOfThread = true,
                Query =
                [
                    Number("after", "Only messages with a greater sequence.", 0, int.MaxValue, 0),
                    Text("to", "Only messages to a party, by id or alias."),
                    Duration("wait", "How long to wait for news: up to PT60S. The answer comes with the first of it."),
                ],
                Answers = [Ok<MessagesPage>("The messages, by sequence; none where none came in time.")],
                Problems = ["unknown_position"],
            },
            new("ReserveMoney", "Keep money for a call before it is made")
            {
                Remarks = "What the party reserved before is replaced.",
                IsOfThread = true,
                Body = ApiBody.Of(RequestReader.ReadReservation),
                Answers =
                [
                    Ok<Receipt>("It is kept."),
                    Of<Receipt>(202, "Not decided in time."),
                    Of<Receipt>(409, "Rejected: the call must not be made. cost_cap has ended the thread, day_budget has not."),
                ],
                Problems = ["forged_sender", "orchestration_gone"],
            },
            new("LeaseMessage", "Claim a message before working on it")
            {
                Remarks = "Asking again renews the claim; done gives it up, and nobody gets the message any more.",
                IsOfThread = true,
                Body = ApiBody.Of(RequestReader.ReadLease),
                Answers = [Ok<LeaseView>("The lease.")],
                Problems = ["leased", "already_done", "thread_ended", "forged_sender", "unknown_message"],
            },
            new("CancelThread", "Cancel a thread")
            {
                IsOfThread = true,
                Body = ApiBody.Of(RequestReader.ReadCancel),
                Answers = [Of<Receipt>(202, "It ends, or has ended.")],
                Problems = ["forged_sender", "ambiguous_name"],
            },
            new("DecideThread", "Decide about a held thread")
            {
                Remarks = "For good: approve opens it with its full ttl, deny ends it as gate_denied.",
                IsOfThread = true,
                Body = ApiBody.Of(RequestReader.ReadDecision),
                Answers = [Of<Receipt>(202, "It is decided.")],
                Problems = ["not_held", "forged_sender", "orchestration_gone"],
            },
            new("ReadEvidence", "Get a thread's evidence")
            {
                Remarks = "The file that anyone can check offline (mesh evidence verify). While the thread is open, final is "
                    + "false.",
                IsOfThread = true,
                Answers = [Ok<EvidenceFile>("The evidence, or what there is so far.")],
                Problems = ["evidence_not_begun"],
            },
            new("PutArtifact", "Keep a file for the other party")
            {
                Remarks = "The body is the file's bytes, up to 32 MiB. Its type is application/octet-stream or the file's own, "
                    + "but none that a form sends.",
                IsOfThread = true,
                Query =
                [
                    Text("from", "The party that puts it.") with { IsRequired = true },
                    Text("name", "The file's name, without a path: 1 to 255 bytes.") with { IsRequired = true },
                ],
                Body = ApiBody.Bytes,
                Answers =
                [
                    Of<KeptArtifact>(201, "It is kept; a message names it so.", "Location"),
                    Ok<KeptArtifact>("The thread has it already.", "Location"),
                ],
                Problems =
                [
                    "binary_not_allowed", "trust_denied", "forged_sender", "thread_ended", "thread_not_open",
                    "too_many_artifacts", "artifact_too_large", "unsupported_type",
                ],
            },
            new("GetArtifact", "Get a file")
            {
                IsOfThread = true,
                Headers = [Text("If-None-Match", "The ETag of what the caller has.")],
                Answers =
                [
                    new(200, "The bytes, as a download.", null)
                    {
                        OtherMediaType = "application/octet-stream",
                        Headers = ["ETag", "Content-Disposition"],
                    },
                    new(304, "The caller has it.", null) { Headers = ["ETag"] },
                ],
                Problems = ["artifact_not_found"],
            },
        ])
    {
        Path = new Dictionary<string, string>
        {
            ["id"] = "The thread's id.",
            ["sha256"] = "SHA-256 of the file, 64 hexadecimal digits in lower case.",
        },
    };
}
