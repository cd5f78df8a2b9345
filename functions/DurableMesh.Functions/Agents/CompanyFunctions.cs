using DurableMesh.Core.Agents;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DurableMesh.Functions.Agents;

/// <summary>The companies of the registry over HTTP.</summary>
public sealed class CompanyFunctions(IAgentDirectory agents)
{
    /// <summary><c>GET /companies</c>.</summary>
    [Function("ListCompanies")]
    public async Task<IResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/companies")] HttpRequest request,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var registry = await agents.ReadAsync(cancellation);
        return new JsonAnswer<CompaniesPage>(new CompaniesPage([.. registry.Companies]));
    }

    /// <summary><c>GET /companies/{id}</c>.</summary>
    [Function("GetCompany")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/companies/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var registry = await agents.ReadAsync(cancellation);
        return Answer(
            registry.FindCompany(id) ?? throw new ProblemException(Problems.OfRefusal(AgentRegistry.CompanyNotFound(id))));
    }

    /// <summary><c>PUT /companies/{id}</c>; <c>If-Match</c> and <c>If-None-Match: *</c> guard it.</summary>
    [Function("PutCompany")]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/companies/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var expected = Preconditions.ExpectedVersion(request);
        var asked = await RequestBody.ReadAsync(request, utf8 => RegistryReader.ReadCompany(utf8, id), cancellation);
        var known = (await agents.ReadAsync(cancellation)).FindCompany(id) is not null;
        var registry = await agents.DemandAsync(request, new PutCompany(asked, expected), cancellation);
        return Answer(registry.FindCompany(id)!, known ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    /// <summary><c>DELETE /companies/{id}</c>; <c>If-Match</c> guards it.</summary>
    [Function("DeleteCompany")]
    public async Task<IResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/companies/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        await agents.DemandAsync(request, new DeleteCompany(id, Preconditions.ExpectedVersion(request)), cancellation);
        return Results.NoContent();
    }

    private static JsonAnswer<CompanyView> Answer(CompanyView company, int status = StatusCodes.Status200OK) =>
        new(company, status) { Version = company.Version };
}
