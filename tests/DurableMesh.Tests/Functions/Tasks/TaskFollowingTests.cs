using System.Net;
using System.Security.Cryptography;
using System.Text;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Tasks;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Moq;

namespace DurableMesh.Tests.Functions.Tasks;

/// <summary>What a thread's end does to its task, and what the tracker hears of that and of all else.</summary>
public sealed class TaskFollowingTests : IAsyncLifetime
{
    private static readonly string[] Described = ["specversion", "type", "subject"];

    private readonly TaskFixture _mesh = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _mesh.DisposeAsync();

    [Fact]
    public async Task A_threads_end_moves_its_task_once_however_often_the_activity_runs()
    {
        await _mesh.CreateAsync();

        await _mesh.EndThreadAsync("t-1");
        await _mesh.PatchAsync("""{"by":"anna","state":"in_progress","why":"not yet"}""");
        await _mesh.EndThreadAsync("t-1");

        var task = await _mesh.TaskAsync();
        Assert.Equal((MissionTaskState.InProgress, 3), (task.State, task.Version));
        Assert.Equal(["evidence/t-1.json"], task.Evidence);
    }

    [Fact]
    public async Task The_end_of_a_thread_about_no_task_of_ours_leaves_no_trace()
    {
        await _mesh.EndThreadAsync("t-1", taskId: "elsewhere");

        Assert.False((await _mesh.Tasks.ReadAsync(default)).Knows("t-1"));
        Assert.Empty(_mesh.Instances);
    }

    [Fact]
    public async Task Each_change_is_told_by_an_orchestration_of_its_own()
    {
        await _mesh.CreateAsync();
        await _mesh.CreateAsync();
        await _mesh.PatchAsync("""{"by":"anna","state":"blocked"}""");
        await _mesh.PatchAsync("""{"by":"anna","state":"blocked"}""");
        await _mesh.EndThreadAsync("t-1", EndState.Blocked);
        await _mesh.EndThreadAsync("t-1", EndState.Blocked);

        Assert.Equal(
            ["task-change:101959:1", "task-change:101959:2", "task-change:101959:3"],
            _mesh.Instances.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_nobody_follows_nothing_is_started()
    {
        await using var mesh = new TaskFixture(followed: false);
        await mesh.CreateAsync();
        await mesh.EndThreadAsync("t-1");

        Assert.Empty(mesh.Instances);
        Assert.Empty(await mesh.UntoldAsync());
    }

    [Fact]
    public async Task What_could_not_be_started_is_started_with_the_next_call()
    {
        _mesh.HubIsAway = true;
        Assert.Equal(201, (await _mesh.CreateAsync()).Status);
        await _mesh.EndThreadAsync("t-1");
        _mesh.HubIsAway = false;

        await _mesh.CreateAsync("""{"id":"7","title":"another","owner":"anna"}""");

        Assert.Equal(["task-change:101959:2", "task-change:7:1"], _mesh.Instances.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_host_left_behind_is_started_by_the_first_call_on_the_next()
    {
        await _mesh.CreateAsync();
        await _mesh.Tasks.ChangeAsync(
            new TaskPatched(TaskFixture.Id, null, new() { By = "anna", Title = "before the crash" }) { Follow = true },
            "anna",
            default);
        _mesh.Restart();

        await _mesh.CreateAsync("""{"id":"7","title":"another","owner":"anna"}""");

        Assert.Contains("task-change:101959:2", _mesh.Instances.Keys);
    }

    [Fact]
    public async Task The_tracker_hears_a_signed_cloud_event()
    {
        await _mesh.CreateAsync();
        await _mesh.EndThreadAsync("t-1");

        await _mesh.TellAsync(1);

        Assert.Equal(["101959/1", "101959/2"], _mesh.Tracker.Ids);
        var notice = _mesh.Tracker.Notices[1];
        Assert.Equal("https://tracker.example/hook?key=1", notice.Url.AbsoluteUri);
        Assert.Equal("application/cloudevents+json; charset=utf-8", notice.ContentType);
        Assert.Equal(
            "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TaskFixture.Secret), notice.Body)),
            notice.Signature);
        var told = notice.Event;
        Assert.Equal(
            ["data", "datacontenttype", "id", "source", "specversion", "subject", "time", "type"],
            told.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["1.0", "durablemesh.task.moved", "101959"],
            Described.Select(name => told.GetProperty(name).GetString()));
        var task = told.GetProperty("data");
        Assert.Equal(("ready_for_review", 2), (task.GetProperty("state").GetString(), task.GetProperty("version").GetInt32()));
        Assert.Equal("t-1", Assert.Single(task.GetProperty("history").EnumerateArray()).GetProperty("threadId").GetString());
        Assert.Empty(await _mesh.UntoldAsync());
    }

    [Fact]
    public async Task The_events_say_what_kind_of_change_it_was()
    {
        await _mesh.CreateAsync();
        await _mesh.PatchAsync("""{"by":"anna","priority":"H"}""");
        await _mesh.PatchAsync("""{"by":"anna","state":"blocked"}""");

        await _mesh.TellAsync(1);

        Assert.Equal(
            ["durablemesh.task.created", "durablemesh.task.changed", "durablemesh.task.moved"],
            _mesh.Tracker.Notices.Select(notice => notice.Event.GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Gone)]
    [InlineData(HttpStatusCode.Redirect)]
    public async Task A_tracker_that_does_not_take_it_is_told_again(HttpStatusCode answer)
    {
        await _mesh.CreateAsync();
        _mesh.Tracker.Answer = _ => answer;

        var failure = await Assert.ThrowsAsync<TaskNotToldException>(() => _mesh.TellAsync(1));
        Assert.Equal($"The webhook answered {(int)answer}.", failure.Message);
        Assert.Equal([1], await _mesh.UntoldAsync());

        _mesh.Tracker.Answer = _ => HttpStatusCode.OK;
        await _mesh.TellAsync(1);
        await _mesh.TellAsync(1);
        Assert.Equal(["101959/1", "101959/1"], _mesh.Tracker.Ids);
    }

    [Fact]
    public async Task A_tracker_that_is_not_there_or_does_not_answer_is_told_again()
    {
        await _mesh.CreateAsync();

        _mesh.Tracker.Answer = _ => throw new HttpRequestException("connection refused");
        var absent = await Assert.ThrowsAsync<TaskNotToldException>(() => _mesh.TellAsync(1));
        _mesh.Tracker.Answer = _ => throw new TaskCanceledException();
        var silent = await Assert.ThrowsAsync<TaskNotToldException>(() => _mesh.TellAsync(1));

        Assert.Equal("The webhook cannot be reached: connection refused", absent.Message);
        Assert.Equal("The webhook did not answer within 10 s.", silent.Message);
    }

    [Fact]
    public async Task A_change_waits_for_the_one_before_it()
    {
        await _mesh.CreateAsync();
        await _mesh.PatchAsync("""{"by":"anna","state":"blocked"}""");

        await Assert.ThrowsAsync<TaskNotToldException>(() => _mesh.TellAsync(2));

        Assert.Empty(_mesh.Tracker.Notices);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(null)]
    public async Task A_change_that_nobody_tells_is_told_with_the_next(OrchestrationRuntimeStatus? first)
    {
        await _mesh.CreateAsync();
        await _mesh.PatchAsync("""{"by":"anna","state":"blocked"}""");
        _mesh.Instances.TryRemove("task-change:101959:1", out _);
        if (first is { } status)
        {
            _mesh.Instances["task-change:101959:1"] = status;
        }

        await _mesh.TellAsync(2);

        Assert.Equal(["101959/1", "101959/2"], _mesh.Tracker.Ids);
    }

    [Fact]
    public async Task A_later_change_that_cannot_be_told_does_not_hold_up_the_one_that_was()
    {
        await _mesh.CreateAsync();
        await _mesh.PatchAsync("""{"by":"anna","state":"blocked"}""");
        _mesh.Tracker.Answer = id => id == "101959/2" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK;

        await _mesh.TellAsync(1);

        Assert.Equal([2], await _mesh.UntoldAsync());
    }

    [Fact]
    public async Task What_is_given_up_is_said_and_makes_way_for_the_next()
    {
        _mesh.Log.Setup(log => log.IsEnabled(LogLevel.Error)).Returns(true);
        await _mesh.CreateAsync();
        await _mesh.PatchAsync("""{"by":"anna","state":"blocked"}""");

        await _mesh.Activities.GiveUpTask(new TaskNotice(TaskFixture.Id, 1, "The webhook answered 500."), default);
        await _mesh.TellAsync(2);

        Assert.Equal(["101959/2"], _mesh.Tracker.Ids);
        var said = _mesh.Log.Invocations.Single(call => call.Method.Name == "Log").Arguments[2]!.ToString();
        Assert.Equal(
            "The webhook has not heard of version 1 of task 101959 within 24 h and is told no more: The webhook answered 500.",
            said);
    }

    [Fact]
    public async Task A_webhook_that_was_taken_away_is_not_guessed()
    {
        await using var mesh = new TaskFixture(followed: false);
        await mesh.CreateAsync();
        await mesh.Tasks.ChangeAsync(
            new TaskPatched(TaskFixture.Id, null, new() { By = "anna", Title = "t" }) { Follow = true }, "anna", default);

        await Assert.ThrowsAsync<TaskNotToldException>(() => mesh.TellAsync(2));
    }
}
