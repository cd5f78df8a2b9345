using System.Collections.Concurrent;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Redaction;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DurableMesh.Tests.Cli.Artifacts;

/// <summary>The files of the fake mesh's threads: kept and given as they are, unless a test wants something else.</summary>
internal sealed class FakeArtifacts
{
    private readonly ConcurrentDictionary<(string Thread, string Sha256), byte[]> _files = new();

    /// <summary>What it makes of what it is given; as it is unless a test says otherwise.</summary>
    public Func<byte[], byte[]> Keeping { get; set; } = content => content;

    /// <summary>What it says that the zones took out.</summary>
    public RedactionCounts? Redactions { get; set; }

    /// <summary>What it gives of what it has.</summary>
    public Func<byte[], byte[]> Giving { get; set; } = content => content;

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/threads/{id}/artifacts", async (string id, string from, string name, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            var content = Keeping(body.ToArray());
            var sha256 = ContentHash.Hex(content);
            var isNew = _files.TryAdd((id, sha256), content);
            return Results.Json(
                new KeptArtifact
                {
                    Name = name,
                    Sha256 = sha256,
                    Size = content.Length,
                    Uri = $"/api/threads/{id}/artifacts/{sha256}",
                    Redactions = Redactions,
                },
                MeshJson.Options,
                statusCode: isNew ? 201 : 200);
        });
        api.MapGet("/threads/{id}/artifacts/{sha256}", (string id, string sha256) =>
            _files.TryGetValue((id, sha256), out var content)
                ? Results.Bytes(Giving(content), "application/octet-stream")
                : Results.Json(
                    new Problem { Title = "There is none", Status = 404, Code = "artifact_not_found" },
                    MeshJson.Options,
                    Problem.MediaType,
                    404));
    }
}
