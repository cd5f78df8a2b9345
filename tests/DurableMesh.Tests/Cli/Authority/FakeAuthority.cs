using DurableMesh.Core.Authority;
using DurableMesh.Core.Wire;
using DurableMesh.Tests.Core.Authority;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.Tests.Cli.Authority;

/// <summary>The routes of the authority table over the domain's own fold, for the sample's builder and verifier.</summary>
internal sealed class FakeAuthority
{
    private AuthorityTables _tables = AuthorityTables.Empty;

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/authority", (int? version) => Answer(version is { } old ? _tables.At(old)! : _tables.Current));
        api.MapPut("/authority", PutAsync);
        api.MapGet("/authority/explain", (string initiator, string responder) => Results.Json(
            new AuthorityExplanations(initiator, responder, _tables.Current.Version,
            [
                .. Enum.GetValues<Pattern>().Select(pattern => _tables.Current.Explain(
                    pattern, AuthoritySample.Builder, AuthoritySample.Verifier, AuthoritySample.Now)),
            ]),
            MeshJson.Options));
    }

    private async Task<IResult> PutAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var version = request.Headers.IfNoneMatch == "*" ? "0" : request.Headers.IfMatch.ToString().Trim('"');
        var read = AuthorityReader.ReadPut(body.ToArray()).Value!;
        var change = new AuthorityChange(read.Rows, int.Parse(version, System.Globalization.CultureInfo.InvariantCulture));
        var result = _tables.Apply(change, AuthoritySample.Now, read.By!);
        _tables = result.State;
        return result.Refusal is not { } refusal ? Answer(_tables.Current) : Results.Json(
            new Problem { Title = "Somebody was first", Status = 412, Code = refusal.Code, Detail = refusal.Detail },
            MeshJson.Options, Problem.MediaType, 412);
    }

    private static IResult Answer(AuthorityTable table) => Results.Json(table, MeshJson.Options);
}
