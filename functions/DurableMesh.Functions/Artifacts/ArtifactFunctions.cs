using DurableMesh.Core.Evidence;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Identity;
using DurableMesh.Functions.Store;
using DurableMesh.Functions.Threads;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMesh.Functions.Artifacts;

/// <summary>Files that travel in a thread over HTTP, so that a verifier on another machine gets what it must verify.</summary>
public sealed class ArtifactFunctions(
    IAgentDirectory agents, IArtifactStore store, ArtifactKeeper keeper, UploadReader uploads, ThreadFinder threads)
{
    /// <summary><c>POST /threads/{id}/artifacts?from=&amp;name=</c>; the body is the file.</summary>
    [Function("PutArtifact")]
    public async Task<IResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/threads/{id}/artifacts")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        var query = new Query(request, "from", "name");
        var (asked, name) = (query.Required("from"), query.Required("name"));
        query.ThrowIfWrong();
        if (!ArtifactRules.IsName(name))
        {
            throw new ProblemException(Problems.InvalidRequest("?name", InputError.InvalidValue, ArtifactRules.NameRule));
        }

        if (RequestBody.IsSimple(request))
        {
            throw new ProblemException(Problems.TypeMissing());
        }

        // Nobody's bytes are read before they may be kept.
        var from = (await agents.ReadAsync(cancellation)).SpeakerOf(request, asked);
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        ArtifactKeeper.MustMayAdd(thread, from);
        using var upload = await uploads.ReadAsync(request, cancellation);
        var folder = $"{request.PathBase}{request.Path.Value!.TrimEnd('/')}";
        var (kept, isNew) = await keeper.KeepAsync(thread, from, name, upload.Content, folder, cancellation);
        var status = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        return new JsonAnswer<KeptArtifact>(kept, status) { Location = kept.Uri };
    }

    /// <summary><c>GET /threads/{id}/artifacts/{sha256}</c>.</summary>
    [Function("GetArtifact")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/threads/{id}/artifacts/{sha256}")] HttpRequest request,
        string id,
        string sha256,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellation)
    {
        new Query(request).ThrowIfWrong();
        var thread = await threads.FindAsync(client, id, Caller.Of(request), cancellation);
        Caller.Of(request).MustSee(thread);
        return ContentHash.IsHex(sha256) && await store.FindAsync(id, sha256, cancellation) is { } length
            ? await ArtifactAnswer.BeginAsync(store, id, sha256, length, cancellation)
            : throw new ProblemException(Problems.ArtifactNotFound(id));
    }
}
