using DurableMesh.Core.Agents;
using DurableMesh.Core.Changes;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.Tests.Cli.Agents;

/// <summary>The routes of the registry over the domain's own fold.</summary>
/// <param name="show">Adds to an agent what only the mesh knows.</param>
internal sealed class FakeRegistry(Func<AgentView, AgentView> show)
{
    public AgentRegistry Registry { get; private set; } = AgentRegistry.Empty;

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/agents", () => Answer(new AgentsPage([.. Registry.Agents.Select(show)])));
        api.MapGet("/agents/{id}", (string id) => Registry.Find(id) is { } agent
            ? Answer(show(agent))
            : Refuse(new ChangeRefusal(RefusalKind.NotFound, "agent_not_found", $"No agent has the id {id}."), 404));
        api.MapPut("/agents/{id}", async (string id, HttpRequest request) =>
            RegistryReader.ReadAgent(await BodyAsync(request), id) is { Value: { } asked }
                ? Change(new PutAgent(asked, Expected(request)), () => Registry.Find(id))
                : Refuse(new ChangeRefusal(RefusalKind.Invalid, "invalid_request", "The agent is not right."), 400));
        api.MapDelete("/agents/{id}", (string id, HttpRequest request) =>
            Change<AgentView>(new DeleteAgent(id, Expected(request)), () => null));
        api.MapGet("/companies", () => Answer(new CompaniesPage([.. Registry.Companies])));
        api.MapPut("/companies/{id}", async (string id, HttpRequest request) => Change(
            new PutCompany(RegistryReader.ReadCompany(await BodyAsync(request), id).Value!, Expected(request)),
            () => Registry.FindCompany(id)));
    }

    private IResult Change<T>(RegistryChange change, Func<T?> changed)
    {
        var (registry, refusal) = Registry.Apply(change, DateTimeOffset.UnixEpoch, "test");
        Registry = registry;
        return refusal is not null ? Refuse(refusal, refusal.Kind == RefusalKind.VersionMismatch ? 412 : 409)
            : changed() is { } some ? Answer(some)
            : Results.NoContent();
    }

    private static int? Expected(HttpRequest request) => request.Headers.IfMatch.ToString() is { Length: > 0 } tag
        ? int.Parse(tag.Trim('"'), System.Globalization.CultureInfo.InvariantCulture)
        : request.Headers.IfNoneMatch.Count > 0 ? 0 : null;

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static IResult Answer<T>(T value) => Results.Json(value, MeshJson.Options);

    private static IResult Refuse(ChangeRefusal refusal, int status) => Results.Json(
        new Problem { Title = "The registry said no", Status = status, Code = refusal.Code, Detail = refusal.Detail },
        MeshJson.Options,
        Problem.MediaType,
        status);
}
