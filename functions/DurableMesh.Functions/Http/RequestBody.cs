using System.Buffers;
using System.Collections.Frozen;
using DurableMesh.Core.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DurableMesh.Functions.Http;

/// <summary>Reads a request's body whole, but never more than the mesh takes.</summary>
internal static class RequestBody
{
    /// <summary>A message body may be 1 MiB; this leaves room for its checks and artifacts. In bytes.</summary>
    public const int MaximumBytes = 1024 * 1024 + 256 * 1024;

    private static readonly FrozenSet<string> SimpleTypes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data");

    /// <summary>The body's bytes.</summary>
    /// <exception cref="ProblemException">It is longer than <see cref="MaximumBytes"/>.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MaximumBytes)
        {
            throw TooLarge();
        }

        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            if (read.Buffer.Length > MaximumBytes)
            {
                throw TooLarge();
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return body;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>What the body says.</summary>
    /// <param name="request">The request.</param>
    /// <param name="reader">Reads it, or lists all that is wrong with it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ProblemException">It is too long, not JSON by its type, or something is wrong with it.</exception>
    public static async Task<T> ReadAsync<T>(
        HttpRequest request, Func<ReadOnlyMemory<byte>, ReadResult<T>> reader, CancellationToken cancellation)
        where T : class
    {
        var body = await ReadAsync(request, cancellation);
        if (body.Length > 0 && !request.HasJsonContentType())
        {
            throw new ProblemException(Problems.NotJson(request.ContentType));
        }

        var read = reader(body);
        return read.Value ?? throw new ProblemException(Problems.InvalidRequest(read.Errors));
    }

    /// <summary>
    /// Whether a page of another site may make a browser send it without asking first (CORS, a simple request).
    /// </summary>
    public static bool IsSimple(HttpRequest request) =>
        !MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || SimpleTypes.Contains(type.MediaType.ToString());

    private static ProblemException TooLarge() =>
        new(Problems.BodyTooLarge(
            $"A request may have {MaximumBytes} bytes. Put large work where the other agent can fetch it."));
}
