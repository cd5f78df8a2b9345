using System.Text;
using System.Text.Json.Nodes;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Tests.Core.Threads;

namespace DurableMesh.Tests.Core.Workflows;

/// <summary>The evidence of a run whose threads are real ones, and what the check says of it when something is changed.</summary>
public sealed class WorkflowEvidenceTests
{
    private readonly SampleWorkflow _workflow = SampleWorkflow.Begun();
    private readonly Dictionary<string, byte[]> _threads = [];

    public WorkflowEvidenceTests()
    {
        foreach (var (id, _, _) in WorkflowRunTests.Good)
        {
            _workflow.StartAll();
            var state = RunThread(_workflow.Run.Find(id)!);
            Assert.Null(_workflow.Ask(new EndStep("w-1", id, 1, new StepResult(
                state.EndState!.Value, state.Reason!.Value, state.Detail, state.TotalUsage().CostUsd, state.Head, state.Start.EvidencePath))));
        }
    }

    [Fact]
    public void It_holds_with_its_threads_and_without()
    {
        var alone = WorkflowEvidenceVerifier.Verify(File());
        Assert.Empty(alone.Findings);
        Assert.Equal((EndState.Pass, 3, 0), (alone.EndState!.Value, alone.Threads, alone.ThreadsChecked));

        var whole = Check(File());
        Assert.Empty(whole.Findings);
        Assert.Equal((3, 0.3m), (whole.ThreadsChecked, whole.CostUsd));
        Assert.True(WorkflowEvidenceVerifier.IsWorkflow(File()));
        Assert.False(WorkflowEvidenceVerifier.IsWorkflow(_threads.Values.First()));
    }

    [Fact]
    public void A_head_that_was_kept_elsewhere_counts()
    {
        Assert.Empty(WorkflowEvidenceVerifier.Verify(File(), _workflow.Run.Head).Findings);
        AssertFault(EvidenceFault.HeadMismatch, WorkflowEvidenceVerifier.Verify(File(), ContentHash.Genesis));
    }

    [Fact]
    public void A_thread_that_is_away_changed_or_anothers_is_found()
    {
        var id = _workflow.Run.Find("audit")!.ThreadId!;
        var own = _threads[id];
        _threads.Remove(id);
        AssertFault(EvidenceFault.ThreadMissing, Check(File()));
        _threads[id] = _threads.Values.First();
        AssertFault(EvidenceFault.HeadMismatch, Check(File()));
        _threads[id] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(own).Replace("Encrypt", "Decrypt", StringComparison.Ordinal));
        AssertFault(EvidenceFault.HashMismatch, Check(File()));
    }

    [Theory]
    [InlineData("\"costUsd\": 0.1", "\"costUsd\": 0.2")]
    [InlineData("\"endState\": \"PASS\"", "\"endState\": \"PARTIAL\"")]
    public void What_is_changed_anywhere_is_found(string from, string to)
    {
        var text = Encoding.UTF8.GetString(File());
        var changed = text.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        Assert.False(Check(Encoding.UTF8.GetBytes(changed)).Holds);
    }

    [Fact]
    public void A_forger_who_hashes_anew_is_found_by_the_rules()
    {
        var run = _workflow.Run;
        var events = run.Entries.Select(entry => entry.Event).ToList();

        // The audit never happened.
        AssertForgeryFound(events.Where(one => one is not (StepStarted { Step: "audit" } or StepEnded { Step: "audit" })));

        // More was given than was there.
        AssertForgeryFound(events.Select(one => one is StepStarted { Step: "verify" } started ? started with { CostCapUsd = 50 } : one));

        // A blocked step that passed the run.
        AssertForgeryFound(events.Select(one => one is StepEnded { Step: "verify" } ended
            ? ended with { Result = ended.Result with { EndState = EndState.Blocked } }
            : one));

        // Another head was handed on.
        AssertForgeryFound(events.Select(one => one is StepStarted { Step: "verify" } started
            ? started with { HandedOn = [.. started.HandedOn.Select(handed => handed with { Head = ContentHash.Genesis })] }
            : one));
    }

    [Fact]
    public void A_brief_that_says_something_else_than_the_step_is_found()
    {
        var start = _workflow.Run.Start;
        var steps = start.Steps.Select(step => step.Id == "build" ? step with { Prompt = "Build something else." } : step);
        var events = _workflow.Run.Entries.Select(entry => entry.Event is WorkflowOpened opened
            ? opened with { Workflow = start with { Steps = [.. steps] } }
            : entry.Event);
        var report = Check(FileOf(events));
        Assert.Contains(report.Findings, finding => finding is { Fault: EvidenceFault.ThreadMismatch, Path: "threads[build].body" });
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"entries":[]}""")]
    [InlineData("""{"entries":[1]}""")]
    [InlineData("""{"entries":[{"ordinal":0}]}""")]
    [InlineData("[]")]
    public void What_is_no_evidence_is_said(string text) =>
        AssertFault(EvidenceFault.NoEvidence, WorkflowEvidenceVerifier.Verify(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_field_that_the_format_does_not_know_is_found()
    {
        var file = JsonNode.Parse(File())!;
        file["entries"]![1]!["event"]!["extra"] = true;
        Assert.False(WorkflowEvidenceVerifier.Verify(Encoding.UTF8.GetBytes(file.ToJsonString())).Holds);
    }

    private void AssertForgeryFound(IEnumerable<WorkflowEvent> events) => Assert.False(Check(FileOf(events)).Holds);

    /// <summary>A file of these events, linked anew, its sums fitting as far as they can be computed.</summary>
    private byte[] FileOf(IEnumerable<WorkflowEvent> events)
    {
        var entries = new List<WorkflowEntry>();
        foreach (var one in events)
        {
            entries.Add(WorkflowEntry.Link(entries.Count, entries is [.., var last] ? last.Hash : ContentHash.Genesis, one));
        }

        return WorkflowEvidence.Of(_workflow.Run with { Entries = [.. entries] }).ToUtf8();
    }

    private byte[] File() => WorkflowEvidence.Of(_workflow.Run).ToUtf8();

    private WorkflowReport Check(byte[] file) => WorkflowEvidenceVerifier.Verify(
        file, threads: id => _threads.TryGetValue(id, out var found) ? (ReadOnlyMemory<byte>?)found : null);

    private static void AssertFault(EvidenceFault fault, WorkflowReport report) =>
        Assert.Contains(report.Findings, finding => finding.Fault == fault);

    /// <summary>The thread of a step, by the real rules, as the step wants it.</summary>
    private DurableMesh.Core.Threads.ThreadState RunThread(StepRun step)
    {
        var request = WorkflowBrief.RequestOf(_workflow.Run, step, _workflow.Now);
        var start = DurableMesh.Core.Threads.ThreadStart.Create(
            step.ThreadId!, request, LimitPolicy.Standard, DurableMesh.Core.Threads.ThreadStart.HashOf(request), _workflow.Now) with
        {
            Workflow = new WorkflowPlace("w-1", step.Plan.Id, step.Attempt),
        };
        var (state, entries, count) = (DurableMesh.Core.Threads.ThreadState.Starting(start), new List<TranscriptEntry>(), 0);
        Take(new GateEvaluated(new GateReport(GateOutcome.Approved, [])));
        Say(step.Plan.Initiator, MessageKind.Submission, null, 0.1m);
        if (step.Plan.EndState == EndState.Answered)
        {
            Say(step.Plan.Responder, MessageKind.Answer, null, null);
            Say(step.Plan.Initiator, MessageKind.Acknowledgement, null, null);
        }
        else
        {
            Say(step.Plan.Responder, MessageKind.Verdict, Verdict.Pass, null);
        }

        _threads[step.ThreadId!] = EvidenceFile.Of(entries).ToUtf8();
        return state;

        void Take(ThreadInput input)
        {
            var decision = ThreadRules.Decide(state, input, _workflow.Now);
            state = decision.State;
            entries.AddRange(decision.Entries);
        }

        void Say(string from, MessageKind kind, Verdict? verdict, decimal? cost) => Take(new MessageArrived(IncomingMessage.Of(
            new SendMessageRequest
            {
                MessageId = $"m-{++count}",
                From = from,
                Kind = kind,
                Body = JsonText.OfString("Encrypt it."),
                Verdict = verdict,
                Checks = verdict is null ? [] : [Dialogue.Pass("AC-1")],
                Usage = cost is null ? null : new Usage { CostUsd = cost },
            },
            PriceTable.Empty,
            _workflow.Now)));
    }
}
