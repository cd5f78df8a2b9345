using System.Security.Cryptography;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Tasks;

/// <summary>MC tasks over HTTP.</summary>
public sealed class TaskFunctions(ITaskDirectory tasks, TaskFollowing following)
{
    private const int DefaultPageLength = 50;
    private const int LongestPage = 500;

    /// <summary><c>GET /tasks?state=&amp;owner=&amp;company=&amp;limit=&amp;cursor=</c>, newest first.</summary>
    [Function("ListTasks")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "tasks")] HttpRequest request, CancellationToken cancellation)
    {
        var query = new Query(request, "state", "owner", "company", "limit", "cursor");
        var (state, owner, company) = (query.OneOf<MissionTaskState>("state"), query.Text("owner"), query.Text("company"));
        var limit = query.Number("limit", 1, LongestPage, DefaultPageLength);
        var before = query.Number("cursor", 1, int.MaxValue, otherwise: int.MaxValue);
        query.ThrowIfWrong();

        var board = await tasks.ReadAsync(cancellation);
        var page = board.List(
            task => (state is null || task.State == state)
                && (owner is null || task.Owner == owner)
                && (company is null || company.Equals(task.Company, StringComparison.OrdinalIgnoreCase)),
            limit,
            before,
            out var next);
        return new JsonAnswer<TasksPage>(new TasksPage(page, next?.ToString()));
    }

    /// <summary><c>GET /tasks/{id}</c>.</summary>
    [Function("GetTask")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "tasks/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        return Answer(await tasks.FindAsync(id, cancellation) ?? throw Refused(TaskBoard.NotFound(id)));
    }

    /// <summary><c>POST /tasks</c>; the same task again is the same task.</summary>
    [Function("CreateTask")]
    public async Task<IResult> CreateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "tasks")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var asked = await RequestBody.ReadAsync(request, TaskReader.ReadCreate, cancellation);
        var task = asked with { Id = asked.Id ?? RandomNumberGenerator.GetHexString(12, lowercase: true) };
        var by = Caller.Of(request).NameOf(asked.By) ?? asked.Owner;
        var created = await ChangeAsync(client, task.Id, new TaskCreated(task), by, cancellation);
        return new JsonAnswer<MissionTask>(created, StatusCodes.Status201Created)
        {
            Location = $"{request.PathBase}{request.Path}".TrimEnd('/') + $"/{created.Id}",
            Version = created.Version,
        };
    }

    /// <summary><c>PATCH /tasks/{id}</c>; <c>If-Match</c> guards it.</summary>
    [Function("PatchTask")]
    public async Task<IResult> PatchAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "tasks/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var expected = Preconditions.ExpectedVersion(request);
        var asked = await RequestBody.ReadAsync(request, TaskReader.ReadPatch, cancellation);
        var by = Caller.Of(request).MustName(asked.By);
        var task = await tasks.FindAsync(id, cancellation) ?? throw Refused(TaskBoard.NotFound(id));
        Caller.Of(request).MustTend(task.Owner);
        var patched = new TaskPatched(id, expected, asked) { ByOperator = Caller.Of(request).May(Scope.Operate) };
        return Answer(await ChangeAsync(client, id, patched, by, cancellation));
    }

    private async Task<MissionTask> ChangeAsync(
        DurableTaskClient client, string id, TaskChange change, string by, CancellationToken cancellation)
    {
        var result = await tasks.ChangeAsync(change with { Follow = following.IsOn }, by, cancellation);
        var board = result.OrThrow();
        await following.TellAsync(client, id, cancellation);
        return board.Find(id)!;
    }

    private static ProblemException Refused(ChangeRefusal refusal) => new(Problems.OfRefusal(refusal));

    private static JsonAnswer<MissionTask> Answer(MissionTask task) => new(task) { Version = task.Version };
}
