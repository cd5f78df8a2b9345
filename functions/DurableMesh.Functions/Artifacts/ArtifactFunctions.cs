using System.Security.Cryptography;
using DurableMesh.Core.Evidence;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Agents;
using DurableMesh.Functions.Gate;
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
    IAgentDirectory agents, IArtifactStore store, ArtifactScreening screening, UploadReader uploads, ThreadFinder threads)
{
    /// <summary>How many artifacts a thread keeps.</summary>
    public const int MaxFiles = 1000;

    /// <summary>How many bytes they may be together.</summary>
    public const long MaxTotalBytes = 1024L * 1024 * 1024;

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
        MustMayAdd(thread, from);
        using var upload = await uploads.ReadAsync(request, cancellation);
        var (content, removed) = await screening.ScreenAsync(thread, from, upload.Content, cancellation);
        if (content.Length > ArtifactRules.MaxBytes)
        {
            // Placeholders may be longer than what they stand for.
            throw new ProblemException(Problems.ArtifactTooLarge(ArtifactRules.MaxBytes));
        }

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content.Span));
        var isNew = await KeepAsync(id, sha256, content, cancellation);

        var uri = $"{request.PathBase}{request.Path.Value!.TrimEnd('/')}/{sha256}";
        var kept = new KeptArtifact { Name = name, Sha256 = sha256, Size = content.Length, Uri = uri, Redactions = removed };
        var status = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        return new JsonAnswer<KeptArtifact>(kept, status) { Location = uri };
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

    private static void MustMayAdd(ThreadView thread, string from)
    {
        Caller.MustBeParty(thread, from);
        if (thread.State != ThreadPhase.Open)
        {
            throw new ProblemException(Problems.ThreadNotOpen(thread));
        }

        ArtifactScreening.MustMayPass(thread, from);
    }

    /// <returns>Whether the thread did not have it.</returns>
    private async Task<bool> KeepAsync(
        string threadId, string sha256, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (await store.FindAsync(threadId, sha256, cancellation) == content.Length)
        {
            return false;
        }

        var (files, bytes) = await store.CountAsync(threadId, cancellation);
        if (files >= MaxFiles || bytes + content.Length > MaxTotalBytes)
        {
            throw new ProblemException(Problems.TooManyArtifacts(threadId, MaxFiles, MaxTotalBytes));
        }

        await store.StoreAsync(threadId, sha256, content, cancellation);
        return true;
    }
}
