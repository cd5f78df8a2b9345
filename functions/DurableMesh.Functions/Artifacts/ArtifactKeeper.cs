using System.Security.Cryptography;
using DurableMesh.Core.Identity;
using DurableMesh.Core.Wire;
using DurableMesh.Functions.Gate;
using DurableMesh.Functions.Http;
using DurableMesh.Functions.Store;

namespace DurableMesh.Functions.Artifacts;

/// <summary>Keeps files in threads, whichever way they came: screened, bounded, known by their bytes.</summary>
public sealed class ArtifactKeeper(IArtifactStore store, ArtifactScreening screening)
{
    /// <summary>How many artifacts a thread keeps.</summary>
    public const int MaxFiles = 1000;

    /// <summary>How many bytes they may be together.</summary>
    public const long MaxTotalBytes = 1024L * 1024 * 1024;

    /// <summary>Refuses whoever may add nothing to a thread.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="from">Whose file it is.</param>
    /// <exception cref="Exception">It is no party, or the thread is not open, or the zones deny it.</exception>
    internal static void MustMayAdd(ThreadView thread, string from)
    {
        Caller.MustBeParty(thread, from);
        if (thread.State != ThreadPhase.Open)
        {
            throw new ProblemException(Problems.ThreadNotOpen(thread));
        }

        ArtifactScreening.MustMayPass(thread, from);
    }

    /// <summary>Keeps a file.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="from">The party whose file it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="folder">The path of the thread's artifacts.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The artifact, and whether the thread did not have it.</returns>
    internal async Task<(KeptArtifact Kept, bool IsNew)> KeepAsync(
        ThreadView thread, string from, string name, ReadOnlyMemory<byte> bytes, string folder, CancellationToken cancellation)
    {
        var (content, removed) = await screening.ScreenAsync(thread, from, bytes, cancellation);
        if (content.Length > ArtifactRules.MaxBytes)
        {
            // Placeholders may be longer than what they stand for.
            throw new ProblemException(Problems.ArtifactTooLarge(ArtifactRules.MaxBytes));
        }

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content.Span));
        var isNew = await StoreAsync(thread.ThreadId, sha256, content, cancellation);
        var kept = new KeptArtifact
        {
            Name = name,
            Sha256 = sha256,
            Size = content.Length,
            Uri = $"{folder}/{sha256}",
            Redactions = removed,
        };
        return (kept, isNew);
    }

    private async Task<bool> StoreAsync(
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
