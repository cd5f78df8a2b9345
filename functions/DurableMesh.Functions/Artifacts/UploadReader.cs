using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DurableMesh.Functions.Artifacts;

/// <summary>
/// Reads uploads into memory: each only as far as it has come in and an artifact may go, all together within a bound.
/// </summary>
public sealed class UploadReader
{
    private const int Limit = ArtifactRules.MaxBytes;
    private const int FirstBytes = 64 * 1024;
    private const int MostAtOnce = 8;
    private const long MaxTogether = MostAtOnce * (Limit + 1L);

    private long _taken;

    /// <summary>Reads a request's body to its end.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="ProblemException">It is longer than an artifact may be, or too many come in at once.</exception>
    internal async Task<Upload> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > Limit)
        {
            throw new ProblemException(Problems.ArtifactTooLarge(Limit));
        }

        // The server's own limit may be lower (Kestrel: 30 MB), and says less when it is exceeded.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = null;
        }

        var upload = new Upload(this);
        try
        {
            await upload.FillAsync(request.Body, (int?)request.ContentLength ?? Limit, cancellation);
            return upload;
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    private void Take(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) > MaxTogether)
        {
            Interlocked.Add(ref _taken, -bytes);
            throw new ProblemException(Problems.Overloaded("There are too many uploads at once."));
        }
    }

    private void GiveBack(int bytes) => Interlocked.Add(ref _taken, -bytes);

    /// <summary>An upload in memory, until it is disposed.</summary>
    internal sealed class Upload(UploadReader reader) : IDisposable
    {
        private byte[] _buffer = [];
        private int _length;

        /// <summary>Its bytes.</summary>
        public ReadOnlyMemory<byte> Content => _buffer.AsMemory(0, _length);

        /// <summary>Reads to the end; the buffer keeps one byte more than there may be, so that the end is seen.</summary>
        public async Task FillAsync(Stream body, int expected, CancellationToken cancellation)
        {
            Grow(Math.Min(expected + 1, FirstBytes));
            while (await body.ReadAsync(_buffer.AsMemory(_length), cancellation) is > 0 and var read)
            {
                _length += read;
                if (_length > Limit)
                {
                    throw new ProblemException(Problems.ArtifactTooLarge(Limit));
                }

                if (_length == _buffer.Length)
                {
                    Grow(Math.Min(expected + 1, 2 * _length));
                }
            }
        }

        public void Dispose()
        {
            reader.GiveBack(_buffer.Length);
            (_buffer, _length) = ([], 0);
        }

        private void Grow(int length)
        {
            // A body that is longer than it says is the server's to refuse; it must not find a buffer without room.
            length = Math.Max(length, _length + 1);
            reader.Take(length - _buffer.Length);
            Array.Resize(ref _buffer, length);
        }
    }
}
