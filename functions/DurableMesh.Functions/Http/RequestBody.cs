using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace DurableMesh.Functions.Http;

/// <summary>Reads a request's body whole, but never more than the mesh takes.</summary>
internal static class RequestBody
{
    /// <summary>A message body may be 1 MiB; this leaves room for its checks and artifacts. In bytes.</summary>
    public const int MaximumBytes = 1024 * 1024 + 256 * 1024;

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

    private static ProblemException TooLarge() =>
        new(Problems.BodyTooLarge(
            $"A request may have {MaximumBytes} bytes. Put large work where the other agent can fetch it."));
}
