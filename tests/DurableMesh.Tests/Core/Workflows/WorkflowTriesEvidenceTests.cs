using System.Text;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Gate;
using DurableMesh.Core.Money;
using DurableMesh.Core.Threads;
using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using ThreadStart = DurableMesh.Core.Threads.ThreadStart;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Core.Workflows;

/// <summary>The evidence of a run that was tried twice, its threads real ones; and what is said of one that was changed.</summary>
public sealed class WorkflowTriesEvidenceTests
{
    private const string Task = """
        {"name":"n","surface":"one-shot-task","limits":{"costCapUsd":3},"steps":[
          {"id":"work","company":"codecraft","prompt":"Build it.","acceptance":[{"id":"AC-1","title":"it holds"}]}]}
        """;

    private readonly SampleWorkflow _workflow = SampleWorkflow.Begun(Task);
    private readonly Dictionary<string, byte[]> _threads = [];

    public WorkflowTriesEvidenceTests()
    {
        Try("The first.", Verdict.Fail);
        Try("The second.", Verdict.Pass);
    }

    [Fact]
    public void It_holds_with_its_threads_and_without()
    {
        Assert.Equal(EndState.Pass, _workflow.Run.Ended!.EndState);
        Assert.Empty(WorkflowEvidenceVerifier.Verify(WorkflowEvidence.Of(_workflow.Run).ToUtf8()).Findings);
        var report = Check(Events());
        Assert.Empty(report.Findings);
        Assert.Equal((2, 2, EndState.Pass), (report.Threads, report.ThreadsChecked, report.EndState!.Value));
    }

    [Fact]
    public void The_second_brief_carries_the_first_work_and_what_failed()
    {
        var brief = Assert.Single(Works(_workflow.Run.Find("work")!.Earlier));
        Assert.Equal("The first.", brief.Submitted!.ToDisplayText());
        Assert.Equal(("AC-1", "It broke."), (brief.Failed[0].Id, brief.Failed[0].Detail));
    }

    public static TheoryData<string> Forgeries() => [
        "a try is hidden", "another try is told of", "a check is not told of", "the brief's hash is another", "nothing is told",
        "a try too many is claimed", "the failure was none", "other work was submitted", "it could be tried once only"];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void A_forger_who_hashes_anew_is_found(string forgery)
    {
        var events = Events();
        var changed = forgery switch
        {
            "a try is hidden" => events.Where(one => one is not (StepStarted { Attempt: 1 } or StepEnded { Attempt: 1 })),
            "another try is told of" => Second(events, second => second with
            {
                Earlier = [second.Earlier![0] with { ThreadId = "another" }],
            }),
            "a check is not told of" => Second(events, second => second with
            {
                Earlier = [second.Earlier![0] with { Failed = [] }],
            }),
            "the brief's hash is another" => Second(events, second => second with { Brief = new string('0', 64) }),
            "nothing is told" => Second(events, second => second with { Earlier = null, Brief = null }),
            "a try too many is claimed" => Second(events, second => second with { Attempt = 3 }),
            "the failure was none" => First(events, result => result with { Failed = [] }),
            "other work was submitted" => First(events, result => result with { Submission = new string('0', 64) }),
            _ => events.Select(one => one is WorkflowOpened opened
                ? opened with
                {
                    Workflow = opened.Workflow with { Steps = [opened.Workflow.Steps[0] with { Tries = null }] },
                }
                : one),
        };
        Assert.False(Check([.. changed]).Holds);
    }

    [Fact]
    public void Without_the_first_thread_the_brief_is_held_against_the_pinned_hash()
    {
        _threads.Remove(_workflow.Run.Find("work")!.Earlier[0].ThreadId);
        var finding = Assert.Single(Check(Events()).Findings);
        Assert.Equal(EvidenceFault.ThreadMissing, finding.Fault);
    }

    private static IEnumerable<WorkflowEvent> Second(IEnumerable<WorkflowEvent> events, Func<StepStarted, StepStarted> change) =>
        events.Select(one => one is StepStarted { Attempt: 2 } second ? change(second) : one);

    private static IEnumerable<WorkflowEvent> First(IEnumerable<WorkflowEvent> events, Func<StepResult, StepResult> change) =>
        events.Select(one => one is StepEnded { Attempt: 1 } first ? first with { Result = change(first.Result) } : one);

    private List<WorkflowEvent> Events() => [.. _workflow.Run.Entries.Select(entry => entry.Event)];

    private WorkflowReport Check(IEnumerable<WorkflowEvent> events)
    {
        var entries = new List<WorkflowEntry>();
        foreach (var one in events)
        {
            entries.Add(WorkflowEntry.Link(entries.Count, entries is [.., var last] ? last.Hash : ContentHash.Genesis, one));
        }

        var file = WorkflowEvidence.Of(_workflow.Run with { Entries = [.. entries] }).ToUtf8();
        return WorkflowEvidenceVerifier.Verify(
            file, threads: id => _threads.TryGetValue(id, out var found) ? (ReadOnlyMemory<byte>?)found : null);
    }

    private IReadOnlyList<EarlierWork> Works(IReadOnlyList<EarlierTry> tries) => EarlierWork.Of([.. tries.Select(one =>
    {
        using var document = System.Text.Json.JsonDocument.Parse(_threads[one.ThreadId]);
        var tried = TriedWork.Of(document.RootElement.GetProperty("entries").EnumerateArray()
            .Select(entry => System.Text.Json.JsonSerializer.Deserialize<TranscriptEntry>(entry, MeshJson.Options)!.Event)
            .OfType<MessageAccepted>().Select(accepted => accepted.Message));
        return new EarlierParts(one, tried.Submission?.Body?.Inline, tried.Verdict?.Body?.Inline, tried.Failed);
    })]);

    /// <summary>One try by the rules of run and thread: what the activities do.</summary>
    private void Try(string work, Verdict verdict)
    {
        var move = Assert.Single(WorkflowPlan.Startable(_workflow.Run));
        var plan = _workflow.Run.Find("work")!.Plan;
        var earlier = WorkflowPlan.EarlierOf(_workflow.Run, plan);
        var works = Works(earlier);
        Assert.Null(_workflow.Ask(new StartStep("w-1", move, SampleWorkflow.ThreadOf("work", move.Attempt), [])
        {
            Earlier = earlier is [] ? null : earlier,
            Brief = earlier is []
                ? null
                : MessageBody.Of(WorkflowBrief.BodyOf(_workflow.Run.Start, plan, [], works)).Sha256,
        }));
        var step = _workflow.Run.Find("work")!;
        var (state, messages) = RunThread(step, works, work, verdict);
        var tried = TriedWork.Of(messages);
        Assert.Null(_workflow.Ask(new EndStep("w-1", "work", step.Attempt, new StepResult(
            state.EndState!.Value, state.Reason!.Value, state.Detail, 0.1m, state.Head, state.Start.EvidencePath)
        {
            Failed = [.. tried.Failed.Select(check => check.Id)],
            Submission = tried.Submission?.Body?.Sha256,
        })));
    }

    private (ThreadState State, IEnumerable<Message> Messages) RunThread(
        StepRun step, IReadOnlyList<EarlierWork> works, string work, Verdict verdict)
    {
        var request = WorkflowBrief.RequestOf(_workflow.Run, step, _workflow.Now, works);
        var start = ThreadStart.Create(
            step.ThreadId!, request, LimitPolicy.Standard, ThreadStart.HashOf(request), _workflow.Now) with
        {
            Workflow = new WorkflowPlace("w-1", step.Plan.Id, step.Attempt),
        };
        var (state, entries) = (ThreadState.Starting(start), new List<TranscriptEntry>());
        Take(new GateEvaluated(new GateReport(GateOutcome.Approved, [])));
        Say(step.Plan.Initiator, MessageKind.Submission, work, null, []);
        Say(step.Plan.Responder, MessageKind.Verdict, "Looked at.", verdict,
        [
            new Check
            {
                Id = "AC-1",
                Status = verdict == Verdict.Pass ? CheckStatus.Pass : CheckStatus.Fail,
                Detail = verdict == Verdict.Pass ? "It held." : "It broke.",
            },
        ]);
        Assert.Equal(ThreadPhase.Ended, state.Phase);
        _threads[step.ThreadId!] = EvidenceFile.Of(entries).ToUtf8();
        return (state, entries.Select(entry => entry.Event).OfType<MessageAccepted>().Select(one => one.Message));

        void Take(ThreadInput input)
        {
            var decision = ThreadRules.Decide(state, input, _workflow.Now);
            state = decision.State;
            entries.AddRange(decision.Entries);
        }

        void Say(string from, MessageKind kind, string words, Verdict? judged, IReadOnlyList<Check> checks) =>
            Take(new MessageArrived(IncomingMessage.Of(
                new SendMessageRequest
                {
                    MessageId = $"m-{kind}",
                    From = from,
                    Kind = kind,
                    Body = JsonText.OfString(words),
                    Verdict = judged,
                    Checks = checks,
                    Usage = kind == MessageKind.Submission ? new Usage { CostUsd = 0.1m } : null,
                },
                PriceTable.Empty,
                _workflow.Now)));
    }
}
