using DurableMesh.Core.Identity;

namespace DurableMesh.Tests.Functions.Tasks;

public sealed class TaskFunctionTests : IAsyncLifetime
{
    private readonly TaskFixture _mesh = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_task_is_created_and_read_again()
    {
        var created = await _mesh.CreateAsync();
        var read = await _mesh.GetAsync();

        Assert.Equal(201, created.Status);
        Assert.Equal("/api/tasks/101959", created.Headers.Location.ToString());
        Assert.Equal("\"1\"", created.Headers.ETag.ToString());
        Assert.Equal(("in_progress", "operator:anna", "M"), (read.Text("state"), read.Text("owner"), read.Text("priority")));
        Assert.Equal(created.Utf8, read.Utf8);
    }

    [Fact]
    public async Task A_task_without_an_id_gets_one()
    {
        var id = (await _mesh.CreateAsync("""{"title":"t","owner":"anna"}""")).Text("id");

        Assert.Equal(12, id.Length);
        Assert.Equal(200, (await _mesh.GetAsync(id)).Status);
    }

    [Fact]
    public async Task A_repeated_creation_is_the_same_task_and_another_of_its_id_a_conflict()
    {
        await _mesh.CreateAsync();

        Assert.Equal(201, (await _mesh.CreateAsync()).Status);
        var conflict = await _mesh.CreateAsync("""{"id":"101959","title":"another","owner":"anna"}""");
        Assert.Equal((409, "task_exists"), (conflict.Status, conflict.Code));
    }

    [Fact]
    public async Task All_that_is_wrong_with_a_task_is_said_at_once()
    {
        var answer = await _mesh.CreateAsync("""{"id":"a b","state":"done","ownr":"anna"}""");

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            ["id", "owner", "ownr", "state", "title"],
            answer.List("errors").Select(error => error.GetProperty("path").GetString()).Order());
    }

    [Fact]
    public async Task A_change_is_guarded_by_the_version_it_was_made_for()
    {
        await _mesh.CreateAsync();

        var first = await _mesh.PatchAsync("""{"by":"anna","state":"blocked","why":"stuck"}""", "\"1\"");
        var second = await _mesh.PatchAsync("""{"by":"bertil","title":"another"}""", "\"1\"");

        Assert.Equal((200, "\"2\"", "blocked"), (first.Status, first.Headers.ETag.ToString(), first.Text("state")));
        Assert.Equal((412, "version_mismatch"), (second.Status, second.Code));
        Assert.Equal(400, (await _mesh.PatchAsync("""{"by":"bertil","title":"another"}""", "two")).Status);
    }

    [Theory]
    [InlineData("""{"by":"anna","state":"done"}""", 409, "illegal_transition")]
    [InlineData("""{"by":"bertil","owner":"bertil"}""", 403, "not_task_owner")]
    [InlineData("""{"by":"anna","why":"nothing"}""", 400, "missing")]
    [InlineData("""{"by":"anna","state":"finished"}""", 400, "invalid_value")]
    public async Task A_change_that_is_not_allowed_says_why(string patch, int status, string code)
    {
        await _mesh.CreateAsync();

        var answer = await _mesh.PatchAsync(patch);

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.NotEmpty(answer.Text("detail"));
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 403)]
    public async Task A_task_whose_owner_is_gone_is_given_to_another_by_an_operator_only(bool mayOperate, int status)
    {
        await _mesh.CreateAsync("""{"id":"101959","title":"t","owner":"codecraft-builder"}""");
        _mesh.Caller = new Caller(Subject.Operator("ann"), mayOperate ? [Scope.Send, Scope.Operate] : [Scope.Send]);

        var given = await _mesh.PatchAsync("""{"owner":"vizu-builder","why":"the agent was deleted"}""");

        Assert.Equal(status, given.Status);
        Assert.Equal(mayOperate ? "agent:vizu-builder" : "agent:codecraft-builder", (await _mesh.TaskAsync()).Owner);
    }

    [Fact]
    public async Task A_task_that_does_not_exist_is_not_found()
    {
        Assert.Equal((404, "task_not_found"), ((await _mesh.GetAsync("7")).Status, (await _mesh.GetAsync("7")).Code));
        Assert.Equal(404, (await _mesh.PatchAsync("""{"by":"anna","title":"t"}""", id: "7")).Status);
    }

    [Theory]
    [InlineData("", "d,c,b,a")]
    [InlineData("?state=in_progress", "c,a")]
    [InlineData("?state=IN_PROGRESS&owner=anna", "a")]
    [InlineData("?company=codecraft", "d,b")]
    public async Task Tasks_are_listed_newest_first_and_as_asked_for(string query, string ids)
    {
        await _mesh.CreateAsync("""{"id":"a","title":"t","owner":"anna","state":"in_progress"}""");
        await _mesh.CreateAsync("""{"id":"b","title":"t","owner":"anna","company":"CodeCraft"}""");
        await _mesh.CreateAsync("""{"id":"c","title":"t","owner":"bertil","state":"in_progress"}""");
        await _mesh.CreateAsync("""{"id":"d","title":"t","owner":"bertil","company":"codecraft"}""");

        var page = await _mesh.ListAsync(query);

        Assert.Equal(ids, string.Join(',', page.List("tasks").Select(task => task.GetProperty("id").GetString())));
    }

    [Fact]
    public async Task A_list_goes_on_where_it_stopped()
    {
        foreach (var number in Enumerable.Range(1, 3))
        {
            await _mesh.CreateAsync($$"""{"id":"{{number}}","title":"t","owner":"anna"}""");
        }

        var first = await _mesh.ListAsync("?limit=2");
        var second = await _mesh.ListAsync($"?limit=2&cursor={first.Text("nextCursor")}");

        Assert.Equal(["3", "2"], first.List("tasks").Select(task => task.GetProperty("id").GetString()));
        Assert.Equal(["1"], second.List("tasks").Select(task => task.GetProperty("id").GetString()));
        Assert.Equal("", second.Text("nextCursor"));
    }

    [Theory]
    [InlineData("?state=finished")]
    [InlineData("?limit=0")]
    [InlineData("?cursor=x")]
    [InlineData("?ownr=anna")]
    public async Task A_list_asked_for_wrongly_is_refused(string query) =>
        Assert.Equal(400, (await _mesh.ListAsync(query)).Status);
}
