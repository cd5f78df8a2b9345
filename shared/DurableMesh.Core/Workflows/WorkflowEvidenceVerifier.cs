using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;

namespace DurableMesh.Core.Workflows;

/// <summary>
/// Checks the evidence of a run offline: its chain, its steps against the rules of a run, its sums, and, where they are at hand,
/// the evidence of its threads against the heads that it pins. Total, as <see cref="EvidenceVerifier"/> is.
/// </summary>
public static class WorkflowEvidenceVerifier
{
    /// <summary>Whether a file says that it is the evidence of a workflow.</summary>
    /// <param name="utf8">The file's content.</param>
    public static bool IsWorkflow(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("format", out var format)
                && format.ValueKind == JsonValueKind.String
                && format.ValueEquals(WorkflowEvidence.CurrentFormat);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Checks the evidence of a run.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <param name="pinnedHead">The chain's head as somebody kept it elsewhere; null for none.</param>
    /// <param name="threads">
    /// Finds the evidence of a thread by its id, null where it is not there; null where no threads are to be looked at.
    /// </param>
    public static WorkflowReport Verify(
        ReadOnlyMemory<byte> utf8, string? pinnedHead = null, Func<string, ReadOnlyMemory<byte>?>? threads = null)
    {
        try
        {
            var summary = CanonicalJson.Canonicalize(utf8.Span, exceptMember: "entries");
            using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
            return document.RootElement.TryGetProperty("entries", out var entries)
                && entries.ValueKind == JsonValueKind.Array && entries.GetArrayLength() > 0
                    ? new Verification(summary, entries).Run(pinnedHead, threads)
                    : Unusable("The evidence of a workflow is a JSON object whose entries begin with its opening.");
        }
#pragma warning disable CA1031 // A forged file can break any assumption; that is a finding, never a crash.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Unusable(e.Message);
        }
    }

    private static WorkflowReport Unusable(string message) => new(
        null, Final: false, null, null, 0, null, 0, 0, 0,
        [new EvidenceFinding(EvidenceFault.NoEvidence, null, null, "$", message)]);

    private sealed class Verification(byte[] summary, JsonElement rawEntries)
    {
        private readonly EntryChain<WorkflowEntry> _chain = new(rawEntries, entry => entry.Event.GetType().Name);

        public WorkflowReport Run(string? pinnedHead, Func<string, ReadOnlyMemory<byte>?>? threads)
        {
            _chain.Read();
            _chain.Check(pinnedHead);
            var run = _chain.Findings.Count == 0 ? Replay() : null;
            var file = run is null ? null : WorkflowEvidence.Of(run);
            if (file is not null)
            {
                _chain.Compare(file, summary, "The file says something else than its entries.");
            }

            var looked = run is null || threads is null ? 0 : file!.Threads.Count(thread => CheckThread(run, thread, threads));
            return new WorkflowReport(
                file?.WorkflowId,
                file?.Final ?? false,
                file?.EndState,
                file?.Reason,
                rawEntries.GetArrayLength(),
                file?.Chain.Head,
                file?.CostUsd ?? 0,
                file?.Threads.Count(thread => thread.Head is not null) ?? 0,
                looked,
                _chain.Findings);
        }

        /// <summary>Asks the rules again for all that was asked, and compares what they make of it.</summary>
        private WorkflowRun? Replay()
        {
            WorkflowRun? run = null;
            for (var index = 0; index < _chain.Entries.Count;)
            {
                var happened = _chain.Entries[index].Event;
                if (ChangeOf(run, happened) is not var (change, by))
                {
                    Broken(index, "By the rules of a workflow this cannot happen here.");
                    return null;
                }

                var (next, refusal) = WorkflowRules.Decide(run, change, happened.At, by);
                if (next is null || refusal is not null || next.Entries.Count <= index)
                {
                    Broken(index, refusal?.Detail ?? "By the rules of a workflow this cannot happen here.");
                    return null;
                }

                for (; index < next.Entries.Count; index++)
                {
                    if (index >= _chain.Entries.Count || next.Entries[index].Hash != _chain.Entries[index].Hash)
                    {
                        var expected = next.Entries[index].Event.GetType().Name;
                        Broken(
                            Math.Min(index, _chain.Entries.Count - 1),
                            $"By the rules of a workflow a {expected} comes here, with other content.");
                        return null;
                    }
                }

                run = next;
            }

            return run;
        }

        private static (WorkflowChange Change, string By)? ChangeOf(WorkflowRun? run, WorkflowEvent happened) => happened switch
        {
            WorkflowOpened opened => (new BeginWorkflow(opened.Workflow), ""),
            StepStarted started when run?.Find(started.Step) is { } step && Hands(run, step.Plan, started) => (
                new StartStep(
                    run.Start.WorkflowId,
                    new StepMove(started.Step, started.Attempt, started.CostCapUsd),
                    started.ThreadId,
                    started.HandedOn)
                {
                    Earlier = started.Earlier,
                    Brief = started.Brief,
                },
                ""),
            StepEnded ended => (new EndStep(run?.Start.WorkflowId ?? "", ended.Step, ended.Attempt, ended.Result), ""),
            StepDecided decided => (
                new DecideStep(run?.Start.WorkflowId ?? "", decided.Step, decided.Decision, decided.Why), decided.By),
            WorkflowStopped
            {
                Reason: WorkflowReason.Cancelled or WorkflowReason.TtlExpired or WorkflowReason.InternalError,
            } stopped => (new StopWorkflow(run?.Start.WorkflowId ?? "", stopped.Reason, stopped.Detail), stopped.By ?? ""),
            WorkflowFinalized final => (
                new FinalizeWorkflow(run?.Start.WorkflowId ?? "", final.Plumbing, final.Why), final.By),
            _ => null,
        };

        /// <summary>What was handed on is what the earlier steps ended with; only files are the next thread's own.</summary>
        private static bool Hands(WorkflowRun run, PlannedStep step, StepStarted started) =>
            WorkflowPlan.HandedTo(run, step).Select(one => (one.Step, one.Company, one.EndState, one.Head, one.Evidence))
                .SequenceEqual(started.HandedOn.Select(one => (one.Step, one.Company, one.EndState, one.Head, one.Evidence)))
            && Tells(WorkflowPlan.EarlierOf(run, step), started);

        /// <summary>The brief of a further try tells of all that came before, as they ended.</summary>
        private static bool Tells(IReadOnlyList<EarlierTry> tries, StepStarted started) => tries.Count == 0
            ? started is { Earlier: null, Brief: null }
            : started.Brief is not null && tries.Select(Outline).SequenceEqual((started.Earlier ?? []).Select(Outline));

        private static (int, string, EndState, EndReason, string?, string?, string) Outline(EarlierTry one) => (
            one.Attempt, one.ThreadId, one.EndState, one.Reason, one.Head, one.Submission, string.Join('\n', one.Failed));

        private bool CheckThread(WorkflowRun run, PinnedThread pinned, Func<string, ReadOnlyMemory<byte>?> threads)
        {
            if (pinned.Head is null)
            {
                return false;
            }

            var place = $"threads[{pinned.Step}]";
            if (threads(pinned.ThreadId) is not { } utf8)
            {
                Add(
                    EvidenceFault.ThreadMissing,
                    null,
                    place,
                    "The evidence of this step's thread is not there.",
                    pinned.ThreadId,
                    null);
                return false;
            }

            var report = EvidenceVerifier.Verify(utf8, pinned.Head);
            _chain.Findings.AddRange(report.Findings.Select(finding => finding with { Path = $"{place}: {finding.Path}" }));
            if (report.Findings.Count == 0)
            {
                using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
                var opening = (ThreadOpening)document.RootElement.GetProperty("entries")[0]
                    .Deserialize<TranscriptEntry>(MeshJson.Options)!.Event;
                var tried = TriedWork.Of(MessagesOf(document));
                Compare(place, pinned, report, run, opening.Thread, tried, threads);
            }

            return true;
        }

        private void Compare(
            string place,
            PinnedThread pinned,
            EvidenceReport report,
            WorkflowRun run,
            ThreadStart thread,
            TriedWork tried,
            Func<string, ReadOnlyMemory<byte>?> threads)
        {
            var plan = run.Find(pinned.Step)!.Plan;
            var events = run.Entries.Select(entry => entry.Event).ToList();
            var started = events.OfType<StepStarted>()
                .First(one => one.Step == pinned.Step && one.Attempt == pinned.Attempt);
            var result = events.OfType<StepEnded>()
                .First(one => one.Step == pinned.Step && one.Attempt == pinned.Attempt).Result;
            var body = BodyOf(run, plan, started, threads);
            (string Name, object? Expected, object? Found)[] rows =
            [
                ("threadId", pinned.ThreadId, report.ThreadId),
                ("workflow", new WorkflowPlace(run.Start.WorkflowId, pinned.Step, pinned.Attempt), thread.Workflow),
                ("endState", pinned.EndState, report.EndState),
                ("reason", pinned.Reason, report.Reason),
                ("costUsd", pinned.CostUsd, report.CostUsd),
                ("mcTask", run.Start.McTask, thread.McTask),
                ("pattern", plan.Pattern, thread.Pattern),
                ("initiator", plan.Initiator, thread.Initiator),
                ("responder", plan.Responder, thread.Responder),
                ("limits.costCapUsd", started.CostCapUsd, thread.Limits.CostCapUsd),
                ("body", body, thread.Redactions is null ? thread.Body?.Sha256 : body),
                ("brief", started.Brief ?? body, body),
                ("submission", result.Submission, plan.IsRetried ? tried.Submission?.Body?.Sha256 : null),
                (
                    "failed",
                    string.Join(", ", result.Failed ?? []),
                    plan.IsRetried ? string.Join(", ", tried.Failed.Select(check => check.Id)) : ""),
            ];
            foreach (var (name, expected, found) in rows.Where(row => !Equals(row.Expected, row.Found)))
            {
                Add(
                    EvidenceFault.ThreadMismatch,
                    null,
                    $"{place}.{name}",
                    "The thread is not what the workflow says of it.",
                    $"{expected}",
                    $"{found}");
            }
        }

        /// <summary>
        /// The hash of the brief's body: computed, where the evidence of earlier tries is at hand and has their words, else as
        /// the run says it. Long words are in a thread's evidence by their hash only.
        /// </summary>
        private static string? BodyOf(
            WorkflowRun run, PlannedStep plan, StepStarted started, Func<string, ReadOnlyMemory<byte>?> threads)
        {
            var parts = new List<EarlierParts>();
            foreach (var one in started.Earlier ?? [])
            {
                if (threads(one.ThreadId) is not { } utf8)
                {
                    return started.Brief;
                }

                using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
                var tried = TriedWork.Of(MessagesOf(document));
                if (tried is { Submission.Body: { Inline: null } } or { Verdict.Body: { Inline: null } })
                {
                    return started.Brief;
                }

                parts.Add(new EarlierParts(one, tried.Submission?.Body?.Inline, tried.Verdict?.Body?.Inline, tried.Failed));
            }

            return MessageBody.Of(WorkflowBrief.BodyOf(run.Start, plan, started.HandedOn, EarlierWork.Of(parts))).Sha256;
        }

        private static IEnumerable<Message> MessagesOf(JsonDocument evidence) => evidence.RootElement.GetProperty("entries")
            .EnumerateArray()
            .Select(entry => entry.Deserialize<TranscriptEntry>(MeshJson.Options)!.Event)
            .OfType<MessageAccepted>()
            .Select(accepted => accepted.Message);

        private void Broken(int index, string message) => Add(EvidenceFault.RuleBroken, index, "event", message, null, null);

        private void Add(EvidenceFault fault, int? index, string path, string message, string? expected, string? found) =>
            _chain.Add(fault, index, path, message, expected, found);
    }
}
