using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using DurableMesh.TaskHub.Orchestrations;
using DurableMesh.Tests.TaskHub.History;
using Microsoft.DurableTask;
using ThreadState = DurableMesh.Core.Threads.ThreadState;

namespace DurableMesh.Tests.Functions.GoldenHistories;

/// <summary>What was recorded of the app's orchestrations can be replayed by today's code.</summary>
public sealed class GoldenHistoryTests(GoldenHistoryTests.App app) : IClassFixture<GoldenHistoryTests.App>
{
    private static readonly Dictionary<string, Func<TaskOrchestrationContext, ForwardingContext>> Changes = new()
    {
        ["another activity"] = context => new OtherActivity(context),
        ["another input"] = context => new OtherInput(context),
        ["one more timer"] = context => new OneMoreTimer(context),
        ["one call less"] = context => new OneCallLess(context),
        ["another order"] = context => new OtherOrder(context),
    };

    public static TheoryData<string> Files => [.. GoldenHistory.Files];

    public static TheoryData<string> Scenarios => [.. ThreadScenarios.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_recorded_history_replays(string file) => GoldenHistory.Read(file).Replay(app.Mesh.Find, app.Mesh.Converter);

    [Theory]
    [MemberData(nameof(Files))]
    public void A_recorded_history_is_read_as_it_is_written(string file)
    {
        var history = GoldenHistory.Read(file);

        Assert.Equal(GoldenHistory.Lines(file), HistoryText.Write(history.Events));
        Assert.Equal(Path.GetDirectoryName(file), history.Orchestration);
    }

    [Fact]
    public void Every_orchestration_of_the_app_has_a_recorded_history() =>
        Assert.Subset(
            GoldenHistory.Files.Select(Path.GetDirectoryName).ToHashSet(StringComparer.OrdinalIgnoreCase),
            app.Mesh.Orchestrations.ToHashSet<string?>(StringComparer.OrdinalIgnoreCase));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_same_steps_record_the_same_history(string name)
    {
        var scenario = ThreadScenarios.All.Single(one => one.Name == name);

        var first = await ThreadRecorder.RecordAsync(scenario);
        var second = await ThreadRecorder.RecordAsync(scenario);

        Assert.Contains(first.File, GoldenHistory.Files);
        Assert.Equal(HistoryText.Write(first.Events), HistoryText.Write(second.Events));
    }

    [Theory]
    [InlineData(
        "another activity",
        "its history expects activity 'WriteEvidence' (task 4) with input \"cancelled\"",
        "the code did activity 'WriteEvidenceFile' (task 4) with input \"cancelled\"")]
    [InlineData(
        "another input",
        "its history expects activity 'RecordThreadStep' (task 1) with input …",
        "the code did activity 'RecordThreadStep' (task 1) with input …",
        "\"messages\":99")]
    [InlineData(
        "one more timer",
        "its history expects activity 'WriteEvidence' (task 4)",
        "the code did a timer (task 4) for 2026-11-23T13:00:01")]
    [InlineData(
        "one call less", "its history expects activity 'WriteEvidence' (task 4)", "the code did activity 'MoveTask' (task 4)")]
    [InlineData(
        "another order",
        "its history expects activity 'EvaluateGate' (task 0)",
        "the code did a timer (task 0) for 2026-11-23T12:30:00")]
    public void A_changed_orchestrator_fails_and_the_message_says_where_and_what_to_do(string change, params string[] divergence)
    {
        var history = GoldenHistory.Read("ThreadOrchestrator/cancelled.jsonl");
        ITaskOrchestrator changed = FuncTaskOrchestrator.Create<ThreadState, ThreadStatus>(
            (context, state) => ThreadOrchestrator.RunAsync(Changes[change](context), state));

        var error = Assert.Throws<NonDeterministicOrchestrationException>(() => history.Replay(_ => changed, app.Mesh.Converter));

        Assert.StartsWith("ThreadOrchestrator/cancelled.jsonl: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("""[Function("ThreadOrchestrator_v2")]""", error.Message, StringComparison.Ordinal);
        Assert.Contains(GoldenHistory.RecordCommand, error.Message, StringComparison.Ordinal);
        Assert.All(divergence, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void An_orchestrator_that_can_no_longer_read_its_input_fails_and_the_message_says_why()
    {
        var history = GoldenHistory.Read("ThreadOrchestrator/cancelled.jsonl");
        ITaskOrchestrator changed = FuncTaskOrchestrator.Create<int, int>((_, input) => Task.FromResult(input));

        var error = Assert.Throws<NonDeterministicOrchestrationException>(() => history.Replay(_ => changed, app.Mesh.Converter));

        Assert.Contains("nothing but throw System.Text.Json.JsonException: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_orchestrator_that_was_removed_or_renamed_fails()
    {
        var history = GoldenHistory.Read("ThreadOrchestrator/cancelled.jsonl");

        var error = Assert.Throws<NonDeterministicOrchestrationException>(() => history.Replay(_ => null, app.Mesh.Converter));

        Assert.Contains("no orchestrator function 'ThreadOrchestrator'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The app, put together once.</summary>
    public sealed class App : IDisposable
    {
        internal MeshApp Mesh { get; } = new();

        public void Dispose() => Mesh.Dispose();
    }

    private sealed class OtherActivity(TaskOrchestrationContext context) : ForwardingContext(context)
    {
        public override Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null) =>
            base.CallActivityAsync<T>(
                name == nameof(ThreadActivities.WriteEvidence) ? "WriteEvidenceFile" : name, input, options);
    }

    private sealed class OtherInput(TaskOrchestrationContext context) : ForwardingContext(context)
    {
        public override Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null) =>
            base.CallActivityAsync<T>(
                name, input is ThreadRecord record ? record with { View = record.View with { Messages = 99 } } : input, options);
    }

    private sealed class OneMoreTimer(TaskOrchestrationContext context) : ForwardingContext(context)
    {
        public override async Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null)
        {
            if (name == nameof(ThreadActivities.WriteEvidence))
            {
                await CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            }

            return await base.CallActivityAsync<T>(name, input, options);
        }
    }

    private sealed class OneCallLess(TaskOrchestrationContext context) : ForwardingContext(context)
    {
        public override Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null) =>
            name == nameof(ThreadActivities.WriteEvidence)
                ? Task.FromResult<T>(default!)
                : base.CallActivityAsync<T>(name, input, options);
    }

    /// <summary>Sets the deadline before it asks the gate.</summary>
    private sealed class OtherOrder(TaskOrchestrationContext context) : ForwardingContext(context)
    {
        private Task? _deadline;

        public override Task<T> CallActivityAsync<T>(TaskName name, object? input = null, TaskOptions? options = null)
        {
            if (name == nameof(EvaluateGate))
            {
                var start = (DurableMesh.Core.Threads.ThreadStart)input!;
                _deadline = base.CreateTimer((start.CreatedAt + start.Limits.Ttl).UtcDateTime, CancellationToken.None);
            }

            return base.CallActivityAsync<T>(name, input, options);
        }

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) => _deadline!;
    }
}
