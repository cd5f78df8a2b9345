using DurableMesh.TaskHub;
using DurableMesh.TaskHub.Partitions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DurableMesh.Tests.TaskHub;

public sealed class ActivityDispatcherTests
{
    private readonly OneThread _thread = new();
    private readonly List<string> _started = [];
    private readonly List<string> _answered = [];
    private readonly Dictionary<string, TaskCompletionSource> _gates = [];

    [Fact]
    public void A_single_call_waits_for_one_round_at_most_however_many_another_instance_has_in_line()
    {
        ActivityDispatcher dispatcher = Dispatcher(maximumConcurrent: 2);
        for (int i = 0; i < 10_000; i++)
        {
            dispatcher.Dispatch(Call("noisy", i));
        }

        dispatcher.Dispatch(Call("quiet", 0));
        _thread.RunAll();

        Assert.Equal(10_001, _answered.Count);
        Assert.InRange(_started.IndexOf("quiet/0"), 0, 3);
    }

    [Fact]
    public void Instances_take_turns_and_each_keeps_its_own_order()
    {
        ActivityDispatcher dispatcher = Dispatcher(maximumConcurrent: 1);
        string[] instances = ["a", "a", "a", "b", "b", "c"];
        for (int i = 0; i < instances.Length; i++)
        {
            dispatcher.Dispatch(Call(instances[i], i));
        }

        _thread.RunAll();

        Assert.Equal(["a/0", "a/1", "b/3", "c/5", "a/2", "b/4"], _started);
    }

    [Fact]
    public void An_instance_that_comes_back_stands_at_the_end_of_the_round()
    {
        ActivityDispatcher dispatcher = Dispatcher(maximumConcurrent: 1);
        dispatcher.Dispatch(Call("a", 0, () => dispatcher.Dispatch(Call("a", 3))));
        dispatcher.Dispatch(Call("b", 1));
        dispatcher.Dispatch(Call("c", 2));

        _thread.RunAll();

        Assert.Equal(["a/0", "b/1", "c/2", "a/3"], _started);
    }

    [Fact]
    public void No_more_run_at_once_than_may_and_the_rest_is_counted_as_waiting()
    {
        ActivityDispatcher dispatcher = Dispatcher(maximumConcurrent: 3);
        for (int i = 0; i < 5; i++)
        {
            _gates.Add($"a/{i}", new TaskCompletionSource());
            dispatcher.Dispatch(Call("a", i));
        }

        _thread.RunAll();
        Assert.Equal((3, 2), (dispatcher.Running, dispatcher.Waiting));

        _gates["a/1"].SetResult();
        _thread.RunAll();
        Assert.Equal(["a/0", "a/1", "a/2", "a/3"], _started);
        Assert.Equal((3, 1), (dispatcher.Running, dispatcher.Waiting));

        foreach (TaskCompletionSource gate in _gates.Values)
        {
            gate.TrySetResult();
        }

        _thread.RunAll();
        Assert.Equal(5, _answered.Count);
        Assert.Equal((0, 0), (dispatcher.Running, dispatcher.Waiting));
    }

    [Fact]
    public void A_failure_gives_its_place_to_the_next_too()
    {
        ActivityDispatcher dispatcher = Dispatcher(maximumConcurrent: 1);
        dispatcher.Dispatch(Call("a", 0) with { Name = "Unknown" });
        dispatcher.Dispatch(Call("b", 1));

        _thread.RunAll();

        Assert.Equal(["a/0 failed", "b/1"], _answered);
    }

    private ActivityDispatcher Dispatcher(int maximumConcurrent) =>
        new(
            new LocalTasks(
                new DurableTaskRegistry().AddActivity("Work", new Work(this)), new ServiceCollection().BuildServiceProvider()),
            JsonDataConverter.Default,
            _thread,
            NullLogger.Instance,
            maximumConcurrent);

    private ActivityCall Call(string instance, int number, Action? then = null) => new(
        instance,
        number,
        "Work",
        null,
        JsonDataConverter.Default.Serialize($"{instance}/{number}"),
        null,
        (_, failure, _) =>
        {
            _answered.Add(failure is null ? $"{instance}/{number}" : $"{instance}/{number} failed");
            then?.Invoke();
        });

    private sealed class Work(ActivityDispatcherTests test) : TaskActivity<string, string>
    {
        public override async Task<string> RunAsync(TaskActivityContext context, string input)
        {
            test._started.Add(input);
            if (test._gates.TryGetValue(input, out TaskCompletionSource? gate))
            {
                await gate.Task;
            }

            return input;
        }
    }

    /// <summary>Runs tasks when it is told, in the order in which they came: what the simulation does.</summary>
    private sealed class OneThread : TaskScheduler
    {
        private readonly Queue<Task> _tasks = new();

        public void RunAll()
        {
            while (_tasks.TryDequeue(out Task? task))
            {
                TryExecuteTask(task);
            }
        }

        protected override void QueueTask(Task task) => _tasks.Enqueue(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
    }
}
