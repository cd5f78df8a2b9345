using DurableMesh.Cli;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Cli.Tasks;

public sealed class TasksCommandTests : IAsyncLifetime
{
    private FakeMesh _mesh = null!;

    public async ValueTask InitializeAsync() => _mesh = await FakeMesh.StartAsync();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_task_is_created_moved_and_shown()
    {
        var created = await RunAsync(
            "create", "7", "CSV reader", "--owner", "anna", "--priority", "H", "--start", "--by", "bertil", "--json");
        var moved = await RunAsync("move", "7", "ready_for_review", "--why", "verified", "--evidence", "a.json");
        var done = await RunAsync("move", "7", "done", "--by", "anna", "--if-version", "2", "--json");
        var shown = await RunAsync("show", "7");

        var task = created.Json<MissionTask>();
        Assert.Equal((MissionTaskState.InProgress, Priority.H), (task.State, task.Priority));
        Assert.Equal(("anna", "bertil"), (task.Owner, task.History[0].By));
        Assert.Equal(ExitCode.Done, moved.ExitCode);
        Assert.Equal((MissionTaskState.Done, 3), (done.Json<MissionTask>().State, done.Json<MissionTask>().Version));
        Assert.Contains("in_progress > ready_for_review", shown.Out, StringComparison.Ordinal);
        Assert.Contains("a.json", shown.Out, StringComparison.Ordinal);
        Assert.Contains("verified", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_creates_a_task_owns_it_unless_he_names_another() => Assert.Equal(
        "bertil", (await RunAsync("create", "7", "CSV reader", "--by", "bertil", "--json")).Json<MissionTask>().Owner);

    [Fact]
    public async Task A_move_that_is_not_allowed_says_what_is()
    {
        await RunAsync("create", "7", "CSV reader");

        var run = await RunAsync("move", "7", "done");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("it can become in_progress", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_move_for_another_version_is_refused()
    {
        await RunAsync("create", "7", "CSV reader");

        var run = await RunAsync("move", "7", "in_progress", "--if-version", "2");

        Assert.Equal(ExitCode.Refused, run.ExitCode);
        Assert.Contains("is at version 1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_is_given_to_another_with_the_reason()
    {
        await RunAsync("create", "7", "CSV reader", "--owner", "anna", "--by", "anna");

        Assert.Equal(ExitCode.Usage, (await RunAsync("give", "7", "bertil")).ExitCode);
        var given = await RunAsync("give", "7", "bertil", "--why", "she has left", "--by", "anna", "--if-version", "1", "--json");

        var task = given.Json<MissionTask>();
        Assert.Equal(("bertil", "anna", "she has left"), (task.Owner, task.History[^1].PreviousOwner, task.History[^1].Why));
        Assert.Contains("taken from anna", (await RunAsync("show", "7")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_that_does_not_exist_is_a_wrong_command_line() =>
        Assert.Equal(ExitCode.Usage, (await RunAsync("move", "7", "finished")).ExitCode);

    [Fact]
    public async Task Tasks_are_listed_for_people_and_for_programs()
    {
        await RunAsync("create", "7", "CSV reader", "--company", "codecraft");
        await RunAsync("create", "8", "CSV writer");

        var people = await RunAsync("list");
        var programs = await RunAsync("list", "--state", "open", "--owner", "anna", "--json");

        Assert.Contains("codecraft", people.Out, StringComparison.Ordinal);
        Assert.Equal(["8", "7"], programs.Json<TasksPage>().Tasks.Select(task => task.Id));
        Assert.Contains("GET /api/tasks?state=open&owner=anna", _mesh.Requests);
    }

    [Fact]
    public async Task A_task_that_does_not_exist_is_said() =>
        Assert.Contains("There is no task 7", (await RunAsync("show", "7")).Error, StringComparison.Ordinal);

    private Task<MeshRun> RunAsync(params string[] args) => MeshRun.OfAsync(_mesh, ["tasks", .. args]);
}
