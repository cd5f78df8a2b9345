using System.Collections.Concurrent;
using System.Diagnostics;
using DurableMesh.Tests.LocalHost.Azurite;
using DurableMesh.Tests.TaskHub;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Tests.TaskHub.Telemetry;

[Collection(nameof(RecordedSpans))]
public sealed class EngineTracingTests
{
    private readonly ConcurrentBag<string?> _seenByOrchestrator = [];
    private readonly ConcurrentBag<string?> _seenByActivity = [];
    private bool _fails;

    private void Dialogue(DurableTaskRegistry registry)
    {
        registry.AddOrchestratorFunc<object, int>("Dialogue", async (context, _) =>
        {
            for (int turn = 1; ; turn++)
            {
                _seenByOrchestrator.Add(Activity.Current?.OperationName);
                int said = await context.WaitForExternalEvent<int>("turn");
                _seenByOrchestrator.Add(Activity.Current?.OperationName);
                context.SetCustomStatus(await context.CallActivityAsync<int>("Echo", said));
                _seenByOrchestrator.Add(Activity.Current?.OperationName);
            }
        });
        registry.AddActivityFunc<int, int>("Echo", (_, said) =>
        {
            _seenByActivity.Add(Activity.Current?.OperationName);
            return _fails ? throw new InvalidOperationException("no more") : said;
        });
        registry.AddOrchestratorFunc<object, int>("Parent", (context, _) => context.CallSubOrchestratorAsync<int>(
            "Child", options: new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-child")));
        registry.AddOrchestratorFunc<object, int>("Child", (_, _) => Task.FromResult(7));
    }

    private static async Task TurnAsync(TestHub hub, string id, int number)
    {
        await hub.Client.RaiseEventAsync(id, "turn", number, TestHub.Patience);
        await hub.UntilAsync(id, state => state.CustomStatus == $"{number}");
    }

    [Fact]
    public async Task An_event_leads_through_episode_and_activity_to_the_next_episode_in_one_trace()
    {
        using var spans = new RecordedSpans();
        await using TestHub hub = await TestHub.StartAsync(Dialogue);
        string id = await hub.StartInstanceAsync("Dialogue");
        await hub.UntilAsync(id, state => state.Status == OrchestrationRuntimeStatus.Running);
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        caller.ActivityTraceFlags = ActivityTraceFlags.Recorded;

        await TurnAsync(hub, id, 1);

        Assert.Same(caller, Activity.Current);
        Activity[] chain = await ChainAsync(spans, caller.TraceId, 4);
        Assert.Equal(
            ["orchestration_event:turn", "orchestration:Dialogue", "activity:Echo", "orchestration:Dialogue"], Names(chain));
        Assert.Equal(
            [ActivityKind.Producer, ActivityKind.Server, ActivityKind.Server, ActivityKind.Server],
            chain.Select(span => span.Kind));
        Assert.Equal([caller.SpanId, .. chain[..^1].Select(span => span.SpanId)], chain.Select(span => span.ParentSpanId));
        Assert.Equal("event orchestration activity orchestration", Tags(chain, "durabletask.type"));
        Assert.Equal("turn Dialogue Echo Dialogue", Tags(chain, "durabletask.task.name"));
        Assert.Equal($" {id} {id} {id}", Tags(chain, "durabletask.task.instance_id"));
        Assert.Equal(id, RecordedSpans.Tag(chain[0], "durabletask.event.target_instance_id"));
        Assert.Equal("0", RecordedSpans.Tag(chain[2], "durabletask.task.task_id"));
        Assert.Equal("Running", RecordedSpans.Tag(chain[3], "durabletask.task.status"));
    }

    [Fact]
    public async Task A_start_leads_to_the_first_episode_and_a_sub_orchestration_and_its_answer_stay_in_the_trace()
    {
        using var spans = new RecordedSpans();
        await using TestHub hub = await TestHub.StartAsync(Dialogue, partitions: 4);
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();

        await hub.CompletionAsync(await hub.StartInstanceAsync("Parent"));

        Assert.Equal(
            ["create_orchestration:Parent", "orchestration:Parent", "orchestration:Child", "orchestration:Parent"],
            Names(await ChainAsync(spans, caller.TraceId, 4)));
    }

    [Fact]
    public async Task An_episode_that_sees_several_events_is_under_the_first_and_linked_to_the_others()
    {
        using var spans = new RecordedSpans();
        await using TestHub hub = await TestHub.StartAsync(Dialogue);
        string id = await hub.StartInstanceAsync("Dialogue");
        await TurnAsync(hub, id, 1);
        await hub.Client.SuspendInstanceAsync(id, cancellation: TestHub.Patience);
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        await hub.Client.RaiseEventAsync(id, "turn", 2, TestHub.Patience);
        await hub.Client.RaiseEventAsync(id, "turn", 3, TestHub.Patience);
        await hub.Client.ResumeInstanceAsync(id, cancellation: TestHub.Patience);
        await hub.UntilAsync(id, state => state.CustomStatus == "3");

        IReadOnlyList<Activity> trace = spans.OfTrace(caller.TraceId);
        Activity[] events = [.. trace.Where(span => span.Kind == ActivityKind.Producer)];
        Activity episode = trace.First(span => span.ParentSpanId == events[0].SpanId);
        Assert.Equal([events[1].Context], episode.Links.Select(link => link.Context));
    }

    [Fact]
    public async Task A_replay_leaves_no_span_and_the_orchestrator_never_sees_one()
    {
        using var spans = new RecordedSpans();
        await using TestHub first = await TestHub.StartAsync(Dialogue);
        string id = await first.StartInstanceAsync("Dialogue");
        await TurnAsync(first, id, 1);
        await TurnAsync(first, id, 2);
        Assert.Equal(5, Episodes());

        await using TestHub second = await first.CrashAndRestartAsync(Dialogue);
        await TurnAsync(second, id, 3);

        Assert.Equal(7, Episodes());
        Assert.All(_seenByOrchestrator, Assert.Null);
        Assert.Equal(["activity:Echo"], _seenByActivity.Distinct());

        int Episodes() => spans.OfInstance(id).Count(
            span => RecordedSpans.Tag(span, "durabletask.type") == "orchestration" && span.Kind == ActivityKind.Server);
    }

    [Fact]
    public async Task A_failed_activity_and_the_orchestration_that_it_fails_are_marked()
    {
        using var spans = new RecordedSpans();
        _fails = true;
        await using TestHub hub = await TestHub.StartAsync(Dialogue);
        string id = await hub.StartInstanceAsync("Dialogue");
        await hub.Client.RaiseEventAsync(id, "turn", 1, TestHub.Patience);
        await hub.CompletionAsync(id);

        Activity[] failed = [.. spans.OfInstance(id).Where(span => span.Status == ActivityStatusCode.Error)];
        Assert.Equal(["activity:Echo", "orchestration:Dialogue"], Names(failed));
        Assert.Equal("no more", failed[0].StatusDescription);
        Assert.Equal("Failed", RecordedSpans.Tag(failed[1], "durabletask.task.status"));
    }

    [Fact]
    public async Task What_is_not_sampled_at_its_start_stays_so_to_the_end()
    {
        ActivityTraceId ignored = default;
        using var spans = new RecordedSpans(trace => trace != ignored);
        await using TestHub hub = await TestHub.StartAsync(Dialogue);
        string id = await hub.StartInstanceAsync("Dialogue");
        using Activity caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        ignored = caller.TraceId;
        int before = spans.OfInstance(id).Count;

        await TurnAsync(hub, id, 1);

        Assert.Empty(spans.OfTrace(caller.TraceId));
        Assert.Equal(before, spans.OfInstance(id).Count);
    }

    /// <summary>The spans of a trace from parent to child, once all have ended.</summary>
    private static async Task<Activity[]> ChainAsync(RecordedSpans spans, ActivityTraceId trace, int count)
    {
        await Eventually.HoldsAsync(() => spans.OfTrace(trace).Count == count);
        var byParent = spans.OfTrace(trace).ToDictionary(span => span.ParentSpanId);
        Activity first = byParent.Values.Single(span => byParent.Values.All(other => other.SpanId != span.ParentSpanId));
        var chain = new List<Activity> { first };
        while (byParent.TryGetValue(chain[^1].SpanId, out Activity? next))
        {
            chain.Add(next);
        }

        return [.. chain];
    }

    private static IEnumerable<string> Names(IEnumerable<Activity> spans) => spans.Select(span => span.DisplayName);

    private static string Tags(IEnumerable<Activity> spans, string key) =>
        string.Join(' ', spans.Select(span => RecordedSpans.Tag(span, key)));
}
