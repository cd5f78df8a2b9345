using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Dashboard.Tasks;
using DurableMesh.Functions.Dashboard;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Tasks;
using DurableMesh.Tests.Functions.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace DurableMesh.Tests.Functions.Dashboard;

public sealed class TaskPageTests : IAsyncLifetime
{
    private const string Id = "101959";

    private PageFixture _fixture = null!;
    private FoldedLog<TaskBoard, TaskChange> _log = null!;
    private TaskPageFunctions _functions = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _fixture = await PageFixture.StartAsync();
        _log = new(_fixture.Mesh.Blobs, "tasks", TimeSpan.FromSeconds(30), TimeProvider.System, NullLogger.Instance);
        _log.Start();
        _functions = FunctionsOf(new TaskDirectory(_log));
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    [Fact]
    public async Task The_board_has_a_column_for_each_state_and_cards_with_their_running_threads()
    {
        await CreateAsync(Id, MissionTaskState.InProgress);
        await CreateAsync("t-2", MissionTaskState.Open);
        var thread = await _fixture.Mesh.StartedAsync();

        var page = (await BoardAsync()).MustBeFine().MustHaveNoForm();

        Assert.Contains("open 1", page.Text, StringComparison.Ordinal);
        Assert.Contains("in progress 1", page.Text, StringComparison.Ordinal);
        Assert.Contains("ready for review 0 none done 0 none blocked 0 none", page.Text, StringComparison.Ordinal);
        Assert.Equal(["/tasks/t-2", $"/tasks/{Id}"], page.Links("/tasks/"));
        Assert.Equal([$"/threads/{thread}"], page.Links("/threads/"));
    }

    [Fact]
    public async Task An_empty_board_says_how_to_begin_and_a_filter_that_fits_nothing_says_so()
    {
        Assert.Contains("There is no task yet.", (await BoardAsync()).MustBeFine().Text, StringComparison.Ordinal);
        await CreateAsync(Id, company: "codecraft");

        Assert.Contains("No task is like that.", (await BoardAsync("?owner=bob")).Text, StringComparison.Ordinal);
        Assert.Single((await BoardAsync("?owner=anna&company=CodeCraft")).Links("/tasks/"));
        Assert.Equal(400, (await BoardAsync("?state=lost")).Status);
    }

    [Fact]
    public async Task Ten_thousand_hostile_tasks_are_a_short_page_that_says_how_many_more()
    {
        var seeded = new TasksSeeded([.. Enumerable.Range(0, 10_000).Select(n => TaskOf($"t-{n}", MissionTaskState.Open) with
        {
            Title = PageFixture.Hostile + new string('x', 1024),
            Owner = PageFixture.Hostile,
            Company = PageFixture.Hostile,
        })]);
        var tasks = new Mock<ITaskDirectory>();
        tasks.Setup(one => one.ReadAsync(It.IsAny<CancellationToken>()))
            .ReturnsAsync(TaskBoard.Empty.Apply(seeded, SampleThread.Noon, "test").State);
        _functions = FunctionsOf(tasks.Object);

        var page = (await BoardAsync()).MustBeFine();
        var column = (await BoardAsync("?state=open&page=2")).MustBeFine();

        Assert.Equal(TaskBoardModel.ColumnLength, page.Links("/tasks/").Count);
        Assert.Contains("9,980 more", page.Text, StringComparison.Ordinal);
        Assert.Contains("61–120 of 10,000 tasks", column.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tasks_page_shows_its_history_threads_and_evidence()
    {
        await CreateAsync(Id, MissionTaskState.InProgress);
        var thread = await _fixture.Mesh.StartedAsync();
        await EndAsync(thread);

        var page = (await TaskAsync(Id)).MustBeFine();

        Assert.Contains("in progress → became ready for review", page.Text, StringComparison.Ordinal);
        Assert.Contains("pass, verified", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"/threads/{thread}?verify=true", page.Links("/threads/"));
        Assert.Contains($"/threads/{thread}/evidence", page.Links("/threads/"));
        Assert.Equal(page.Text, (await BoardAsync($"?id={Id}")).Text);
    }

    [Fact]
    public async Task A_task_that_only_threads_name_has_a_page_and_one_that_nobody_names_has_none()
    {
        await _fixture.Mesh.StartedAsync();

        var page = (await BoardAsync($"?id={Id}")).MustBeFine().MustHaveNoForm();

        Assert.Contains("This mesh keeps no task of that id.", page.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await BoardAsync("?id=nothing/..")).Status);
    }

    [Fact]
    public async Task A_form_moves_a_task_and_says_why()
    {
        await CreateAsync(Id);
        var page = await TaskAsync(Id);

        var moved = await PatchAsync(page, ("version", "1"), ("state", "in_progress"), ("why", "It begins."), ("title", ""));
        var late = await PatchAsync(page, ("version", "1"), ("state", "in_progress"), ("why", "It begins."));
        var wrong = await PatchAsync(page, ("state", "done"), ("why", "I say so."));

        Assert.Equal((303, "/next"), (moved.Status, moved.Headers.Location.ToString()));
        Assert.Equal((412, "version_mismatch"), (late.Status, late.Code));
        Assert.Equal((409, "illegal_transition"), (wrong.Status, wrong.Code));
        Assert.Contains("open → became in progress It begins.", (await TaskAsync(Id)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_calls_a_task_done()
    {
        await CreateAsync(Id, MissionTaskState.InProgress);
        await EndAsync(await _fixture.Mesh.StartedAsync());
        var (anna, bob) = (await OperatorAsync("anna"), await OperatorAsync("bob"));
        var page = await TaskAsync(Id);

        var byAnother = await PatchAsync(page, bob, ("state", "done"), ("why", "Reviewed."));
        var byOwner = await PatchAsync(page, anna, ("state", "done"), ("why", "Reviewed."));

        Assert.Contains("Only its owner, operator:anna, may call it done", page.Text, StringComparison.Ordinal);
        Assert.Equal((403, "not_task_owner"), (byAnother.Status, byAnother.Code));
        Assert.Equal(303, byOwner.Status);
        Assert.Contains("It is done, which is final.", (await TaskAsync(Id)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_may_only_read_sees_no_form_and_sends_none()
    {
        await CreateAsync(Id);
        var reader = await _fixture.ReaderKeyAsync();

        var page = (await TaskAsync(Id, reader)).MustBeFine().MustHaveNoForm();
        var moved = await PatchAsync(page, reader, ("state", "in_progress"), ("why", "It begins."));

        Assert.Equal(403, moved.Status);
        Assert.Equal(1, (await _log.ReadAsync(Cancellation)).Find(Id)!.Version);
    }

    private TaskPageFunctions FunctionsOf(ITaskDirectory tasks)
    {
        var agents = MeshFixture.KnownAgents();
        return new TaskPageFunctions(
            _fixture.Pages,
            _fixture.Forms,
            new TaskFunctions(tasks, new SubjectNames(agents, _fixture.Guard.Keys)),
            tasks,
            agents,
            _fixture.Mesh.Log,
            _fixture.Mesh.Threads);
    }

    private static CreateTaskRequest TaskOf(string id, MissionTaskState state) => new()
    {
        Id = id,
        Title = "CSV reader handles quoted newlines",
        Owner = Subject.Operator("anna").ToString(),
        State = state,
    };

    private Task<ChangeResult<TaskBoard>> CreateAsync(
        string id, MissionTaskState state = MissionTaskState.Open, string? company = null) =>
        _log.ChangeAsync(
            new TaskCreated(TaskOf(id, state) with { Company = company }), Subject.Operator("anna").ToString(), Cancellation);

    private Task<ChangeResult<TaskBoard>> EndAsync(string thread) => _log.ChangeAsync(
        new TaskThreadEnded(new ThreadOutcome(
            Id, thread, EndState.Pass, EndReason.Verified, null, $"evidence/2026/11/{thread}.json", Refused: false)),
        "mesh",
        Cancellation);

    private async Task<string> OperatorAsync(string name) => (await _fixture.Guard.IssueOperatorAsync(name)).Text("key");

    private Task<PageFixture.Page> BoardAsync(string query = "") =>
        _fixture.GetAsync("Tasks", "/tasks" + query, request => _functions.ListAsync(request, Cancellation));

    private Task<PageFixture.Page> TaskAsync(string id, string key = GuardedMesh.Root) =>
        _fixture.GetAsync("Task", $"/tasks/{id}", request => _functions.GetAsync(request, id, Cancellation), key);

    private Task<Answer> PatchAsync(PageFixture.Page from, params (string, string)[] fields) =>
        PatchAsync(from, GuardedMesh.Root, fields);

    private Task<Answer> PatchAsync(PageFixture.Page from, string key, params (string, string)[] fields) => _fixture.PostAsync(
        from, "PatchTask", $"/tasks/{Id}", request => _functions.PatchAsync(request, Id, Cancellation), fields, key);
}
