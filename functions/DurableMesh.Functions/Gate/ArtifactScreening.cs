using DurableMesh.Core.Redaction;
using DurableMesh.Core.Trust;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Http;

namespace DurableMesh.Functions.Gate;

/// <summary>
/// Makes of an uploaded file what the other party may have: the same rules as for messages, and where they redact nothing passes
/// in which nothing can be looked for.
/// </summary>
public sealed class ArtifactScreening(IPseudonyms pseudonyms) : IDisposable
{
    // Redaction takes a multiple of the file in memory and all of a processor: one at a time.
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>Refuses what no screening could let through.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="from">The party whose file it is.</param>
    /// <exception cref="ProblemException">The zones deny the direction.</exception>
    internal static void MustMayPass(ThreadView thread, string from)
    {
        if (thread.TrustIn(from) == TrustAction.Deny)
        {
            throw new ProblemException(Problems.TrustDenied(thread.ThreadId));
        }
    }

    /// <summary>Screens a file.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="from">The party whose file it is.</param>
    /// <param name="content">The file.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="ProblemException">It is no text, and only text may pass.</exception>
    public async ValueTask<RedactedFile> ScreenAsync(
        ThreadView thread, string from, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        MustMayPass(thread, from);
        var key = await pseudonyms.OfAsync(thread.ThreadId, cancellation);
        await _oneAtATime.WaitAsync(cancellation);
        try
        {
            return FileRedaction.Redact(content, key, thread.TrustIn(from).ScopeOf())
                ?? throw new ProblemException(Problems.BinaryNotAllowed(thread.ThreadId));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();
}
