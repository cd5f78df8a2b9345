using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.Tests.Cli.Keys;

/// <summary>
/// The keys of a <see cref="FakeMesh"/>: the real fold behind the routes of docs/http-api.md, open to everybody.
/// </summary>
internal sealed class FakeKeys
{
    private KeyRing _ring = KeyRing.Empty;
    private byte _made;

    public void Map(RouteGroupBuilder api)
    {
        api.MapPost("/keys", async (HttpRequest request) =>
        {
            var asked = await ReadAsync(request, KeyRequestReader.ReadForOperator);
            return Make(key => Issued(key, Subject.Operator(asked.Operator!), asked));
        });
        api.MapPost("/agents/{id}/keys", async (string id, HttpRequest request) =>
        {
            var asked = await ReadAsync(request, KeyRequestReader.ReadForAgent);
            return Make(key => Issued(key, Subject.Agent(id), asked));
        });
        api.MapPost("/keys/{id}/rotate", async (string id, HttpRequest request) =>
        {
            var asked = await ReadAsync(request, KeyRequestReader.ReadRotate);
            return Make(key => new KeyRotated(id, key.Id, key.SecretHash, asked.Overlap));
        });
        api.MapDelete("/keys/{id}", (string id) => Apply(new KeyRevoked(id)) ?? Results.NoContent());
        api.MapGet("/keys", () => Page(_ => true));
        api.MapGet("/agents/{id}/keys", (string id) => Page(key => key.Subject == Subject.Agent(id)));
    }

    private IResult Page(Func<AccessKey, bool> wanted) =>
        Results.Json(new KeysPage([.. _ring.Keys.Where(wanted).Select(KeyView.Of)]), MeshJson.Options);

    private IResult Make(Func<KeyText, KeyChange> changeFor)
    {
        _made++;
        var key = KeyText.Of(
            [.. Enumerable.Repeat(_made, KeyText.IdBytes)], [.. Enumerable.Repeat(_made, KeyText.SecretBytes)]);
        return Apply(changeFor(key)) ?? Results.Json(
            KeyView.Of(_ring.Find(key.Id)!) with { Key = key.Reveal() }, MeshJson.Options, statusCode: 201);
    }

    private IResult? Apply(KeyChange change)
    {
        var result = _ring.Apply(change, DateTimeOffset.UtcNow, "anybody");
        _ring = result.State;
        return result.Refusal is { } refusal
            ? Results.Json(Problems.OfRefusal(refusal), MeshJson.Options, Problem.MediaType, Problems.OfRefusal(refusal).Status)
            : null;
    }

    private static KeyIssued Issued(KeyText key, Subject subject, IssueKeyRequest asked) =>
        new(key.Id, key.SecretHash, subject, asked.Scopes ?? [Scope.Read, Scope.Send], asked.Lifetime);

    private static async Task<T> ReadAsync<T>(HttpRequest request, Func<ReadOnlyMemory<byte>, ReadResult<T>> read)
        where T : class
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return read(body.ToArray()).Value!;
    }
}
