using System.Text.Json;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;

namespace DurableMesh.Core.Experiments;

/// <summary>
/// Checks the evidence of an experiment offline: its chain, the order of its runs from the seed, every figure and the decision,
/// and, where it is at hand, the evidence of its runs against the heads that it pins. Total, as <see cref="EvidenceVerifier"/>
/// is.
/// </summary>
public static class ExperimentEvidenceVerifier
{
    /// <summary>Whether a file says that it is the evidence of an experiment.</summary>
    /// <param name="utf8">The file's content.</param>
    public static bool IsExperiment(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
            return FormatOf(document.RootElement) == ExperimentEvidence.CurrentFormat;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads the evidence of an experiment that was verified.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <exception cref="JsonException">It is none.</exception>
    public static ExperimentEvidence Read(ReadOnlyMemory<byte> utf8) =>
        JsonSerializer.Deserialize<ExperimentEvidence>(utf8.Span, MeshJson.Options)
        ?? throw new JsonException("The evidence of an experiment is a JSON object.");

    /// <summary>Checks the evidence of an experiment.</summary>
    /// <param name="utf8">The file's content.</param>
    /// <param name="pinnedHead">The chain's head as somebody kept it elsewhere; null for none.</param>
    /// <param name="files">
    /// Finds the evidence of a run's thread or dispatch by its id, null where it is not there; null where none is to be looked
    /// at.
    /// </param>
    public static ExperimentReport Verify(
        ReadOnlyMemory<byte> utf8, string? pinnedHead = null, Func<string, ReadOnlyMemory<byte>?>? files = null)
    {
        try
        {
            var summary = CanonicalJson.Canonicalize(utf8.Span, exceptMember: "entries");
            using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
            return FormatOf(document.RootElement) != ExperimentEvidence.CurrentFormat
                ? Unusable($"The evidence of an experiment says so: its format is {ExperimentEvidence.CurrentFormat}.")
                : document.RootElement.TryGetProperty("entries", out var entries)
                    && entries.ValueKind == JsonValueKind.Array && entries.GetArrayLength() > 0
                        ? new Verification(summary, entries).Run(pinnedHead, files)
                        : Unusable("The evidence of an experiment has entries, which begin with its opening.");
        }
#pragma warning disable CA1031 // A forged file can break any assumption; that is a finding, never a crash.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Unusable(e.Message);
        }
    }

    private static string? FormatOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("format", out var format)
            && format.ValueKind == JsonValueKind.String
                ? format.GetString()
                : null;

    private static ExperimentReport Unusable(string message) => new(
        null, Final: false, null, 0, null, 0, 0, [new EvidenceFinding(EvidenceFault.NoEvidence, null, null, "$", message)]);

    private sealed class Verification(byte[] summary, JsonElement rawEntries)
    {
        private readonly EntryChain<ExperimentEntry> _chain = new(rawEntries, IdOf);

        public ExperimentReport Run(string? pinnedHead, Func<string, ReadOnlyMemory<byte>?>? files)
        {
            _chain.Read();
            var head = _chain.Check(pinnedHead);
            var file = CheckRules() ? Recompute() : null;
            if (file is not null)
            {
                _chain.Compare(file, summary, "The file says something else than its runs.");
            }

            var runs = ExperimentEvidence.RunsOf(_chain.Entries);
            var looked = files is null
                ? 0
                : _chain.Entries.Count(entry => entry.Event is ArmRunEnded ended && CheckRun(entry, ended.Run, files));
            return new ExperimentReport(
                file?.Name,
                file?.Final ?? false,
                file?.Result.Decision.Outcome,
                runs.Count,
                file is null ? null : head,
                runs.Count(run => run.Head is not null),
                looked,
                [.. _chain.Findings.OrderBy(finding => finding.Entry ?? int.MaxValue)]);
        }

        /// <summary>Whether the entries are an experiment, so that figures can be computed from them.</summary>
        private bool CheckRules()
        {
            if (_chain.Entries[0].Event is not ExperimentOpened { Plan: var plan })
            {
                Add(EvidenceFault.RuleBroken, 0, "event", "An experiment begins with its opening.");
                return false;
            }

            foreach (var fault in plan.Faults())
            {
                Add(EvidenceFault.RuleBroken, 0, "event.plan", fault);
            }

            if (_chain.Findings.Exists(finding => finding is { Fault: EvidenceFault.RuleBroken }))
            {
                return false;
            }

            var order = plan.ComputedOrder();
            CheckOrder(order, plan.Order);
            var wanted = order.ToHashSet();
            foreach (var (index, entry) in _chain.Entries.Index().Skip(1))
            {
                if (entry.Event is not ArmRunEnded { Run: var run })
                {
                    Add(EvidenceFault.RuleBroken, index, "event", "An experiment opens once.");
                }
                else
                {
                    if (!wanted.Remove(run.Slot))
                    {
                        Add(
                            EvidenceFault.RuleBroken,
                            index,
                            "event.run",
                            order.Contains(run.Slot) ? "The run was done before." : "The plan has no such run.",
                            null,
                            $"{run.Task} {Choices<ExperimentArm>.NameOf(run.Arm)} {run.Repetition}");
                    }

                    CheckSense(index, run);
                }
            }

            return true;
        }

        private void CheckOrder(IReadOnlyList<ExperimentSlot> computed, IReadOnlyList<ExperimentSlot> found)
        {
            var at = computed.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
            if (at < computed.Count || at < found.Count)
            {
                Add(
                    EvidenceFault.RuleBroken,
                    0,
                    $"event.plan.order[{at}]",
                    "The order is not the one that the seed gives.",
                    at < computed.Count ? $"{computed[at]}" : null,
                    at < found.Count ? $"{found[at]}" : null);
            }
        }

        private void CheckSense(int index, ArmRun run)
        {
            (string Path, bool Sensible)[] rules =
            [
                ("inputUncached", run.InputUncached >= 0),
                ("inputCached", run.InputCached >= 0),
                ("inputWritten", run.InputWritten >= 0),
                ("output", run.Output >= 0),
                ("costUsd", run.CostUsd is null or >= 0),
                ("wallSeconds", run.WallSeconds >= 0),
                ("meshSeconds", run.MeshSeconds is not { } seconds || (seconds >= 0 && seconds <= run.WallSeconds)),
                ("rounds", run.Rounds >= 0),
                ("retries", run.Retries >= 0),
                ("endState", run.Crashed == run.EndState is null),
            ];
            foreach (var (path, _) in rules.Where(rule => !rule.Sensible))
            {
                Add(EvidenceFault.RuleBroken, index, $"event.run.{path}", "No run can have that.");
            }
        }

        /// <summary>
        /// The file that these runs make, linked anew, so that a wrong hash in the file does not hide which figures are wrong.
        /// </summary>
        private ExperimentEvidence Recompute()
        {
            var linked = new List<ExperimentEntry>();
            foreach (var entry in _chain.Entries)
            {
                linked.Add(ExperimentEntry.Link(linked.LastOrDefault(), entry.Event));
            }

            return ExperimentEvidence.Of(linked);
        }

        private bool CheckRun(ExperimentEntry entry, ArmRun run, Func<string, ReadOnlyMemory<byte>?> files)
        {
            if (run is not { Head: { } pinned, EvidenceId: { } id } || files(id) is not { } utf8)
            {
                return false;
            }

            var (head, endState, findings) = Look(utf8, pinned);
            foreach (var finding in findings)
            {
                _chain.Findings.Add(finding with { Entry = entry.Ordinal, Id = IdOf(entry), Path = $"{id}: {finding.Path}" });
            }

            if (findings.Count == 0 && head != pinned)
            {
                Add(
                    EvidenceFault.HeadMismatch,
                    entry.Ordinal,
                    "event.run.head",
                    "The run's evidence has another head.",
                    head,
                    pinned);
            }
            else if (findings.Count == 0 && !run.Crashed && endState is not null && endState != run.EndState)
            {
                Add(
                    EvidenceFault.ThreadMismatch,
                    entry.Ordinal,
                    "event.run.endState",
                    "The run's evidence ends otherwise.",
                    $"{endState}",
                    $"{run.EndState}");
            }

            return true;
        }

        /// <summary>Checks the evidence of a thread or a workflow; of another format only the head is read.</summary>
        private static (string? Head, EndState? EndState, IReadOnlyList<EvidenceFinding> Findings) Look(
            ReadOnlyMemory<byte> utf8, string pinned)
        {
            using var document = JsonDocument.Parse(utf8, CanonicalJson.DocumentOptions);
            var root = document.RootElement;
            if (FormatOf(root) == WorkflowEvidence.CurrentFormat)
            {
                var report = WorkflowEvidenceVerifier.Verify(utf8, pinned);
                return (report.Head, report.EndState, report.Findings);
            }

            if (FormatOf(root) == EvidenceFile.CurrentFormat)
            {
                var report = EvidenceVerifier.Verify(utf8, pinned);
                return (report.Head, report.EndState, report.Findings);
            }

            return (root.GetProperty("chain").GetProperty("head").GetString(), null, []);
        }

        private void Add(
            EvidenceFault fault, int? index, string path, string message, string? expected = null, string? found = null) =>
            _chain.Add(fault, index, path, message, expected, found);

        private static string IdOf(ExperimentEntry entry) => entry.Event is ArmRunEnded { Run: var run }
            ? $"{run.Task}, {Choices<ExperimentArm>.NameOf(run.Arm)}, repetition {run.Repetition}"
            : "opening";
    }
}
