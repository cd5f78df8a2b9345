using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace DurableMesh.Tests.LocalHost.DurableTask;

public sealed class DurableTaskRegistryTests
{
    private static readonly ServiceProvider Services =
        new ServiceCollection().AddSingleton(new Suffix("!")).BuildServiceProvider();

    private readonly DurableTaskRegistry _registry = new();

    [Fact]
    public void A_class_goes_by_its_own_name_or_by_the_one_of_its_attribute()
    {
        _registry.AddOrchestrator<Plain>().AddOrchestrator<Renamed>().AddOrchestrator<Plain>("Another").AddActivity<Shout>();

        Assert.Equal(["Another", "Plain", "Say"], _registry.GetOrchestrators().Select(pair => pair.Key.Name).Order());
        Assert.Equal(["Shout"], _registry.GetActivities().Select(pair => pair.Key.Name));
    }

    [Fact]
    public void A_name_is_taken_whatever_its_case_but_once_for_each_kind()
    {
        _registry.AddOrchestratorFunc("Run", _ => Task.CompletedTask).AddActivityFunc("Run", _ => Task.CompletedTask);

        ArgumentException orchestrator =
            Assert.Throws<ArgumentException>(() => _registry.AddOrchestratorFunc("RUN", _ => Task.CompletedTask));
        ArgumentException activity =
            Assert.Throws<ArgumentException>(() => _registry.AddActivityFunc("run", _ => Task.CompletedTask));

        Assert.Contains("'RUN' is already registered", orchestrator.Message, StringComparison.Ordinal);
        Assert.Contains("'run' is already registered", activity.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_name_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _registry.AddOrchestratorFunc(default, _ => Task.CompletedTask));
        Assert.Throws<ArgumentException>(() => _registry.AddActivityFunc("", _ => Task.CompletedTask));
    }

    [Theory]
    [InlineData(typeof(string))]
    [InlineData(typeof(ITaskOrchestrator))]
    [InlineData(typeof(TaskOrchestrator<int, int>))]
    [InlineData(typeof(Shout))]
    public void What_is_no_orchestrator_that_can_be_made_is_refused(Type type) =>
        Assert.Throws<ArgumentException>(() => _registry.AddOrchestrator(type));

    [Fact]
    public void An_orchestrator_class_is_made_anew_for_each_execution_and_an_object_serves_all()
    {
        var shared = new Plain();
        _registry.AddOrchestrator<Plain>("Made").AddOrchestrator("Shared", shared);

        Assert.NotSame(Orchestrator("Made"), Orchestrator("made"));
        Assert.Same(shared, Orchestrator("Shared"));
    }

    [Fact]
    public async Task An_activity_class_gets_its_services()
    {
        _registry.AddActivity<Shout>();

        Assert.Equal("HEY!", await Activity("Shout").RunAsync(Moq.Mock.Of<TaskActivityContext>(), "hey"));
    }

    [Fact]
    public async Task Functions_of_every_shape_become_activities_with_their_types()
    {
        var seen = new List<string>();
        _registry
            .AddActivityFunc<string, int>("InputOutputAsync", (_, text) => Task.FromResult(text.Length))
            .AddActivityFunc<string, int>("InputOutput", (_, text) => text.Length)
            .AddActivityFunc<string>("InputAsync", (_, text) =>
            {
                seen.Add(text);
                return Task.CompletedTask;
            })
            .AddActivityFunc<int>("OutputAsync", _ => Task.FromResult(7))
            .AddActivityFunc("Nothing", _ =>
            {
                seen.Add("nothing");
                return Task.CompletedTask;
            });

        Assert.Equal(3, await Run("InputOutputAsync", "abc"));
        Assert.Equal(3, await Run("InputOutput", "abc"));
        Assert.Null(await Run("InputAsync", "abc"));
        Assert.Equal(7, await Run("OutputAsync", null));
        Assert.Null(await Run("Nothing", null));
        Assert.Equal(["abc", "nothing"], seen);
        Assert.Equal(typeof(string), Activity("InputOutput").InputType);
        Assert.Equal(typeof(int), Activity("InputOutput").OutputType);

        Task<object?> Run(string name, object? input) => Activity(name).RunAsync(Moq.Mock.Of<TaskActivityContext>(), input);
    }

    [Fact]
    public async Task An_input_of_another_type_is_refused_and_none_is_the_default()
    {
        _registry.AddActivityFunc<int, int>("Double", (_, number) => number * 2);

        await Assert.ThrowsAsync<ArgumentException>(
            () => Activity("Double").RunAsync(Moq.Mock.Of<TaskActivityContext>(), "two"));
        Assert.Equal(0, await Activity("Double").RunAsync(Moq.Mock.Of<TaskActivityContext>(), null));
    }

    private ITaskOrchestrator Orchestrator(TaskName name) =>
        _registry.GetOrchestrators().Single(pair => pair.Key == name).Value(Services);

    private ITaskActivity Activity(TaskName name) =>
        _registry.GetActivities().Single(pair => pair.Key == name).Value(Services);

    private sealed record Suffix(string Text);

    private class Plain : TaskOrchestrator<string, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => Task.FromResult(input);
    }

    [DurableTask("Say")]
    private sealed class Renamed : Plain;

    private sealed class Shout(Suffix suffix) : TaskActivity<string, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, string input) =>
            Task.FromResult(input.ToUpperInvariant() + suffix.Text);
    }
}
