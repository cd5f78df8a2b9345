using DurableMesh.Core.Wire;
using DurableMesh.Core.Workflows;
using DurableMesh.Functions.Threads;
using DurableMesh.Functions.Workflows;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>The lives of a run of a workflow, and of its steps, with the app's own activities and threads.</summary>
internal static class WorkflowScenarios
{
    private static readonly StepMove First = new("one", 1, CostCapUsd: 1);

    public static IReadOnlyList<ThreadScenario> All { get; } =
    [
        Workflow("unreadable", async workflow =>
        {
            workflow.Fail(nameof(WorkflowActivities.ReadWorkflow), new FormatException("a defect"));
            await workflow.RunAsync(nameof(WorkflowOrchestrator), "no-such-run");
        }),
        Workflow("two-steps-pass", async workflow =>
        {
            await BeginAsync(workflow, "two-steps-pass");
            await workflow.RunAsync(nameof(WorkflowOrchestrator), "two-steps-pass");
            await PassAsync(workflow, "two-steps-pass", "one");
            await PassAsync(workflow, "two-steps-pass", "two");
        }),
        Workflow("held-and-decided-again", async workflow =>
        {
            const string Id = "held-and-decided-again";
            await BeginAsync(workflow, Id);
            await workflow.RunAsync(nameof(WorkflowOrchestrator), Id);
            await BlockAsync(workflow, Id, "one");
            var again = new DecideStep(Id, "one", StepDecision.Again, "the verifier is back");
            await workflow.Workflows.ChangeAsync(again, "ann", default);
            await workflow.RaiseAsync(WorkflowOrchestrator.Steered, "");
            await PassAsync(workflow, Id, "one", attempt: 2);
            await PassAsync(workflow, Id, "two");
        }),
        Workflow("late", async workflow =>
        {
            await BeginAsync(workflow, "late", ttl: TimeSpan.FromSeconds(30));
            await workflow.RunAsync(nameof(WorkflowOrchestrator), "late");
            await workflow.AdvanceAsync(TimeSpan.FromSeconds(30));
            await workflow.AdvanceAsync(TimeSpan.FromSeconds(30));
        }),
        Workflow("a-step-fails-for-good", async workflow =>
        {
            await BeginAsync(workflow, "a-step-fails-for-good");
            workflow.Fail(nameof(WorkflowActivities.PrepareStep), new FormatException("a defect"));
            workflow.Fail(nameof(WorkflowActivities.FollowStep), new FormatException("a defect"), times: 3);
            await workflow.RunAsync(nameof(WorkflowOrchestrator), "a-step-fails-for-good");
        }),
        Workflow("looks-by-itself", async workflow =>
        {
            await BeginAsync(workflow, "looks-by-itself");
            await workflow.RunAsync(nameof(WorkflowOrchestrator), "looks-by-itself");
            await workflow.AdvanceAsync(TimeSpan.FromMinutes(1));
            await workflow.AdvanceAsync(TimeSpan.FromMinutes(2));
            await PassAsync(workflow, "looks-by-itself", "one");
            await PassAsync(workflow, "looks-by-itself", "two");
        }),
        Step("unprepared", async step =>
        {
            step.Fail(nameof(WorkflowActivities.PrepareStep), new FormatException("a defect"));
            await step.RunAsync(nameof(WorkflowStepOrchestrator), new StepOrder("no-such-run", First));
        }),
        Step("passed", async step =>
        {
            await BeginAsync(step, "run-of-passed");
            await step.RunAsync(nameof(WorkflowStepOrchestrator), new StepOrder("run-of-passed", First));
            await PassAsync(step, "run-of-passed", "one");
        }),
        Step("passed-late", async step =>
        {
            await BeginAsync(step, "run-of-passed-late");
            await step.RunAsync(nameof(WorkflowStepOrchestrator), new StepOrder("run-of-passed-late", First));
            await step.AdvanceAsync(TimeSpan.FromMinutes(1));
            await PassAsync(step, "run-of-passed-late", "one");
        }),
        Step("followed", async step =>
        {
            await BeginAsync(step, "run-of-followed");
            step.Answer(
                nameof(WorkflowActivities.FollowStep),
                null,
                null,
                new WorkflowMoves(3, IsOver: false, IsStopping: false, [], SampleThread.Noon.AddDays(1)));
            await step.RunAsync(nameof(WorkflowStepOrchestrator), new StepOrder("run-of-followed", First) { IsAgain = true });
            await step.AdvanceAsync(TimeSpan.FromMilliseconds(250));
            await step.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        }),
    ];

    private static async Task BeginAsync(ThreadRecorder recorder, string id, TimeSpan? ttl = null)
    {
        var start = await SampleRun.StartOfAsync(id, SampleThread.Noon, SampleRun.TwoSteps);
        start = ttl is { } limit ? start with { Deadline = SampleThread.Noon + limit } : start;
        await recorder.Workflows.ChangeAsync(new BeginWorkflow(start), "ann", default);
    }

    private static Task PassAsync(ThreadRecorder recorder, string id, string step, int attempt = 1) => recorder.SendToAsync(
        ThreadId.OfStep(id, step, attempt), Message("b-1", MessageKind.Submission), SampleThread.PassOf("v-1"));

    private static Task BlockAsync(ThreadRecorder recorder, string id, string step) => recorder.SendToAsync(
        ThreadId.OfStep(id, step, 1),
        Message("b-1", MessageKind.Submission),
        SampleThread.MessageOf("v-1", SampleThread.Verifier, MessageKind.Verdict) with { Verdict = Verdict.Blocked });

    private static SendMessageRequest Message(string id, MessageKind kind) =>
        SampleThread.MessageOf(id, SampleThread.Builder, kind);

    private static ThreadScenario Workflow(string name, Func<ThreadRecorder, Task> steps) =>
        new(name, End: null, steps) { Orchestration = nameof(WorkflowOrchestrator) };

    private static ThreadScenario Step(string name, Func<ThreadRecorder, Task> steps) =>
        new(name, End: null, steps) { Orchestration = nameof(WorkflowStepOrchestrator) };
}
