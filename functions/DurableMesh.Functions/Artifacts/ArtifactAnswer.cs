using DurableMesh.Functions.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace DurableMesh.Functions.Artifacts;

/// <summary>
/// An artifact on its way out, a piece at a time. Its name is not the sender's: nobody's browser opens it, and nothing is called
/// what an agent says.
/// </summary>
internal sealed class ArtifactAnswer : IResult
{
    private const int PieceBytes = 4 * 1024 * 1024;

    private readonly IArtifactStore _store;
    private readonly string _threadId;
    private readonly string _sha256;
    private readonly long _length;
    private readonly ReadOnlyMemory<byte> _first;

    private ArtifactAnswer(IArtifactStore store, string threadId, string sha256, long length, ReadOnlyMemory<byte> first) =>
        (_store, _threadId, _sha256, _length, _first) = (store, threadId, sha256, length, first);

    /// <summary>Reads the first piece, so that a storage that is away is answered as such.</summary>
    public static async Task<IResult> BeginAsync(
        IArtifactStore store, string threadId, string sha256, long length, CancellationToken cancellation) =>
        new ArtifactAnswer(
            store,
            threadId,
            sha256,
            length,
            length > 0 ? await store.ReadAsync(threadId, sha256, 0, PieceBytes, cancellation) : default);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var etag = new EntityTagHeaderValue($"\"{_sha256}\"");
        response.Headers.ETag = etag.ToString();
        response.Headers.CacheControl = "private, max-age=31536000, immutable";
        response.Headers.XContentTypeOptions = "nosniff";
        if (httpContext.Request.GetTypedHeaders().IfNoneMatch.Any(one => one.Compare(etag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/octet-stream";
        response.ContentLength = _length;
        response.Headers.ContentDisposition = $"attachment; filename=\"{_sha256}\"";
        await response.Body.WriteAsync(_first, httpContext.RequestAborted);
        for (long at = _first.Length; at < _length;)
        {
            var piece = await NextAsync(at, httpContext);
            if (piece.IsEmpty)
            {
                return;
            }

            await response.Body.WriteAsync(piece, httpContext.RequestAborted);
            at += piece.Length;
        }
    }

    /// <summary>The next piece; nothing where the answer can only be broken off, so that nobody takes it for whole.</summary>
    private async Task<ReadOnlyMemory<byte>> NextAsync(long at, HttpContext httpContext)
    {
        try
        {
            return await _store.ReadAsync(_threadId, _sha256, at, PieceBytes, httpContext.RequestAborted);
        }
        catch (StoreUnavailableException)
        {
            httpContext.Abort();
            return default;
        }
    }
}
