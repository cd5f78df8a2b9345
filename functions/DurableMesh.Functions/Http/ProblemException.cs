using DurableMesh.Core.Wire;

namespace DurableMesh.Functions.Http;

/// <summary>Ends an HTTP function with a problem (RFC 9457); <see cref="ProblemMiddleware"/> writes it.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Title)
{
    /// <summary>What the caller is told.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>When the caller should try again; null where that is a matter of a moment, or of no use.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
