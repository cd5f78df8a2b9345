using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;

namespace DurableMesh.Tests.Functions.Tasks;

/// <summary>An agent and an operator of one name do not pass for each other.</summary>
public sealed class TaskSubjectTests : IAsyncDisposable
{
    private const string Name = "codecraft-builder";
    private static readonly Caller Agent = new(Subject.Agent(Name), [Scope.Read, Scope.Send]);
    private static readonly Caller Operator = new(Subject.Operator(Name), Enum.GetValues<Scope>());
    private readonly TaskFixture _mesh = new();

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task An_agent_does_not_end_the_task_of_an_operator_of_its_name()
    {
        _mesh.Caller = Operator;
        await _mesh.CreateAsync($$"""{"id":"101959","title":"t","owner":"{{Name}}","state":"in_progress"}""");
        await _mesh.EndThreadAsync("t-1");

        _mesh.Caller = Agent;
        var answer = await _mesh.PatchAsync("""{"state":"done"}""");

        Assert.Equal((403, "missing_scope"), (answer.Status, answer.Code));
        var task = await _mesh.TaskAsync();
        Assert.Equal(("operator:" + Name, "operator:" + Name), (task.Owner, task.History[0].By));
    }

    [Fact]
    public async Task An_operator_of_an_agents_name_does_not_call_its_task_done()
    {
        _mesh.Caller = new Caller(Subject.Operator("ann"), Enum.GetValues<Scope>());
        await _mesh.CreateAsync($$"""{"id":"101959","title":"t","owner":"{{Name}}","state":"in_progress"}""");
        await _mesh.EndThreadAsync("t-1");

        _mesh.Caller = Operator;
        var refused = await _mesh.PatchAsync("""{"state":"done"}""");
        _mesh.Caller = Agent;
        var done = await _mesh.PatchAsync("""{"state":"done"}""");

        Assert.Equal((403, "not_task_owner"), (refused.Status, refused.Code));
        Assert.Equal((200, "done"), (done.Status, done.Text("state")));
        Assert.Equal("agent:" + Name, (await _mesh.TaskAsync()).History[^1].By);
    }

    [Fact]
    public async Task A_name_that_both_have_must_say_which()
    {
        _mesh.Ring = RingOf(Subject.Operator(Name));
        _mesh.Caller = new Caller(Subject.Operator("ann"), Enum.GetValues<Scope>());

        var answer = await _mesh.CreateAsync($$"""{"id":"1","title":"t","owner":"{{Name}}"}""");
        var said = await _mesh.CreateAsync($$"""{"id":"1","title":"t","owner":"operator:{{Name}}"}""");

        Assert.Equal((400, "ambiguous_name"), (answer.Status, answer.Code));
        Assert.Equal((201, "operator:" + Name), (said.Status, said.Text("owner")));
    }

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 403)]
    public async Task An_old_owner_without_what_he_is_is_the_agent_unless_an_operator_has_the_name(bool isOperator, int status)
    {
        CreateTaskRequest old = new() { Id = TaskFixture.Id, Title = "t", Owner = Name, State = MissionTaskState.InProgress };
        await _mesh.Tasks.ChangeAsync(new TaskCreated(old), Name, default);
        await _mesh.EndThreadAsync("t-1");
        _mesh.Ring = isOperator ? RingOf(Subject.Operator(Name)) : KeyRing.Empty;

        _mesh.Caller = Agent;
        var answer = await _mesh.PatchAsync("""{"state":"done"}""");

        Assert.Equal(status, answer.Status);
        Assert.Equal(isOperator ? MissionTaskState.ReadyForReview : MissionTaskState.Done, (await _mesh.TaskAsync()).State);
    }

    [Theory]
    [InlineData("anna", "b,a")]
    [InlineData("operator:anna", "b,a")]
    [InlineData("agent:codecraft-builder", "c")]
    [InlineData("codecraft-builder", "c")]
    public async Task Tasks_are_found_by_their_owner_with_what_he_is_or_without(string owner, string ids)
    {
        await _mesh.Tasks.ChangeAsync(new TaskCreated(new() { Id = "a", Title = "t", Owner = "anna" }), "anna", default);
        await _mesh.CreateAsync("""{"id":"b","title":"t","owner":"anna"}""");
        await _mesh.CreateAsync("""{"id":"c","title":"t","owner":"codecraft-builder"}""");

        var found = (await _mesh.ListAsync($"?owner={owner}")).List("tasks").Select(task => task.GetProperty("id").GetString());

        Assert.Equal(ids, string.Join(',', found));
    }

    [Fact]
    public async Task Made_up_evidence_is_refused()
    {
        await _mesh.CreateAsync();
        await _mesh.PatchAsync("""{"by":"anna","state":"ready_for_review"}""");

        var answer = await _mesh.PatchAsync("""{"by":"anna","state":"done","evidence":["evidence/2026/11/made-up.json"]}""");

        Assert.Equal((409, "evidence_unknown"), (answer.Status, answer.Code));
    }

    private static KeyRing RingOf(Subject subject) => KeyRing.Empty
        .Apply(new KeyIssued("k", "h", subject, [Scope.Read], null), DateTimeOffset.UnixEpoch, "root").State;
}
