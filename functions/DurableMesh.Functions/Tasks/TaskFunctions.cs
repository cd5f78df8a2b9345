using System.Security.Cryptography;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Tasks;

/// <summary>MC tasks over HTTP.</summary>
public sealed class TaskFunctions(ITaskDirectory tasks, SubjectNames names)
{
    private const int DefaultPageLength = 50;
    private const int LongestPage = 500;

    /// <summary><c>GET /tasks?state=&amp;owner=&amp;company=&amp;limit=&amp;cursor=</c>, newest first.</summary>
    [Function("ListTasks")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/tasks")] HttpRequest request,
        CancellationToken cancellation)
    {
        var query = new Query(request, "state", "owner", "company", "limit", "cursor");
        var (state, owner, company) = (query.OneOf<MissionTaskState>("state"), query.Text("owner"), query.Text("company"));
        var limit = query.Number("limit", 1, LongestPage, DefaultPageLength);
        var before = query.Number("cursor", 1, int.MaxValue, otherwise: int.MaxValue);
        query.ThrowIfWrong();

        var board = await tasks.ReadAsync(cancellation);
        var page = board.List(
            task => (state is null || task.State == state) && IsOf(task, owner, company),
            limit,
            before,
            out var next);
        return new JsonAnswer<TasksPage>(new TasksPage(page, next?.ToString()));
    }

    /// <summary>All tasks of an owner and a company, the newest first; null for any.</summary>
    internal async Task<IReadOnlyList<MissionTask>> ReadAsync(string? owner, string? company, CancellationToken cancellation)
    {
        var board = await tasks.ReadAsync(cancellation);
        return board.List(task => IsOf(task, owner, company), int.MaxValue, before: null, out _);
    }

    /// <summary><c>GET /tasks/{id}</c>.</summary>
    [Function("GetTask")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/tasks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return Answer(await tasks.FindAsync(id, cancellation) ?? throw Refused(TaskBoard.NotFound(id)));
    }

    /// <summary><c>POST /tasks</c>; the same task again is the same task.</summary>
    [Function("CreateTask")]
    public async Task<IResult> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/tasks")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, TaskReader.ReadCreate, cancellation);
        var owner = await names.MeantAsync(Caller.Of(request), asked.Owner, cancellation);
        var task = asked with
        {
            Id = asked.Id ?? RandomNumberGenerator.GetHexString(12, lowercase: true),
            Owner = owner.ToString(),
        };
        var by = await names.DoerAsync(Caller.Of(request), asked.By, cancellation) ?? owner;
        var created = await ChangeAsync(task.Id, new TaskCreated(task), by, cancellation);
        return new JsonAnswer<MissionTask>(created, StatusCodes.Status201Created)
        {
            Location = $"{request.PathBase}{request.Path}".TrimEnd('/') + $"/{created.Id}",
            Version = created.Version,
        };
    }

    /// <summary><c>PATCH /tasks/{id}</c>; <c>If-Match</c> guards it.</summary>
    [Function("PatchTask")]
    public async Task<IResult> PatchAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/tasks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var expected = Preconditions.ExpectedVersion(request);
        var asked = await RequestBody.ReadAsync(request, TaskReader.ReadPatch, cancellation);
        var caller = Caller.Of(request);
        var by = await names.MustNameAsync(caller, asked.By, cancellation);
        var task = await tasks.FindAsync(id, cancellation) ?? throw Refused(TaskBoard.NotFound(id));
        var owner = await names.RecordedAsync(task.Owner, cancellation);
        caller.MustTend(owner);
        var next = asked.Owner is null ? owner : await names.MeantAsync(caller, asked.Owner, cancellation);
        var patched = new TaskPatched(id, expected, asked with { Owner = next == owner ? null : next.ToString() })
        {
            ByOperator = caller.May(Scope.Operate),
            OwnerMeant = owner,
            IsChecked = true,
        };
        return Answer(await ChangeAsync(id, patched, by, cancellation));
    }

    private async Task<MissionTask> ChangeAsync(string id, TaskChange change, Subject by, CancellationToken cancellation)
    {
        var result = await tasks.ChangeAsync(change, by.ToString(), cancellation);
        return result.OrThrow().Find(id)!;
    }

    private static bool IsOf(MissionTask task, string? owner, string? company) =>
        (owner is null || IsCalled(task.Owner, owner))
        && (company is null || company.Equals(task.Company, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether somebody is called so, with what he is or without.</summary>
    private static bool IsCalled(string recorded, string name) =>
        recorded == name || Subject.TryParse(recorded)?.Name == name || Subject.TryParse(name)?.Name == recorded;

    private static ProblemException Refused(ChangeRefusal refusal) => new(Problems.OfRefusal(refusal));

    private static JsonAnswer<MissionTask> Answer(MissionTask task) => new(task) { Version = task.Version };
}
