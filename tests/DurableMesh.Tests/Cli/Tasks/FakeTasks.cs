using System.Globalization;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Tasks;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.Tests.Cli.Tasks;

/// <summary>The routes of the MC tasks over the domain's own fold.</summary>
internal sealed class FakeTasks
{
    private TaskBoard _board = TaskBoard.Empty;

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/tasks", () => Results.Json(
            new TasksPage(_board.List(_ => true, 50, null, out _), NextCursor: null), MeshJson.Options));
        api.MapGet("/tasks/{id}", (string id) => Answer(id, _board.Find(id) is null ? TaskBoard.NotFound(id) : null));
        api.MapPost("/tasks", async (HttpRequest request) =>
        {
            var task = TaskReader.ReadCreate(await ReadAsync(request)).Value!;
            return Change(task.Id!, new TaskCreated(task), task.By!);
        });
        api.MapPatch("/tasks/{id}", async (string id, HttpRequest request) =>
        {
            var patch = TaskReader.ReadPatch(await ReadAsync(request)).Value!;
            int? version = request.Headers.IfMatch is [{ } tag] ? int.Parse(tag.Trim('"'), CultureInfo.InvariantCulture) : null;
            return Change(id, new TaskPatched(id, version, patch), patch.By!);
        });
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private IResult Change(string id, TaskChange change, string by)
    {
        (_board, var refusal) = _board.Apply(change, DateTimeOffset.UtcNow, by);
        return Answer(id, refusal);
    }

    private IResult Answer(string id, ChangeRefusal? refusal) => refusal is null
        ? Results.Json(_board.Find(id)!, MeshJson.Options)
        : Results.Json(
            new Problem { Title = "That cannot be done", Status = 409, Code = refusal.Code, Detail = refusal.Detail },
            MeshJson.Options, Problem.MediaType, 409);
}
